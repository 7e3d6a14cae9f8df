"""Numato USB relay module: a serial line with echo and prompt, and relays {k}.COM to {k}.NO.

Each drives a contactor, whose mirror contact {k}.MIRROR is closed, and pulls its line high, while that is open.
A `welded` contact stays closed whatever its coil does, which the module cannot know: its register and its answers are
those of the coil.
"""

from collections.abc import Collection
from functools import partial

from sim_hardware.clock import BenchClock
from sim_hardware.physics.conductors import Element
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.numato_console import NumatoConsole

_CONTACT_OHM = 0.05


class NumatoRelay(NumatoConsole):
    """`channels` relays (a multiple of four, to 32); `welded` names those whose contacts stick."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        channels: int = 16,
        welded: Collection[int] = (),
    ) -> None:
        super().__init__(power, clock, role, serial, channels)
        if strangers := sorted(set(welded) - set(range(channels))):
            raise ValueError(f"{role}: welded relays {strangers} are not fitted; the module has 0 to {channels - 1}")
        self._register = 0
        for channel in range(channels):
            wear = self.calibration_error(f"contact {channel}").lognormvariate(0.0, 0.1)
            contact = Element(self.terminal(f"{channel}.COM"), self.terminal(f"{channel}.NO"), _CONTACT_OHM * wear)
            self.world.relays.add(self.relay(channel), [contact])
            self.world.add_level(self.terminal(f"{channel}.MIRROR"), partial(self._is_open, channel))
            if channel in welded:
                self.world.relays.weld(self.relay(channel))

    def obey(self, words: tuple[str, ...]) -> str:
        """Carry out a command; what the module says to it."""
        match words:
            case ("relay", ("on" | "off") as state, letter):
                bit = 1 << self.channel(letter)
                self._set(self._register | bit if state == "on" else self._register & ~bit)
                return ""
            case ("relay", "read", letter):
                return "on" if self._register >> self.channel(letter) & 1 else "off"
            case ("relay", "readall"):
                return self.word(self._register)
            case ("relay", "writeall", digits):
                self._set(self.value(digits))
                return ""
        return super().obey(words)

    def _set(self, register: int) -> None:
        self._register = register
        with self.power.change():
            self._move_contacts()

    def _move_contacts(self) -> None:
        for channel in range(self.channels):
            self.world.relays.tell(self.relay(channel), bool(self._register >> channel & 1))

    def _is_open(self, channel: int) -> bool:
        return not self.world.relays.is_pulled_in(self.relay(channel))

    def relay(self, channel: int) -> str:
        """The world's name of the relay of a channel."""
        return self.terminal(f"relay {channel}")
