"""Seeing the traffic: a transport that tells what passes through it and changes nothing."""

from collections.abc import Callable
from typing import Literal

from drivers.errors import InstrumentError, LinkError
from drivers.secret import Redaction
from drivers.smbus import SmbusBus
from drivers.transport import Transport

Trace = Callable[[str, Literal["sent", "received", "failed", "cleared", "reopened"], bytes], None]
"""Called with the resource, what happened, and the bytes (of a failure: its message)."""


class TracedTransport:
    """Another transport, told about; what it raises passes through."""

    __slots__ = ("_inner", "_redaction", "_trace", "resource")

    def __init__(self, inner: Transport, trace: Trace) -> None:
        self.resource = inner.resource
        self._inner = inner
        self._trace = trace
        self._redaction = Redaction()

    def _received(self, read: Callable[[], bytes]) -> bytes:
        try:
            content = read()
        except LinkError as error:
            self._trace(self.resource, "failed", str(error).encode())
            raise
        if content:
            self._trace(self.resource, "received", self._redaction.received(content))
        return content

    def write(self, message: bytes) -> None:
        """Send these bytes as they are."""
        self._trace(self.resource, "sent", self._redaction.sent(message))
        self._inner.write(message)

    def read_line(self, timeout_s: float) -> bytes:
        """Get the next line without its terminator."""
        return self._received(lambda: self._inner.read_line(timeout_s))

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Get this many bytes."""
        return self._received(lambda: self._inner.read_exactly(count, timeout_s))

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for."""
        return self._received(self._inner.take_stray)

    def clear(self) -> None:
        """Clear the device."""
        self._trace(self.resource, "cleared", b"")
        self._inner.clear()

    def reopen(self) -> None:
        """Open the wire again."""
        self._trace(self.resource, "reopened", b"")
        self._inner.reopen()

    def close(self) -> None:
        """Let go of the wire."""
        self._inner.close()


class TracedSmbus:
    """Another two-wire bus, told about: what is asked in words (device, first byte, count), what comes in bytes."""

    __slots__ = ("_inner", "_resource", "_trace")

    def __init__(self, inner: SmbusBus, resource: str, trace: Trace) -> None:
        self._inner = inner
        self._resource = resource
        self._trace = trace

    def _told(self, question: str, act: Callable[[], bytes]) -> bytes:
        self._trace(self._resource, "sent", question.encode())
        try:
            answer = act()
        except InstrumentError as error:
            self._trace(self._resource, "failed", str(error).encode())
            raise
        if answer:
            self._trace(self._resource, "received", answer)
        return answer

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes from this register on."""
        question = f"read {address:02X}h {register} {length}"
        return self._told(question, lambda: self._inner.read_block(address, register, length))

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on."""

        def act() -> bytes:
            self._inner.write_block(address, register, content)
            return b""

        self._told(f"write {address:02X}h {register} {content.hex(' ').upper()}", act)

    def close(self) -> None:
        """Let go of the bus."""
        self._inner.close()
