"""What somebody sees who watches a served bench: who talks to what, how fast, and what was said last."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Protocol, Self, TextIO

_EVERY_S = 0.5
_ROWS = 30


class Talk(Protocol):
    """One client at one instrument, as the server tells of it."""

    role: str
    peer: str
    messages: int
    ended: bool

    @property
    def last(self) -> str:
        """Its last message, for a person."""
        ...


class Rates:
    """Commands a second of every client since the look before."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, float]] = {}

    def of(self, talk: Talk, now_s: float) -> float:
        """This client's rate; 0.0 at the first look."""
        count, at = self._seen.get(id(talk), (talk.messages, now_s))
        self._seen[id(talk)] = (talk.messages, now_s)
        return (talk.messages - count) / (now_s - at) if now_s > at else 0.0


class LineWatch:
    """Plain lines: a client that came, one that went. For a file, a pipe, a terminal without colours."""

    every_s = _EVERY_S

    def __init__(self, talks: Callable[[], Sequence[Talk]], stream: TextIO = sys.stderr) -> None:
        self._talks = talks
        self._stream = stream
        self._told: dict[int, tuple[Talk, bool]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.look()

    def look(self) -> None:
        """Tell what has changed since the look before."""
        for talk in self._talks():
            _, ended = self._told.get(id(talk), (talk, None))
            if ended is None:
                self.say(f"{talk.peer} has come to {talk.role}")
            if talk.ended and not ended:
                said = f"; its last was {talk.last}" if talk.last else ""
                self.say(f"{talk.peer} has left {talk.role} after {talk.messages} commands{said}")
            self._told[id(talk)] = (talk, talk.ended)

    def say(self, text: str) -> None:
        """Tell something else."""
        self._stream.write(f"simulate: {text}\n")
        self._stream.flush()


class TableWatch:
    """A table that is drawn again and again, on a terminal."""

    every_s = _EVERY_S

    def __init__(self, talks: Callable[[], Sequence[Talk]]) -> None:
        from rich.console import Console  # noqa: PLC0415 - only on a terminal
        from rich.live import Live  # noqa: PLC0415 - the same

        self._talks = talks
        self._rates = Rates()
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def look(self) -> None:
        """Draw the table as it is now."""
        from rich.table import Table  # noqa: PLC0415 - the same
        from rich.text import Text  # noqa: PLC0415 - the same

        table = Table("instrument", "client", "commands", "a second", "last")
        now_s = time.monotonic()
        talks = self._talks()
        for talk in [*(one for one in talks if not one.ended), *(one for one in talks if one.ended)][:_ROWS]:
            rate = self._rates.of(talk, now_s)
            # Text, not markup: what a client says is shown, never obeyed.
            cells = (talk.role, talk.peer, str(talk.messages), f"{rate:.0f}" if rate else "", talk.last)
            table.add_row(*(Text(cell) for cell in cells), style="dim" if talk.ended else "")
        self._live.update(table, refresh=True)

    def say(self, text: str) -> None:
        """Tell something else, above the table."""
        self._live.console.print(f"simulate: {text}", markup=False)
