"""A power supply in time: from AC to the output and back to what its controller says of it.

Nothing here is asked for an answer; every meter reads what follows from the supply's parameters and from what hangs
on its ports. Between events nothing changes but by closed forms, so that an hour costs as little as a millisecond.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.power.ac_waveform import outlet_of
from sim_hardware.duts.power.insulation import breakdown_v, insulation_elements
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.sequencing import SequencedSupply
from sim_hardware.duts.power.source_branch import SourceBranch
from sim_hardware.duts.power.specification import SupplySpecification
from sim_hardware.duts.power.truth import true_parameters
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.power.branch import AcFeed, DcBranch


class PowerSupplyUnit(SequencedSupply):
    """One supply as a world and a power grid see it. `defects` are already in its parameters: they are its label."""

    def __init__(
        self, parameters: SupplyParameters, specification: SupplySpecification, serial: str, defects: Sequence[Any] = ()
    ) -> None:
        super().__init__(parameters, serial, defects)
        self.specification = specification
        self._elements: tuple[Element, ...] | None = None
        self._truth: tuple[TrueParameter, ...] | None = None

    def fresh(self) -> "PowerSupplyUnit":
        """The same supply before it ever saw AC, for another bench with another clock."""
        return PowerSupplyUnit(self.parameters, self.specification, self.serial, self.defects)

    def elements(self) -> tuple[Element, ...]:
        """Earth, insulation, output to chassis."""
        if self._elements is None:
            self._elements = insulation_elements(self.parameters)
        return self._elements

    def breakdown_v(self, high: Sequence[str], low: Sequence[str]) -> float:
        """The voltage (peak, V) at which insulation between two groups of its terminals breaks down."""
        return breakdown_v(self.parameters, high, low)

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """A supply has no port for waves: every terminal is an open end."""
        ports = len(terminals)
        s = np.zeros((ports, ports, grid.hz.shape[0]), dtype=np.complex128)
        s[range(ports), range(ports)] = 1.0
        return s

    def memory(self, end: str) -> ModuleMemory | None:
        """A supply has no module memory; its processor answers on its bus."""
        return None

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter with its specification, by the same physics that meters see."""
        if self._truth is None:
            self._truth = true_parameters(self.parameters, self.specification, self.serial)
        return self._truth

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this supply defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)

    @property
    def ac_ports(self) -> Mapping[str, tuple[str, str]]:
        """The one AC input."""
        return {"AC": ("AC.L", "AC.N")}

    @property
    def dc_ports(self) -> Mapping[str, tuple[str, str]]:
        """Main output, share bus and, where the design has them, standby output and PS_ON."""
        ports = {"OUT": ("OUT.+", "OUT.-"), "SHARE": ("SHARE", "OUT.-")}
        if self.design.standby_v:
            ports["STBY"] = ("STBY.+", "OUT.-")
        if self.design.ps_on_needed:
            ports["PS_ON"] = ("PS_ON", "OUT.-")
        return ports

    @property
    def voltages(self) -> Mapping[tuple[str, str], str]:
        """Where a voltmeter finds what."""
        return {
            ("AC.L", "AC.N"): "AC.U",
            ("OUT.+", "OUT.-"): "OUT.U",
            ("AC_LOSS", "OUT.-"): "AC_LOSS.U",
            ("SHARE", "OUT.-"): "SHARE.U",
            ("STBY.+", "OUT.-"): "STBY.U",
        }

    @property
    def currents(self) -> Mapping[str, str]:
        """Where a clamp or shunt finds what; the output's current counts positive out of it."""
        return {"AC.I": "AC.I", "OUT.I": "OUT.I", "STBY.I": "STBY.I"}

    def join(self, now: float, feeds: Mapping[str, AcFeed | None], branches: Mapping[str, Sequence[DcBranch]]) -> None:
        """From now on this hangs on the ports."""
        self.advance(now)
        self._branches = {port: tuple(there) for port, there in branches.items()}
        self._bus_share_v = 0.0
        self._check_ps_on()
        self._feed(now, feeds.get("AC"))
        self._join_output(now, self._branches.get("OUT", ()))
        self._want(now)
        self._settled(now)

    def join_input(self, now: float, feed: AcFeed | None) -> None:
        """As `join` for the AC input alone."""
        self.advance(now)
        self._feed(now, feed)
        self._want(now)
        self._settled(now)

    def join_output(self, now: float, branches: Sequence[DcBranch], share_v: float = 0.0) -> None:
        """As `join` for the output alone: the loads, and the `source` of every other supply on the same bus.

        `share_v` is what the others hold the share bus at (`parallel.shared_bus`).
        """
        self.advance(now)
        self._branches["OUT"] = tuple(branches)
        self._bus_share_v = share_v
        self._join_output(now, branches)
        self._settled(now)

    @property
    def source(self) -> SourceBranch:
        """Its own side of the output node, live: what another supply on the same bus sees of it."""
        return self.output.source

    def source_current(self, volt: float) -> float:
        """Ampere that it gives at this voltage across its output, in its present state."""
        return -self.output.source.current(volt)

    def signal(self, name: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of a signal at these times. Raises KeyError for a name it does not have."""
        if name in ("OUT.U", "OUT.I"):
            return self.output.signal(times, is_current=name == "OUT.I")
        if name in ("AC.U", "AC.I"):
            return self.ac.signal(times, is_current=name == "AC.I")
        if name == "AC_LOSS.U":
            return self._ac_good.values(times, _level)
        if name == "SHARE.U":
            return self._share_pin.values(times, _level)
        which = {"STBY.U": 0, "STBY.I": 1}[name]
        return self.standby.values(times, lambda state, at: np.full(at.shape, state[which]))

    def level(self, name: str) -> float:
        """Mean value of a signal now: the DC part, without ripple. Raises KeyError for a name it does not have."""
        if name in ("OUT.U", "OUT.I"):
            return self.output.level(self.now)[name == "OUT.I"]
        if name in ("AC.U", "AC.I"):
            return 0.0
        if name == "AC_LOSS.U":
            return self._ac_good.last
        if name == "SHARE.U":
            return self._share_pin.last
        return self.standby.last[{"STBY.U": 0, "STBY.I": 1}[name]]

    def _feed(self, now: float, feed: AcFeed | None) -> None:
        self.ac.feed(now, outlet_of(feed))
        self._follow_line()


def _level(value: float, times: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.full(times.shape, value)
