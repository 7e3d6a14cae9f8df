"""A fixed scanner in manual trigger mode: told to read, it sends the label of the unit that stands before it."""

from typing import Protocol, runtime_checkable

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.power.grid import PowerGrid

_ACTIVATE = b"\x16T\r"
_READ_S = 0.12
"""From the trigger to the first character (inferred)."""
_CHARACTER_S = 10 / 9600  # 8N1 at 9600 baud


@runtime_checkable
class HasLabel(Protocol):
    """A unit with a label that says more than its serial number."""

    @property
    def label(self) -> str:
        """What a reader makes of it."""
        ...


class Honeywell3320g(SerialInstrument):
    """A `ByteDevice`; `hidden` is whether something covers the label."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        hidden: bool = False,
    ) -> None:
        super().__init__(power, clock, role, serial)
        self.hidden = hidden
        self._command = b""

    def received(self, content: bytes) -> None:
        """Take trigger commands; everything else is no command of this mode."""
        self._command += content
        while (end := self._command.find(b"\r")) >= 0:
            command, self._command = self._command[: end + 1], self._command[end + 1 :]
            if command == _ACTIVATE:
                self._read()

    def _read(self) -> None:
        dut = self.world.dut
        if self.port is None or dut is None or self.hidden:
            return
        label = dut.label if isinstance(dut, HasLabel) else dut.serial
        content = label.encode("latin-1") + b"\r"
        self.port.send(content, _READ_S + len(content) * _CHARACTER_S)
