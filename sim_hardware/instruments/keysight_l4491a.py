"""Keysight L4491A RF switch platform, set up as three 1:16 trees of differential pairs.

Channels 1101 to 1116 lead near pair k, 1201 to 1216 far pair k, to the common terminals NEAR and FAR; 1301 to 1316 lead
near pair k to FAR, so that two near pairs can be compared. The loss of the switches lies inside the analyser's
calibration, so a closed path is ideal for waves; a pair that no channel leads anywhere is terminated in the switch.
"""

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.relays import RelayBank
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.physics.conductors import Element
from sim_hardware.scpi_grammar import scpi
from sim_hardware.world import World

PAIRS = 16
_CONTACT_OHM = 0.06
_ACTUATION_S = 0.015  # coaxial latching switches, N1810 class


class KeysightL4491A(WorldInstrument):
    """Terminals NEAR.P|N, FAR.P|N, and N1 to N16, F1 to F16 with .P|N."""

    def __init__(self, world: World, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(world, clock, role, serial)
        self.idn = f"Keysight Technologies,L4491A,{serial},2.43"
        relays: dict[int, str] = {}
        for first, common, branch in ((1100, "NEAR", "N"), (1200, "FAR", "F"), (1300, "FAR", "N")):
            for pair in range(1, PAIRS + 1):
                name = relays[first + pair] = self.terminal(f"relay {first + pair}")
                world.relays.add(
                    name,
                    [
                        Element(self.terminal(f"{common}.{c}"), self.terminal(f"{branch}{pair}.{c}"), _CONTACT_OHM)
                        for c in "PN"
                    ],
                )
        self._bank = RelayBank(world, relays)

    def reset(self) -> None:
        """Open every channel."""
        self._bank.open_all()

    @scpi("ROUTe:CLOSe")
    def _close(self, channels: str) -> None:
        self._bank.close(channels)
        self.busy(_ACTUATION_S)

    @scpi("ROUTe:OPEN")
    def _open(self, channels: str) -> None:
        self._bank.open(channels)
        self.busy(_ACTUATION_S)

    @scpi("ROUTe:OPEN:ALL", delay=_ACTUATION_S)
    def _open_all(self) -> None:
        self._bank.open_all()

    @scpi("ROUTe:CLOSe?")
    def _closed(self, channels: str) -> str:
        return self._bank.closed(channels)
