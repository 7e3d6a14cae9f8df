"""Numato USB GPIO module: lines that are read and driven over a serial line with echo and prompt.

What is outside a line (a door switch, a clamp sensor, an operator's hand) is set by `set_input`, unless the line is
wired to something of this world that pulls it high or low (a mirror contact, a coding plug). `gpio set` and `gpio
clear` make a line an output, `gpio read` an input; a bit set in the direction word is an input.
"""

from collections.abc import Collection

from sim_hardware.clock import BenchClock
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.numato_console import NumatoConsole


class NumatoGpio(NumatoConsole):
    """`channels` lines; `inputs_high` names those that are high from outside to begin with, `stuck` those held low."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        channels: int = 16,
        inputs_high: Collection[int] = (),
        stuck: Collection[int] = (),
    ) -> None:
        super().__init__(power, clock, role, serial, channels)
        if strangers := sorted({*inputs_high, *stuck} - set(range(channels))):
            raise ValueError(f"{role}: lines {strangers} are not there; the module has 0 to {channels - 1}")
        self._outside = sum(1 << line for line in set(inputs_high))
        self._stuck = sum(1 << line for line in set(stuck))
        self._latch = 0
        self._inputs = (1 << channels) - 1
        self._mask = self._inputs

    def set_input(self, line: int, high: bool) -> None:
        """Make a line high or low from outside, as a switch does. Raises ValueError for a line that is not there."""
        self._require(line)
        self._outside = self._outside | 1 << line if high else self._outside & ~(1 << line)

    def output(self, line: int) -> bool | None:
        """What the module drives a line to; None while it is an input."""
        self._require(line)
        return None if self._inputs >> line & 1 else bool(self._latch >> line & 1)

    def obey(self, words: tuple[str, ...]) -> str:
        """Carry out a command; what the module says to it."""
        match words:
            case ("gpio", ("set" | "clear") as state, letter):
                bit = 1 << self.channel(letter)
                self._inputs &= ~bit
                self._latch = self._latch | bit if state == "set" else self._latch & ~bit
                return ""
            case ("gpio", "read", letter):
                line = self.channel(letter)
                self._inputs |= 1 << line
                return str(self._level(line))
            case ("gpio", "readall"):
                return self.word(self._levels())
            case ("gpio", "iomask", digits):
                self._mask = self.value(digits)
                return ""
            case ("gpio", "iodir", digits):
                self._inputs = self._inputs & ~self._mask | self.value(digits) & self._mask
                return ""
            case ("gpio", "writeall", digits):
                self._latch = self._latch & ~self._mask | self.value(digits) & self._mask
                return ""
        return super().obey(words)

    def _levels(self) -> int:
        return sum(self._level(line) << line for line in range(self.channels))

    def _level(self, line: int) -> int:
        if self._stuck >> line & 1:
            return 0
        if not self._inputs >> line & 1:
            return self._latch >> line & 1
        wired = self.world.level(self.terminal(str(line)))
        return self._outside >> line & 1 if wired is None else int(wired)

    def _require(self, line: int) -> None:
        if not 0 <= line < self.channels:
            raise ValueError(f"{self.role}: there is no line {line}; the module has 0 to {self.channels - 1}")
