"""One conversation with one instrument: one question at a time, and none after the thread is lost.

Two threads on one wire without a lock take each other's answers, and after a timeout the next question gets the
last one's answer; neither raises anything by itself. A session therefore holds a lock over question and answer, and
is poisoned by every failure of the wire until `resync()` has proven that question and answer fit again.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import RLock, get_ident
from typing import Final

from drivers.errors import Garbled, LinkError
from drivers.transport import Transport

_PROBE: Final = b"*IDN?\n"
_SEAL: Final = b"*OPC?\n"
_STALE_LINES: Final = 64
"""Answers to earlier questions that a resynchronisation reads past before it gives up."""

_BLOCK_HEADER: Final = re.compile(rb"#([1-9])")


class _Reentrant:
    """A lock that its holder may take again, around one that need not allow it."""

    __slots__ = ("_depth", "_inner", "_owner")

    def __init__(self, inner: AbstractContextManager[object]) -> None:
        self._inner = inner
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me = get_ident()
        if self._owner != me:
            self._inner.__enter__()
            self._owner = me
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
            self._inner.__exit__(None, None, None)


class Session:
    """The only owner of a transport. Commands and answers are text without terminators.

    `identification` is what the instrument is known to answer to *IDN?, once it is known; `resync()` looks for it.
    """

    __slots__ = ("_lock", "_transport", "broken", "identification", "renewed", "resource", "timeout_s")

    def __init__(
        self, transport: Transport, *, timeout_s: float = 5.0, lock: AbstractContextManager[object] | None = None
    ) -> None:
        self.resource = transport.resource
        self.identification: str | None = None
        self.broken: str | None = None
        """What poisoned the session, or None."""
        self.renewed = False
        """Whether the wire was opened again and whoever owns the session has not yet set the instrument up anew."""
        self._transport = transport
        self.timeout_s = timeout_s
        self._lock: AbstractContextManager[object] = RLock() if lock is None else _Reentrant(lock)

    def exclusive(self) -> AbstractContextManager[object]:
        """Hold the instrument over several questions; other threads wait."""
        return self._lock

    def write(self, command: str) -> None:
        """Send a command that has no answer."""
        with self._lock:
            self._require_whole(command)
            try:
                self._transport.write(command.encode("ascii") + b"\n")
            except LinkError as error:
                raise self._poisoned(command, error) from error

    def query(self, command: str, timeout_s: float | None = None) -> str:
        """Get the answer to a question, without white space around it.

        Raises `LinkTimeout`, `LinkLost`, or `Garbled` for an empty or non-ASCII answer or bytes that nobody asked for;
        each poisons the session.
        """
        with self._lock:
            self._require_whole(command)
            try:
                transport = self._transport
                if stray := transport.take_stray():
                    raise Garbled(f"{self.resource}: before the question came {stray[:60]!r}, unasked")
                transport.write(command.encode("ascii") + b"\n")
                answer = transport.read_line(self.timeout_s if timeout_s is None else timeout_s)
                return self._text(answer)
            except LinkError as error:
                raise self._poisoned(command, error) from error

    def query_block(self, command: str, timeout_s: float | None = None) -> bytes:
        """Get an answer that is a definite-length arbitrary block (IEEE 488.2, 8.7.9): its content.

        Raises `Garbled` for anything else, and `LinkTimeout` when the block is shorter than it says.
        """
        limit = self.timeout_s if timeout_s is None else timeout_s
        with self._lock:
            self._require_whole(command)
            try:
                transport = self._transport
                if stray := transport.take_stray():
                    raise Garbled(f"{self.resource}: before the question came {stray[:60]!r}, unasked")
                transport.write(command.encode("ascii") + b"\n")
                head = transport.read_exactly(2, limit)
                if (match := _BLOCK_HEADER.fullmatch(head)) is None:
                    raise Garbled(f"{self.resource}: expected a block, got {head!r}…")
                digits = transport.read_exactly(int(match[1]), limit)
                if not digits.isdigit():
                    raise Garbled(f"{self.resource}: block length {digits!r} is no number")
                content = transport.read_exactly(int(digits), limit)
                if rest := transport.read_line(limit):
                    raise Garbled(f"{self.resource}: the block is followed by {rest[:60]!r}")
                return content
            except LinkError as error:
                raise self._poisoned(command, error) from error

    def clear(self) -> None:
        """Clear the device and drop what it has said."""
        with self._lock:
            self._transport.clear()

    def poison(self, reason: LinkError) -> None:
        """Refuse every question from now on, until `resync()`: what the next answer belongs to is unknown."""
        if self.broken is None:
            self.broken = str(reason)

    def resync(self) -> None:
        """Bring question and answer together again: device clear and an identification round, else a new connection.

        After a new connection `renewed` is set: the instrument may have been switched off and on meanwhile.
        Raises `LinkError` when both fail; the session stays poisoned.
        """
        with self._lock:
            try:
                self._transport.clear()
                self._round()
            except LinkError as first:
                self.renewed = True
                try:
                    self._transport.reopen()
                    self._transport.clear()
                    self._round()
                except LinkError as error:
                    error.add_note(f"before reopening: {first}")
                    raise
            self.broken = None

    def _round(self) -> None:
        """Ask who is there, read past answers to older questions, and seal with *OPC?.

        The seal is needed because an older question may have been *IDN? itself: only a 1 that follows an
        identification answers the seal.
        """
        # One after the other: a second question before the first answer is read is a query error (IEEE 488.2, 6.3.2.3).
        known = None if self.identification is None else self.identification.encode("ascii")
        self._read_past(_PROBE, lambda line: line.count(b",") >= 3 if known is None else line == known)
        self._read_past(_SEAL, lambda line: line == b"1")

    def _read_past(self, question: bytes, fits: Callable[[bytes], bool]) -> None:
        transport = self._transport
        transport.write(question)
        for _ in range(_STALE_LINES):
            if fits(transport.read_line(self.timeout_s).strip()):
                return
        raise Garbled(f"{self.resource}: resync: {_STALE_LINES} answers and none of them is one to {question!r}")

    def _require_whole(self, command: str) -> None:
        if self.broken is not None:
            raise LinkError(
                f"{self.resource}: {command[:60]!r} not sent: the session lost its step ({self.broken}); call resync()"
            )

    def _poisoned(self, command: str, error: LinkError) -> LinkError:
        """Poison the session; the same kind of error, saying which command it was."""
        what = str(error).removeprefix(f"{self.resource}: ")
        named = type(error)(f"{self.resource}: {command[:60]!r}: {what}")
        self.poison(named)
        return named

    def _text(self, answer: bytes) -> str:
        try:
            text = answer.decode("ascii").strip()
        except UnicodeDecodeError as error:
            raise Garbled(f"{self.resource}: the answer is not ASCII: {answer[:60]!r}") from error
        if not text:
            raise Garbled(f"{self.resource}: the answer is empty")
        return text

    def close(self) -> None:
        """Let go of the wire."""
        self._transport.close()
