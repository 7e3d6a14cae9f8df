"""The pyserial handler for `sim://<bench>/<role>`: a serial port whose timeouts pass on the bench's clock."""

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from serial.serialutil import PortNotOpenError, SerialBase, SerialException

from sim_hardware import registry
from sim_hardware.byte_device import ByteLink
from sim_hardware.link import ScpiLink
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.wire import Ending, LinkClosed

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Serial(SerialBase):
    """A simulated serial port; every open has a line of its own, and nothing of an earlier one is left on it."""

    _link: ScpiLink | ByteLink | None = None

    def open(self) -> None:
        """Open the port named by the URL. Raises SerialException when it is open already or names no device."""
        if self.is_open:
            raise SerialException(f"{self.port}: port is already open")
        parts = urlsplit(self.port or "")
        try:
            outlet = registry.find(parts.netloc, parts.path.strip("/"))
        except registry.UnknownOutlet as error:
            raise SerialException(f"could not open port {self.port}: {error}") from error
        if isinstance(outlet.device, ScpiDevice):
            self._link = ScpiLink(outlet.device, outlet.rules)
        else:
            self._link = ByteLink(outlet.device, outlet.clock, outlet.rules, baud_rate=self.baudrate)
        self.is_open = True

    def close(self) -> None:
        """Close the port; closing twice is no error."""
        link, self._link = self._link, None
        self.is_open = False
        if isinstance(link, ByteLink):
            link.disconnect()

    def read(self, size: int = 1, /) -> bytes:
        """Read up to `size` bytes, waiting at most the port's timeout in bench time.

        Raises SerialException when the port is closed or the simulated device has gone.
        """
        return self._receive(size, b"")

    def read_until(self, expected: bytes = b"\n", size: int | None = None) -> bytes:
        """Read up to and with `expected`, `size` bytes, or the timeout; pyserial's own would count wall time."""
        link = self._opened()
        deadline = self._deadline(link)
        line = bytearray()
        while not line.endswith(expected) and (size is None or len(line) < size):
            room = 1 << 30 if size is None else size - len(line)
            content, ending = link.receive(room, deadline, expected[-1:], until_end=False)
            line += content
            if ending is Ending.CLOSED and not line:
                raise SerialException(f"{self.port}: the simulated device has disconnected")
            if ending in (Ending.TIMEOUT, Ending.CLOSED):
                break
        return bytes(line)

    def write(self, content: "ReadableBuffer", /) -> int:
        """Send bytes to the device; takes no time. Raises SerialException as `read`."""
        sent = bytes(content)
        try:
            self._opened().write(sent)
        except LinkClosed as error:
            raise SerialException(f"{self.port}: {error}") from error
        return len(sent)

    def flush(self) -> None:
        """Do nothing: what is written has been sent."""
        self._opened()

    @property
    def in_waiting(self) -> int:
        """How many bytes have arrived and were not read."""
        return self._opened().waiting

    @property
    def out_waiting(self) -> int:
        """Always 0: what is written has been sent."""
        self._opened()
        return 0

    def reset_input_buffer(self) -> None:
        """Forget what has arrived and was not read."""
        self._opened().discard_input()

    def reset_output_buffer(self) -> None:
        """Do nothing: what is written has been sent."""
        self._opened()

    def _receive(self, size: int, terminator: bytes) -> bytes:
        link = self._opened()
        content, ending = link.receive(size, self._deadline(link), terminator, until_end=False)
        if ending is Ending.CLOSED and not content:
            raise SerialException(f"{self.port}: the simulated device has disconnected")
        return content

    def _opened(self) -> ScpiLink | ByteLink:
        if self._link is None:
            raise PortNotOpenError
        return self._link

    def _deadline(self, link: ScpiLink | ByteLink) -> float:
        return math.inf if self.timeout is None else link.clock.now() + self.timeout

    def _reconfigure_port(self, *arguments: Any) -> None:
        """Do nothing: baud rate, parity and the like take no time here."""

    _update_rts_state = _update_dtr_state = _update_break_state = _reconfigure_port
