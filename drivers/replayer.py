"""Playing a recording: wires and a clock that answer as they did then, and refuse whatever was not asked then.

There is neither an instrument nor a simulator behind them. The first request that differs from the recording raises
`ReplayMismatch` with both side by side, and so does every request after it, so that nothing a run does on its way out
can hide the first difference.
"""

import difflib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NoReturn

from drivers import errors
from drivers.clock import Clock
from drivers.errors import InstrumentError
from drivers.recording import Recording, Row, content, content_of
from drivers.secret import Redaction
from drivers.smbus import SmbusBus
from drivers.transport import Transport

_SHOWN: Final = 6
"""Rows before a mismatch that its message shows."""
_WIDEST: Final = 200
"""Characters of a row that a message shows."""
_ASIDE: Final = frozenset({"run", "finished"})
"""Rows that are notes for whoever plays the recording, and are no traffic."""


class ReplayMismatch(Exception):
    """The code asks something else than the recording answers, or less."""


class StepLeft(Exception):
    """Here the step was left behind when the recording was made; whoever runs it says so in its own words."""


class Replayer:
    """One recording being played, by one thread."""

    def __init__(self, recording: Recording) -> None:
        self._rows = [row for row in recording.rows if row.get("do") not in _ASIDE]
        self._path = recording.path
        self._position = 0
        self.failure: ReplayMismatch | None = None
        """The first difference, if there was one."""

    @property
    def following(self) -> Row | None:
        """The next row, if there is one."""
        return self._rows[self._position] if self._position < len(self._rows) else None

    def take(self, do: str) -> Row | None:
        """The next row if it is of this kind; the recording goes on behind it."""
        row = self.following
        if self.failure is not None or row is None or row.get("do") != do:
            return None
        self._position += 1
        return row

    def play(self, **request: Any) -> Row:
        """The row that answers this request. Raises what was raised then, or `ReplayMismatch`."""
        if self.failure is not None:
            raise self.failure
        row = self.following
        if row is None:
            self._fail(f"after the last row the code asks\n+ {_shown(request)}")
        if row.get("do") == "left":
            raise StepLeft(str(row.get("message")))
        if any(row.get(key) != value for key, value in request.items()):
            self._fail(_difference(row, request))
        self._position += 1
        if "error" in row:
            kind = getattr(errors, str(row["error"]), InstrumentError)
            raise kind(str(row.get("message")))
        return row

    def finish(self) -> None:
        """Raise `ReplayMismatch` when something differed, or rows are left over."""
        if self.failure is not None:
            raise self.failure
        if self.following is not None:
            left = self._rows[self._position :]
            shown = "\n".join(f"- {_shown(row)}" for row in left[:_SHOWN])
            self._fail(f"{len(left)} row{'s' * (len(left) != 1)} left over that the code never asked for:\n{shown}")

    @property
    def clock(self) -> Clock:
        """The clock of the recording."""
        return _ReplayedClock(self)

    def transport(self, resource: str) -> Transport:
        """The wire of this name."""
        self.play(do="open", wire=resource)
        return _ReplayedTransport(resource, self)

    def smbus(self, resource: str) -> SmbusBus:
        """The two-wire bus of this name."""
        self.play(do="open", wire=resource)
        return _ReplayedSmbus(resource, self)

    def read(self, row: Row) -> bytes:
        """The bytes that a row brings."""
        read: bytes = self.sensed(row, content_of)
        return read

    def sensed(self, row: Row, sense: Callable[[Row], Any]) -> Any:
        """What `sense` makes of a row's answer. Raises `ReplayMismatch` for an answer that makes no sense."""
        try:
            return sense(row)
        except (KeyError, ValueError, TypeError) as error:
            self._fail(f"- {_shown(row)}\nthis row brings no answer that can be read: {error!r}")

    def _fail(self, what: str) -> NoReturn:
        row = self.following
        at = f"row {row.get('n')}" if row is not None else "its end"
        before = self._rows[max(0, self._position - _SHOWN) : self._position]
        text = "\n".join([f"recording {self._path}: differs at {at}", *(f"  {_shown(row)}" for row in before), what])
        self.failure = ReplayMismatch(text)
        raise self.failure


def _shown(row: Row) -> str:
    plain = {key: value for key, value in row.items() if key not in ("n", "sha")}
    number = f"row {row['n']}: " if "n" in row else ""
    text = json.dumps(plain, ensure_ascii=False, default=str)
    return number + (text if len(text) <= _WIDEST else f"{text[:_WIDEST]}… ({len(text)} characters)")


def _difference(row: Row, request: dict[str, Any]) -> str:
    """Recorded (-) and asked (+), and where in a message they differ."""
    lines = [f"- {_shown(row)}", f"+ {_shown(request)}"]
    recorded, asked = (one.get("text") for one in (row, request))
    if isinstance(recorded, str) and isinstance(asked, str) and row.get("do") == request.get("do"):
        lines += list(difflib.ndiff([repr(recorded)], [repr(asked)]))
    return "\n".join(line.rstrip("\n") for line in lines)


class _ReplayedClock:
    """A clock that shows what it showed then, and never waits."""

    def __init__(self, replayer: Replayer) -> None:
        self._replayer = replayer

    def now(self) -> float:
        """Seconds as recorded."""
        return float(self._replayer.sensed(self._replayer.play(do="now"), lambda row: float(row["s"])))

    def utc(self) -> datetime:
        """Wall time as recorded."""
        row = self._replayer.play(do="utc")
        at: datetime = self._replayer.sensed(row, lambda row: _aware(row["at"]))
        return at

    def sleep(self, seconds: float) -> None:
        """Not wait: the next look at the clock shows the time after it."""
        self._replayer.play(do="sleep", s=seconds)


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return at


class _ReplayedTransport:
    """A wire that answers as it did then."""

    __slots__ = ("_replayer", "resource")

    def __init__(self, resource: str, replayer: Replayer) -> None:
        self.resource = resource
        self._replayer = replayer

    def _play(self, do: str, **fields: Any) -> Row:
        return self._replayer.play(do=do, wire=self.resource, **fields)

    def write(self, message: bytes) -> None:
        """Compare with what was sent then."""
        self._play("write", **content(Redaction().sent(message)))

    def read_line(self, timeout_s: float) -> bytes:
        """Give the line that came then."""
        return self._replayer.read(self._play("read_line"))

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Give the bytes that came then."""
        return self._replayer.read(self._play("read_exactly", count=count))

    def take_stray(self) -> bytes:
        """Give what had arrived unasked, if anything had."""
        row = self._replayer.following
        if row is None or row.get("do") != "stray" or row.get("wire") != self.resource:
            return b""
        return self._replayer.read(self._play("stray"))

    def clear(self) -> None:
        """Compare only."""
        self._play("clear")

    def reopen(self) -> None:
        """Compare only."""
        self._play("reopen")

    def close(self) -> None:
        """Compare only."""
        self._play("close")


class _ReplayedSmbus:
    """A two-wire bus that answers as it did then."""

    __slots__ = ("_replayer", "_resource")

    def __init__(self, resource: str, replayer: Replayer) -> None:
        self._resource = resource
        self._replayer = replayer

    def _play(self, do: str, **fields: Any) -> Row:
        return self._replayer.play(do=do, wire=self._resource, **fields)

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Give the bytes that came then."""
        return self._replayer.read(self._play("read_block", address=address, register=register, length=length))

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Compare with what was set then."""
        self._play("write_block", address=address, register=register, hex=content.hex())

    def close(self) -> None:
        """Compare only."""
        self._play("close")
