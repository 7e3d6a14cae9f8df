"""The file of a recording: what passed between a station and its bench, as JSON Lines in strict order.

Each line is one row, and ends with the head of a SHA-256 over the line before and itself, so that a byte that changed,
a line that went and a tail that was cut are found before anything is played. The last row says `end`: a recording
without it was cut off.

The chain guards against damage, not against forgery: whoever can write the file can make it again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from drivers.errors import InstrumentError

Row = Mapping[str, Any]
"""One row: `n` counts from 1, `do` says what was done, the other keys say with what and what came back."""

FORMAT: Final = "rackline-recording-1"
_HEAD: Final = 16
"""Hexadecimal digits of the digest that a line carries."""
_SEAL: Final = ',"sha":"'


class RecordingError(InstrumentError):
    """A recording cannot be read, was changed, or was cut off."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a recording's lines, the first of it."""

    row: int
    problem: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as read: `header` is its first row, `rows` all between it and the end.

    With `damage` the rows are what could still be read, good for finding out what was changed and for nothing else.
    """

    path: Path
    header: Row
    rows: tuple[Row, ...]
    spoiled: str | None
    """Why it can never be played, although nothing was changed."""
    damage: Damage | None


def content(value: bytes) -> dict[str, str]:
    """Bytes for a row: readable when they are printable ASCII, else in hexadecimal."""
    if all(32 <= byte < 127 or byte in b"\r\n\t" for byte in value):
        return {"text": value.decode("ascii")}
    return {"hex": value.hex()}


def content_of(row: Row) -> bytes:
    """The bytes of a row."""
    return bytes.fromhex(row["hex"]) if "hex" in row else str(row["text"]).encode("ascii")


class RecordingWriter:
    """Writes rows to a text stream, each sealed to the one before and on its way to the disk when `write` returns."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._head = ""
        self.count = 0
        """How many rows there are."""

    def write(self, do: str, **fields: Any) -> None:
        """Add one row."""
        self.count += 1
        line, self._head = _sealed({"n": self.count, "do": do, **fields}, self._head)
        self._stream.write(line + "\n")
        self._stream.flush()


def rewritten(rows: Sequence[Row]) -> str:
    """The file that holds these rows (header and end included), numbered and sealed anew."""
    lines, head = [], ""
    for number, row in enumerate(rows, 1):
        line, head = _sealed({**row, "n": number}, head)
        lines.append(line + "\n")
    return "".join(lines)


def _sealed(row: Row, head: str) -> tuple[str, str]:
    plain = {key: value for key, value in row.items() if key != "sha"}
    body = json.dumps(plain, separators=(",", ":"), allow_nan=False)[:-1]
    digest = hashlib.sha256(f"{head}\n{body}".encode("ascii")).hexdigest()[:_HEAD]
    return f'{body}{_SEAL}{digest}"}}', digest


def load_recording(path: Path) -> Recording:
    """Read a recording. What was changed is told in `damage`, as long as its rows can still be read.

    Raises `RecordingError` for a file that cannot be read, is no recording, was cut off, or whose damage leaves a row
    unreadable.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"recording {path}: cannot be read: {error.strerror}; check the path") from error
    lines = raw.split(b"\n")
    rest = lines.pop()
    rows: list[dict[str, Any]] = []
    damage: Damage | None = None
    head = ""
    for number, line in enumerate(lines, 1):
        row, head, problem = _read(path, number, line, head)
        rows.append(row)
        if problem and damage is None:
            damage = Damage(number, problem)
    if not rows or rows[0].get("format") != FORMAT:
        known = f"row 1 does not say {FORMAT}"
        raise RecordingError(f"recording {path}: {known}; give a file that `station run --record` made")
    if rest or rows[-1].get("do") != "end":
        where = f"after row {len(rows)} come {rest[:60]!r}" if rest else f"it has no end after row {len(rows)}"
        raise RecordingError(f"recording {path}: {where}: it was cut off, or changed; record the run again")
    return Recording(path, rows[0], tuple(rows[1:-1]), rows[-1].get("spoiled"), damage)


def _read(path: Path, number: int, line: bytes, head: str) -> tuple[dict[str, Any], str, str]:
    """One line: its row, its digest, and what is wrong with its seal."""
    try:
        row = json.loads(line.decode("ascii"))
        if not isinstance(row, dict):
            raise ValueError("it is no object")
        sealed, digest = _sealed(row, head)
    except ValueError as error:
        raise RecordingError(
            f"recording {path}: row {number} is damaged and cannot be read: {error}\n"
            f"it says {line[:120]!r}; take the recording from where it was made"
        ) from error
    if sealed.encode("ascii") == line:
        return row, digest, ""
    told = str(row.get("sha", "none"))
    if told != digest:
        # What follows is held against the seal as it stands, so that one damaged row is told, not all after it.
        return row, told, f"its seal is {told}, its content has {digest}"
    return row, digest, f"it is not written as a recording is: {line[:80]!r}"
