"""A simulated device on a serial line that speaks no SCPI: a scanner, a console, a scale.

Shaped after asyncio's Protocol and Transport: the line tells the device what came, the device gives the line what to
send, whenever it likes; what it would send while nobody has opened the port is its own affair.
"""

from typing import Protocol, runtime_checkable

from sim_hardware.clock import BenchClock
from sim_hardware.faults import FaultRules
from sim_hardware.wire import LinkClosed, Wire


class BytePort(Protocol):
    """The device's end of an open serial line."""

    def send(self, content: bytes, after_s: float = 0.0) -> None:
        """Send bytes to the client; they arrive `after_s` seconds from now. Raises LinkClosed."""
        ...


@runtime_checkable
class ByteDevice(Protocol):
    """What a device behind `sim://` implements when it is no `ScpiDevice`."""

    def connected(self, port: BytePort) -> None:
        """A client has opened the line; keep `port` for sending."""
        ...

    def received(self, content: bytes) -> None:
        """Bytes have come from the client, in pieces as it wrote them."""
        ...

    def disconnected(self) -> None:
        """The client has closed the line."""
        ...


class ByteLink(Wire):
    """The link of one open serial port to a `ByteDevice`; its faults match what the device sends."""

    def __init__(
        self,
        device: ByteDevice,
        clock: BenchClock,
        rules: FaultRules | None = None,
        *,
        baud_rate: int | None = None,
    ) -> None:
        super().__init__(clock, rules)
        self.device = device
        self.baud_rate = baud_rate
        """The rate at which the client opened the line; None where the way to it has none."""
        self._bell = clock.bell("bytes from a serial device")
        device.connected(self)

    def send(self, content: bytes, after_s: float = 0.0) -> None:
        """Send bytes to the client; they arrive `after_s` seconds from now. Raises LinkClosed."""
        if self.closed:
            raise LinkClosed("the simulated serial line is closed")
        hits = self._rules.strike(content.decode("latin-1")) if self._rules else []
        if any(fault.kind == "close" for fault in hits):
            self.closed = True
        else:
            self._send(content, self.clock.now() + after_s, b"", hits)
        self._bell.ring()

    def write(self, content: bytes) -> None:
        """Give the device bytes from the client. Raises LinkClosed."""
        if self.closed:
            raise LinkClosed("the simulated serial line is closed")
        self.device.received(content)

    def disconnect(self) -> None:
        """The client closes the line."""
        self.closed = True
        self.device.disconnected()

    def _await_chunk(self, deadline: float, *, began: bool) -> bool:
        seen = self._bell.rung
        self._bell.wait_until(deadline, seen)
        return bool(self._chunks) or self.closed
