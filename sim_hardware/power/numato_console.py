"""The serial console of the simulated Numato modules: it echoes, carries out at CR, answers, and shows a prompt."""

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.power.grid import PowerGrid

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
_CHARACTER_S = 1e-4  # USB; its own serial port is virtual
_LONGEST_LINE = 64
FIRMWARE = "00000010"


class Refused(Exception):
    """The module does not understand the command."""


class NumatoConsole(SerialInstrument):
    """`channels` is a multiple of four, to 32. The module's ID is its serial number."""

    def __init__(self, power: PowerGrid, clock: BenchClock, role: str, serial: str, channels: int) -> None:
        if channels not in range(4, 33, 4):
            raise ValueError(f"{role}: {channels} channels: the modules have 4 to 32, in steps of four")
        super().__init__(power, clock, role, serial)
        self.channels = channels
        self._line = bytearray()

    def received(self, content: bytes) -> None:
        """Carry out every whole line; an unknown command is answered by the prompt alone, after its echo."""
        *whole, begun = content.split(b"\r")
        for part in whole:
            line = (bytes(self._line) + part)[-_LONGEST_LINE:].decode("latin-1")
            self._line.clear()
            try:
                answer = self.obey(tuple(line.split())) if line.strip() else ""
            except Refused:
                answer = ""
            said = f"{line}\n\r" + (f"{answer}\n\r" if answer else "") + ">"
            if self.port is not None:
                self.port.send(said.encode("latin-1"), len(said) * _CHARACTER_S)
        self._line += begun
        del self._line[:-_LONGEST_LINE]

    def obey(self, words: tuple[str, ...]) -> str:
        """Carry out a command; what the module says to it. Raises `Refused`."""
        match words:
            case ("ver",):
                return FIRMWARE
            case ("id", "get"):
                return self.serial
        raise Refused

    def channel(self, letter: str) -> int:
        """The channel of its letter. Raises `Refused` for one that is not there."""
        found = _LETTERS[: self.channels].find(letter.upper())
        if len(letter) != 1 or found < 0:
            raise Refused
        return found

    def value(self, digits: str) -> int:
        """The register that these digits are. Raises `Refused` when their number is wrong."""
        if len(digits) != self.channels // 4:
            raise Refused
        try:
            return int(digits, 16)
        except ValueError as error:
            raise Refused from error

    def word(self, value: int) -> str:
        """A register as the module writes it."""
        return f"{value:0{self.channels // 4}x}"
