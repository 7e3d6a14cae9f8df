"""The byte pipe below every session: framed by a terminator, with a time limit on every read.

A transport knows nothing of SCPI and never retries. It turns whatever its library raises into the tree of
`drivers.errors`, so that a pulled cable looks the same over VISA, a serial port and a simulation.
"""

from abc import ABC, abstractmethod
from typing import Protocol

from drivers.clock import Clock
from drivers.errors import LinkTimeout

LINE_CHUNK = 20 * 1024
"""How much one read may bring: above every text reply, and above pyserial's own buffer."""


class Transport(Protocol):
    """What a session needs of a wire. Every method raises `LinkError` or one of its kinds, and nothing else."""

    @property
    def resource(self) -> str:
        """The name that the wire was opened by."""
        ...

    def write(self, message: bytes) -> None:
        """Send these bytes as they are; the terminator is the caller's."""
        ...

    def read_line(self, timeout_s: float) -> bytes:
        """Get the next line without its terminator; raise `LinkTimeout` when it is not whole in time."""
        ...

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Get this many bytes, terminators included; raise `LinkTimeout` when fewer come in time."""
        ...

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for; never waits."""
        ...

    def clear(self) -> None:
        """Clear the device's output (IEEE 488.2 device clear where the wire has one) and drop what was received."""
        ...

    def reopen(self) -> None:
        """Open the wire again from nothing."""
        ...

    def close(self) -> None:
        """Let go of the wire; closing twice is allowed."""
        ...


class BufferedTransport(ABC):
    """The reading half of a `Transport`: cuts what a wire brings into lines and counted blocks.

    A subclass gives `_receive`, which waits for at least one byte. Bytes are never lost on a timeout: they stay
    until they are completed, taken as stray or cleared.
    """

    __slots__ = ("_buffer", "_clock", "_terminator", "resource")

    def __init__(self, resource: str, clock: Clock, terminator: bytes) -> None:
        self.resource = resource
        self._clock = clock
        self._terminator = terminator
        self._buffer = bytearray()

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether the wire is held."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the wire; closing twice is allowed."""

    @abstractmethod
    def _receive(self, limit: int, timeout_s: float) -> bytes:
        """Wait for bytes: at least one, at most `limit`; raise `LinkTimeout` or `LinkLost`."""

    def read_line(self, timeout_s: float) -> bytes:
        """Get the next line without its terminator; raise `LinkTimeout` when it is not whole in time."""
        terminator, buffer = self._terminator, self._buffer
        if not buffer:
            # The usual case, kept free of clocks and copies: one read brings one whole line.
            chunk = self._receive(LINE_CHUNK, timeout_s)
            end = chunk.find(terminator)
            if end >= 0 and end + len(terminator) == len(chunk):
                return chunk[:end]
            buffer += chunk
        deadline = self._clock.now() + timeout_s
        while (end := buffer.find(terminator)) < 0:
            buffer += self._receive_before(deadline, LINE_CHUNK, "a whole line")
        line = bytes(buffer[:end])
        del buffer[: end + len(terminator)]
        return line

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Get this many bytes, terminators included; raise `LinkTimeout` when fewer come in time."""
        buffer = self._buffer
        deadline = self._clock.now() + timeout_s
        while len(buffer) < count:
            buffer += self._receive_before(deadline, count - len(buffer), f"{count} bytes")
        content = bytes(buffer[:count])
        del buffer[:count]
        return content

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for; never waits."""
        if not self._buffer:
            return b""
        stray = bytes(self._buffer)
        self._buffer.clear()
        return stray

    def _receive_before(self, deadline: float, limit: int, wanted: str) -> bytes:
        remaining = deadline - self._clock.now()
        try:
            if remaining > 0:
                return self._receive(limit, remaining)
        except LinkTimeout:
            if not self._buffer:
                raise
        # A cut answer is told apart from silence: the instrument is alive and the rest is missing.
        raise LinkTimeout(
            f"{self.resource}: read: waited for {wanted} and got only {bytes(self._buffer[-60:])!r} "
            f"({len(self._buffer)} bytes); resynchronise before asking again"
        )
