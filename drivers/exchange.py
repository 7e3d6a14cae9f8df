"""A driver's test is its bus trace: what it sends and what it is answered, row by row, and nothing else.

    with expected_exchange(KeysightL4491a, ("ROUT:CLOS (@1101)", None), ("SYST:ERR?", '+0,"No error"'),
                           ("ROUT:CLOS? (@1101)", "1")) as matrix:
        matrix.connect(1101)

The rows replace the wire below the session, so the driver under test runs unchanged. For users' own drivers too.
"""

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NoReturn, TypeVar

from drivers.clock import Clock
from drivers.driver import Driver
from drivers.errors import InstrumentError, LinkTimeout
from drivers.place import Place
from drivers.reading import InstrumentIdentity
from drivers.smbus import SmbusBus
from drivers.transport import Transport

Row = tuple[str | bytes | None, str | bytes | InstrumentError | None]
"""What is sent (None: the instrument speaks unasked) and what comes back.

Text is a whole line without its terminator. Bytes are taken as they are, so that a cut line or a block can be
written. None is no answer. An error is raised by the read.
"""

AnyDriver = TypeVar("AnyDriver", bound=Driver)

_SHOWN: Final = 8
"""Rows before the mismatch that its message shows."""

_IDENTITY: Final = InstrumentIdentity(maker="exchange", model="exchange", serial="0", firmware="0")


class ExchangeMismatch(AssertionError):
    """The driver said something else than the rows, or not all of them."""


def definite_block(content: bytes) -> bytes:
    """An answer that is a definite-length block (IEEE 488.2, 8.7.9), with its terminator."""
    length = str(len(content)).encode()
    return b"#%d%b%b\n" % (len(length), length, content)


class _Rows:
    """The rows, how far they have been played, and the first thing that did not fit."""

    __slots__ = ("_failure", "_position", "_rows", "answer")

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._position = 0
        self._failure: ExchangeMismatch | None = None
        self.answer: str | bytes | InstrumentError | None = None

    def send(self, sent: str | bytes) -> None:
        self._go_on()
        if self.answer is not None:
            self._fail(f"sent {sent!r} before the answer {self.answer!r} was read")
        if self._position == len(self._rows):
            self._fail(f"sent {sent!r} after the last row")
        expected, answer = self._rows[self._position]
        if expected != sent:
            self._fail("\n".join(difflib.ndiff([repr(expected)], [repr(sent)])))
        self._position += 1
        self.answer = answer

    def receive(self) -> str | bytes | InstrumentError:
        self._go_on()
        answer, self.answer = self.answer, None
        if answer is None and self._position < len(self._rows) and self._rows[self._position][0] is None:
            answer = self._rows[self._position][1]
            self._position += 1
        if answer is None:
            self._fail("read, and no row has an answer for it")
        return answer

    def finish(self) -> None:
        self._go_on()
        if self.answer is not None:
            self._fail(f"the answer {self.answer!r} was never read")
        if left := self._rows[self._position :]:
            self._fail("never sent: " + ", ".join(repr(sent) for sent, _ in left))

    def _go_on(self) -> None:
        # What a driver does after the first mismatch, such as making itself safe, would only hide it.
        if self._failure is not None:
            raise self._failure

    def _fail(self, what: str) -> NoReturn:
        recent = self._rows[max(0, self._position - _SHOWN) : self._position]
        played = [f"  {sent!r} -> {answered!r}" for sent, answered in recent]
        text = "\n".join([f"the exchange differs at row {self._position + 1} of {len(self._rows)}", *played, what])
        self._failure = ExchangeMismatch(text)
        raise self._failure


class _ExchangeTransport:
    """A transport that plays rows."""

    __slots__ = ("_buffer", "_rows", "_terminator", "resource")

    def __init__(self, resource: str, rows: _Rows, terminator: bytes) -> None:
        self.resource = resource
        self._rows = rows
        self._terminator = terminator
        self._buffer = bytearray()

    def write(self, message: bytes) -> None:
        """Compare with the next row."""
        sent = message.removesuffix(self._terminator)
        self._rows.send(sent.decode("ascii") if sent.isascii() else sent)

    def read_line(self, timeout_s: float) -> bytes:
        """Give the row's answer up to the terminator."""
        while self._terminator not in self._buffer:
            self._fill(timeout_s)
        line, _, rest = bytes(self._buffer).partition(self._terminator)
        self._buffer[:] = rest
        return line

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Give bytes of the row's answer."""
        while len(self._buffer) < count:
            self._fill(timeout_s)
        content = bytes(self._buffer[:count])
        del self._buffer[:count]
        return content

    def _fill(self, timeout_s: float) -> None:
        if self._buffer:
            raise LinkTimeout(f"{self.resource}: only {bytes(self._buffer)!r} within {timeout_s:g} s")
        answer = self._rows.receive()
        if isinstance(answer, InstrumentError):
            raise answer
        self._buffer += answer.encode("ascii") + self._terminator if isinstance(answer, str) else answer

    def take_stray(self) -> bytes:
        """Give what the last answer had too much."""
        stray = bytes(self._buffer)
        self._buffer.clear()
        return stray

    def clear(self) -> None:
        """Drop what was received; a device clear is no message, so no row stands for it."""
        self._buffer.clear()

    def reopen(self) -> None:
        """Drop what was received; rows know no connections."""
        self._buffer.clear()

    def close(self) -> None:
        """Do nothing: whether rows are left is asked at the end."""


class _ExchangeBus:
    """A two-wire bus that plays rows: ("read 50h 127 1", b"\\x00"), ("write 50h 127 11", None)."""

    __slots__ = ("_rows",)

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Compare with the next row and give its answer."""
        self._rows.send(f"read {address:02X}h {register} {length}")
        answer = self._rows.receive()
        if isinstance(answer, InstrumentError):
            raise answer
        return answer if isinstance(answer, bytes) else bytes.fromhex(answer)

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Compare with the next row; an error in it is raised."""
        self._rows.send(f"write {address:02X}h {register} {content.hex(' ').upper()}")
        if self._rows.answer is not None:
            answer = self._rows.receive()
            if isinstance(answer, InstrumentError):
                raise answer

    def close(self) -> None:
        """Do nothing: whether rows are left is asked at the end."""


class _ExchangePlace(Place):
    """A place where every resource string leads to the same rows."""

    __slots__ = ("_rows",)

    def __init__(self, rows: _Rows, clock: Clock | None) -> None:
        super().__init__(clock=clock)
        self._rows = rows

    def transport(
        self, resource: str, timeout_s: float, *, baud_rate: int = 9600, terminator: bytes = b"\n"
    ) -> Transport:
        """Give a transport that plays the rows."""
        return _ExchangeTransport(resource, self._rows, terminator)

    def smbus(self, resource: str) -> SmbusBus:
        """Give a bus that plays the rows."""
        return _ExchangeBus(self._rows)


@contextmanager
def expected_exchange(
    driver_class: type[AnyDriver],
    *rows: Row,
    opening: bool = False,
    clock: Clock | None = None,
    **options: Any,
) -> Iterator[AnyDriver]:
    """A driver on a wire that expects exactly these rows, in this order, and answers from them.

    Without `opening` the driver is taken as opened already, with `options` for its constructor (`identity`, `cards`,
    …), and the rows begin with the first call. With it the rows begin with what `open` sends and `options` are
    those of `open`. The driver is not closed at the end, so the rows end with the last call.

    Raises `ExchangeMismatch`, an AssertionError, with a diff at the first row that does not fit, and at the end
    when rows or an answer are left over.
    """
    played = _Rows(rows)
    place = _ExchangePlace(played, clock)
    if opening:
        driver = driver_class.open("exchange", place, **options)
    else:
        driver = driver_class.attach("exchange", place, options.pop("identity", _IDENTITY), **options)
    yield driver
    played.finish()
