"""A serial port, or whatever else pyserial reaches by URL: a terminal server, a pseudo-terminal, a simulation.

pyserial's own `read_until` counts the machine's time byte by byte; here the port is read in pieces under the
bench's clock, so that a simulated port costs no real time.
"""

import socket

import serial

from drivers.clock import Clock
from drivers.errors import LinkError, LinkLost, LinkTimeout
from drivers.transport import BufferedTransport


class SerialTransport(BufferedTransport):
    """One open serial port, 8 data bits, no parity, one stop bit. Raises `LinkLost` when it cannot be opened."""

    __slots__ = ("_baud_rate", "_port", "_timeout_s", "_wire")

    def __init__(
        self, resource: str, clock: Clock, *, timeout_s: float, baud_rate: int = 9600, terminator: bytes = b"\n"
    ) -> None:
        super().__init__(resource, clock, terminator)
        self._baud_rate = baud_rate
        self._timeout_s = timeout_s
        self._port: serial.Serial | None = None
        self._wire: socket.socket | None = None
        self._open()

    @property
    def is_open(self) -> bool:
        """Whether the port is held."""
        return self._port is not None

    def _open(self) -> None:
        # Two programs on one port take each other's answers; a URL has no such lock.
        exclusive = None if "://" in self.resource else True
        try:
            port = serial.serial_for_url(
                self.resource,
                baudrate=self._baud_rate,
                timeout=self._timeout_s,
                write_timeout=self._timeout_s,
                exclusive=exclusive,
            )
        except (OSError, ValueError) as error:
            raise LinkLost(f"{self.resource}: cannot open: {error}; check the port's name and the cable") from error
        self._port = port
        wire = getattr(port, "_socket", None)
        if isinstance(wire, socket.socket):
            self._wire = wire
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _require(self) -> serial.Serial:
        if self._port is None:
            raise LinkLost(f"{self.resource}: the port is closed; open the instrument again")
        return self._port

    def _failed(self, act: str, error: OSError) -> LinkError:
        """What pyserial or the operating system raised, as the tree of `drivers.errors`."""
        if isinstance(error, serial.SerialTimeoutException):
            return LinkTimeout(f"{self.resource}: {act}: not taken within {self._timeout_s:g} s")
        return LinkLost(f"{self.resource}: {act}: the port is gone ({error}); check the cable")

    def write(self, message: bytes) -> None:
        """Send these bytes as they are; the terminator is the caller's."""
        port = self._require()
        try:
            port.write(message)
        except OSError as error:
            raise self._failed(f"write {message[:60]!r}", error) from error

    def _receive(self, limit: int, timeout_s: float) -> bytes:
        port = self._require()
        try:
            if port.timeout != timeout_s:
                port.timeout = timeout_s
            chunk = port.read(1)
        except OSError as error:
            raise self._failed("read", error) from error
        if not chunk:
            raise LinkTimeout(f"{self.resource}: read: nothing received within {timeout_s:g} s")
        try:
            if limit > 1 and (waiting := port.in_waiting):
                chunk += port.read(min(waiting, limit - 1))
        except OSError:
            # What came before the port went must not go with it; the next read says that the port is gone.
            return chunk
        return chunk

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for; never waits."""
        port = self._require()
        try:
            while waiting := port.in_waiting:
                self._buffer += port.read(waiting)
        except OSError as error:
            raise self._failed("read", error) from error
        return super().take_stray()

    def clear(self) -> None:
        """Drop what was received; a serial line has no device clear."""
        self.take_stray()

    def reopen(self) -> None:
        """Open the port again from nothing."""
        self.close()
        self._open()

    def close(self) -> None:
        """Let go of the port; closing twice is allowed."""
        port, self._port = self._port, None
        wire, self._wire = self._wire, None
        self._buffer.clear()
        try:
            if port is not None:
                port.close()
        except OSError as error:
            raise self._failed("close", error) from error
        finally:
            # pyserial's socket:// forgets to close its socket when the peer went first.
            if wire is not None:
                wire.close()
