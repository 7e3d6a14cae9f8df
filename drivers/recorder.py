"""Recording a bench: everything that a station asks of its wires and of its clock, in strict order, and what it got.

What is recorded is whatever a run depends on beyond its files: bytes from instruments, moments from the clock. Played
back by `drivers.replayer`, the same code must ask the same and so come to the same record.

One thread is attended to at a time: the one that runs the step, else the one that runs the plan. A thread that polls
beside it, or was left behind, is let through unrecorded; one that talks to an instrument without being either spoils
the recording, because its order would be chance.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import RLock, get_ident
from typing import Any, TypeVar

from drivers.clock import Clock
from drivers.errors import InstrumentError
from drivers.recording import FORMAT, RecordingWriter, content
from drivers.secret import Redaction
from drivers.smbus import SmbusBus
from drivers.transport import Transport

T = TypeVar("T")


class Recorder:
    """One recording being made. Made by the thread that will run the plan."""

    def __init__(self, writer: RecordingWriter, **header: Any) -> None:
        self._writer = writer
        self._lock = RLock()
        self._attended: int | None = get_ident()
        self._left: set[int] = set()
        self._on = True
        self.spoiled: str | None = None
        """Why this recording cannot be played, if it cannot."""
        writer.write("header", format=FORMAT, **header)

    @property
    def attends(self) -> bool:
        """Whether what the calling thread does is recorded."""
        return self._on and self._attended == get_ident()

    def mark(self, do: str, **fields: Any) -> None:
        """Add a row that is neither a wire's nor the clock's."""
        with self._lock:
            if self._on:
                self._writer.write(do, **fields)

    @contextmanager
    def attending(self) -> Iterator[None]:
        """Attend to the calling thread; afterwards to nobody, until `take_over`."""
        with self._lock:
            self._attended = get_ident()
        try:
            yield
        finally:
            with self._lock:
                if self._attended == get_ident():
                    self._attended = None

    def take_over(self, left: InstrumentError | Exception | None = None) -> None:
        """Attend to the calling thread again; `left` is why another one, still at work, was left behind."""
        with self._lock:
            if left is not None:
                if self._attended not in (None, get_ident()):
                    self._left.add(self._attended or 0)
                self.mark("left", error=type(left).__name__, message=str(left))
            self._attended = get_ident()

    def end(self) -> None:
        """Write the end; what comes later is let through unrecorded."""
        with self._lock:
            if self._on:
                self._writer.write("end", **({} if self.spoiled is None else {"spoiled": self.spoiled}))
                self._on = False

    def clock(self, inner: Clock) -> Clock:
        """A clock whose every answer is recorded."""
        return _RecordedClock(inner, self)

    def transport(self, resource: str, make: Callable[[], Transport], **how: Any) -> Transport:
        """A wire whose traffic is recorded, opened by `make`; `how` is kept for whoever opens it anew."""
        inner = self.watched({"do": "open", "wire": resource, **how}, make, lambda _: {})
        return _RecordedTransport(inner, resource, self)

    def smbus(self, resource: str, make: Callable[[], SmbusBus]) -> SmbusBus:
        """A two-wire bus whose traffic is recorded, opened by `make`."""
        inner = self.watched({"do": "open", "wire": resource}, make, lambda _: {})
        return _RecordedSmbus(inner, resource, self)

    def watched(self, request: dict[str, Any], act: Callable[[], T], answer: Callable[[T], dict[str, Any]]) -> T:
        """Do something and record it with its answer, or with the error of the wire that it raised."""
        try:
            got = act()
        except InstrumentError as error:
            self._add({**request, "error": type(error).__name__, "message": str(error)})
            raise
        self._add({**request, **answer(got)})
        return got

    def _add(self, row: dict[str, Any]) -> None:
        with self._lock:
            if not self._on or get_ident() in self._left:
                return
            if self._attended != get_ident():
                if "wire" in row and self.spoiled is None:
                    self.spoiled = f"two threads talked to instruments at once, at row {self._writer.count + 1}"
                return
            self._writer.write(**row)


class _RecordedClock:
    """A clock, recorded."""

    def __init__(self, inner: Clock, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    def now(self) -> float:
        """Seconds on the clock below."""
        return self._recorder.watched({"do": "now"}, self._inner.now, lambda seconds: {"s": seconds})

    def utc(self) -> datetime:
        """Wall time of the clock below."""
        return self._recorder.watched({"do": "utc"}, self._inner.utc, lambda at: {"at": at.isoformat()})

    def sleep(self, seconds: float) -> None:
        """Wait through the clock below."""
        self._recorder.watched({"do": "sleep", "s": seconds}, lambda: self._inner.sleep(seconds), lambda _: {})


class _RecordedTransport:
    """A wire, recorded."""

    __slots__ = ("_inner", "_recorder", "_redaction", "resource")

    def __init__(self, inner: Transport, resource: str, recorder: Recorder) -> None:
        self.resource = resource
        self._inner = inner
        self._recorder = recorder
        self._redaction = Redaction()

    def _row(self, do: str, **fields: Any) -> dict[str, Any]:
        return {"do": do, "wire": self.resource, **fields}

    def _shown(self, value: bytes) -> dict[str, str]:
        return content(self._redaction.received(value))

    def write(self, message: bytes) -> None:
        """Send these bytes as they are."""
        row = self._row("write", **content(self._redaction.sent(message)))
        self._recorder.watched(row, lambda: self._inner.write(message), lambda _: {})

    def read_line(self, timeout_s: float) -> bytes:
        """Get the next line without its terminator."""
        return self._recorder.watched(self._row("read_line"), lambda: self._inner.read_line(timeout_s), self._shown)

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Get this many bytes."""
        row = self._row("read_exactly", count=count)
        return self._recorder.watched(row, lambda: self._inner.read_exactly(count, timeout_s), self._shown)

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for; recorded when there was any."""
        try:
            stray = self._inner.take_stray()
        except InstrumentError as error:
            failed = error
            return self._recorder.watched(self._row("stray"), lambda: _raise(failed), content)
        if stray:
            self._recorder.watched(self._row("stray"), lambda: stray, self._shown)
        return stray

    def clear(self) -> None:
        """Clear the device."""
        self._recorder.watched(self._row("clear"), self._inner.clear, lambda _: {})

    def reopen(self) -> None:
        """Open the wire again."""
        self._recorder.watched(self._row("reopen"), self._inner.reopen, lambda _: {})

    def close(self) -> None:
        """Let go of the wire."""
        self._recorder.watched(self._row("close"), self._inner.close, lambda _: {})


class _RecordedSmbus:
    """A two-wire bus, recorded."""

    __slots__ = ("_inner", "_recorder", "_resource")

    def __init__(self, inner: SmbusBus, resource: str, recorder: Recorder) -> None:
        self._resource = resource
        self._inner = inner
        self._recorder = recorder

    def _row(self, do: str, **fields: Any) -> dict[str, Any]:
        return {"do": do, "wire": self._resource, **fields}

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get bytes from this register on."""
        row = self._row("read_block", address=address, register=register, length=length)
        return self._recorder.watched(row, lambda: self._inner.read_block(address, register, length), content)

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on."""
        row = self._row("write_block", address=address, register=register, hex=content.hex())
        self._recorder.watched(row, lambda: self._inner.write_block(address, register, content), lambda _: {})

    def close(self) -> None:
        """Let go of the bus."""
        self._recorder.watched(self._row("close"), self._inner.close, lambda _: {})


def _raise(error: InstrumentError) -> bytes:
    raise error
