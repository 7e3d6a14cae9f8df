"""The place of a served bench: its instruments' real sockets and serial ports, read under the bench's own clock.

Bytes travel as to any instrument; only the waiting for them goes through the clock (`stations.served_clock`).
"""

import math
from collections.abc import Callable

import pyvisa

from drivers.errors import LinkLost
from drivers.serial_transport import SerialTransport
from drivers.smbus import SmbusBus, open_smbus
from drivers.visa_transport import VisaTransport
from stations.leased_place import LeasedPlace
from stations.served_clock import ServedClock

_PATIENCE_S = 10.0
"""How long bytes that the bench has sent may be under way (real time)."""


class ServedVisaTransport(VisaTransport):
    """A raw socket to a served instrument."""

    __slots__ = ("_taken", "_time", "_wire_name")

    def __init__(
        self,
        resource: str,
        resource_manager: Callable[[], pyvisa.ResourceManager],
        clock: ServedClock,
        *,
        timeout_s: float,
        terminator: bytes,
    ) -> None:
        self._time = clock
        self._taken = 0
        self._wire_name = ""
        super().__init__(resource, resource_manager, clock, timeout_s=timeout_s, terminator=terminator)

    def _open(self) -> None:
        super()._open()
        if self._socket is None:
            self.close()
            raise LinkLost(f"{self.resource}: a served instrument has a raw socket; serve the bench again")
        host, port = self._socket.getsockname()[:2]
        self._wire_name, self._taken = f"{host}:{port}", 0
        self._time.opened(self._wire_name)

    def write(self, message: bytes) -> None:
        """Send these bytes as they are."""
        self._time.wrote(self._wire_name, len(message))
        super().write(message)

    def _receive(self, limit: int, timeout_s: float) -> bytes:
        # VISA counts whole milliseconds, and so does the bench in process.
        self._time.await_bytes(self._wire_name, self._taken, math.ceil(timeout_s * 1000) / 1000)
        return self._read_on(limit)

    def _read_on(self, limit: int) -> bytes:
        chunk = super()._receive(limit, _PATIENCE_S)
        self._taken += len(chunk)
        return chunk

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for."""
        while self._time.arrived(self._wire_name) > self._taken:
            self._buffer += self._read_on(1 << 20)
        stray = bytes(self._buffer)
        self._buffer.clear()
        return stray

    def close(self) -> None:
        """Let go of the socket; closing twice is allowed."""
        was_open = self.is_open
        super().close()
        if was_open and self._wire_name:
            self._time.left(self._wire_name)


class ServedSerialTransport(SerialTransport):
    """A pseudo-terminal, or a raw socket, to a served instrument on a serial line."""

    __slots__ = ("_taken", "_time", "_wire_name")

    def __init__(
        self, resource: str, clock: ServedClock, *, timeout_s: float, baud_rate: int, terminator: bytes
    ) -> None:
        self._time = clock
        self._taken = 0
        self._wire_name = ""
        super().__init__(resource, clock, timeout_s=timeout_s, baud_rate=baud_rate, terminator=terminator)

    def _open(self) -> None:
        super()._open()
        self._wire_name, self._taken = self.resource, 0
        if self._wire is not None:
            host, port = self._wire.getsockname()[:2]
            self._wire_name = f"{host}:{port}"
        self._time.opened(self._wire_name)

    def write(self, message: bytes) -> None:
        """Send these bytes as they are."""
        self._time.wrote(self._wire_name, len(message))
        super().write(message)

    def _receive(self, limit: int, timeout_s: float) -> bytes:
        self._time.await_bytes(self._wire_name, self._taken, timeout_s)
        return self._read_on(limit)

    def _read_on(self, limit: int) -> bytes:
        chunk = super()._receive(limit, _PATIENCE_S)
        self._taken += len(chunk)
        return chunk

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for."""
        while (missing := self._time.arrived(self._wire_name) - self._taken) > 0:
            self._buffer += self._read_on(missing)
        stray = bytes(self._buffer)
        self._buffer.clear()
        return stray

    def close(self) -> None:
        """Let go of the port; closing twice is allowed."""
        was_open = self.is_open
        super().close()
        if was_open and self._wire_name:
            self._time.left(self._wire_name)


class ServedSmbus:
    """A two-wire bus of a served bench, whose transfers take their time over there."""

    __slots__ = ("_inner", "_time")

    def __init__(self, inner: SmbusBus, clock: ServedClock) -> None:
        self._inner = inner
        self._time = clock

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes from this register on."""
        self._time.settle()
        try:
            return self._inner.read_block(address, register, length)
        finally:
            self._time.settle()

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on."""
        self._time.settle()
        try:
            self._inner.write_block(address, register, content)
        finally:
            self._time.settle()

    def close(self) -> None:
        """Let go of the bus."""
        self._inner.close()


class ServedPlace(LeasedPlace):
    """The place of a served bench: every wire under the bench's own clock, and fenced as every station's."""

    __slots__ = ("_time",)

    def __init__(self, clock: ServedClock) -> None:
        super().__init__(clock=clock, smbus=lambda resource: ServedSmbus(open_smbus(resource), clock))
        self._time = clock

    def _serial(self, resource: str, timeout_s: float, baud_rate: int, terminator: bytes) -> SerialTransport:
        return ServedSerialTransport(
            resource, self._time, timeout_s=timeout_s, baud_rate=baud_rate, terminator=terminator
        )

    def _visa(self, resource: str, timeout_s: float, terminator: bytes) -> VisaTransport:
        return ServedVisaTransport(
            resource, self._resource_manager, self._time, timeout_s=timeout_s, terminator=terminator
        )
