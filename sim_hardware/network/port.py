"""A port of a switch or a network adapter: what is plugged in, who answers there, and how well its lanes hear.

A port is made of objects, so that whoever wires equipment together says who is at the other end: `peer` is asked at
every announcement.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.network.link_quality import codeword_loss, pam4_ber
from sim_hardware.network.neighbour import Neighbour

_LOCK_BER = 1e-2
"""A receiver does not stay locked above this, in bit errors a bit (inferred)."""


def nobody() -> Neighbour | None:
    """Nobody is at the other end."""
    return None


def _quiet() -> tuple[float, ...]:
    return (22.0,) * 8


@dataclass(slots=True)
class ModuleSensors:
    """What a module measures of itself (SFF-8636, CMIS): degC, V, and by lane dBm and mA; copper has no lanes."""

    temperature_c: float = 35.0
    supply_v: float = 3.3
    receive_dbm: tuple[float, ...] = ()
    transmit_dbm: tuple[float, ...] = ()
    bias_ma: tuple[float, ...] = ()


@dataclass(slots=True)
class Port:
    """One port by its interface name; `lanes` are those of the ASIC.

    `looped` is whether the module sends back what it is sent. `lane_snr_db` is asked for the signal to noise of each
    lane now. `crossed_lanes` are those whose P and N are exchanged: they never lock. From the beginning of traffic on a
    contact opens every `flap_interval_s` seconds, and the link goes down for a moment; of the frames it passes every
    `frames_between_losses`th is lost.
    """

    name: str
    module: ModuleIdentity | None = None
    peer: Callable[[], Neighbour | None] = nobody
    alias: str = ""
    lanes: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6, 7)
    speed_gbps: float = 400.0
    mac: str = ""
    looped: bool = False
    lane_snr_db: Callable[[], Sequence[float]] = _quiet
    crossed_lanes: frozenset[int] = frozenset()
    flap_interval_s: float = math.inf
    frames_between_losses: float = math.inf
    sensors: ModuleSensors = field(default_factory=ModuleSensors)

    def pre_fec_ber(self) -> float:
        """Bit errors a bit before the correction, all lanes together."""
        snr = tuple(self.lane_snr_db())
        return sum(pam4_ber(lane) for lane in snr) / len(snr)

    def codeword_loss(self) -> float:
        """The share of codewords that cannot be corrected."""
        return codeword_loss(self.pre_fec_ber())

    @property
    def is_up(self) -> bool:
        """Whether the link holds: a module, somebody behind it, and every lane locked."""
        if self.module is None or self.crossed_lanes:
            return False
        if not self.looped and self.peer() is None:
            return False
        return max(pam4_ber(lane) for lane in self.lane_snr_db()) < _LOCK_BER
