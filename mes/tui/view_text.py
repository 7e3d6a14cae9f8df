"""What a screen shows, without a screen: lines of spans, each with a tone that the theme gives its look.

Calm by default (ISA-101): most text has no tone at all, and colour is kept for what is not as it should be. No tone
is the only sign of anything: a word or a glyph always says the same, for eyes and terminals without colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rich.cells import cell_len, set_cell_size

from mes.console_output import inert


class Tone(StrEnum):
    """Why a piece of text looks as it does; the value names its style in the theme."""

    NORMAL = "normal"
    MUTED = "muted"
    STRONG = "strong"
    HEADING = "heading"
    FAILED = "failed"
    ERROR = "error"
    """A fixture or test fault: must not read as a bad unit, so it never looks like FAILED."""
    MARGINAL = "marginal"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one tone."""

    text: str
    tone: Tone = Tone.NORMAL


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What Enter on a row opens."""

    kind: str
    """ "unit" or "lot"."""
    id: UUID


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list, and what it opens. `key` says which row it is when the list changes around it."""

    line: Line
    key: str = ""
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under a heading that stays where it is."""

    heading: Line | None
    rows: tuple[Row, ...]


def plain(line: Line) -> str:
    """The characters of a line."""
    return "".join(span.text for span in line)


def line_of(text: str, tone: Tone = Tone.NORMAL) -> Line:
    """A line in one tone; what cannot be seen is written as its escape."""
    return (Span(inert(text), tone),)


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Inert text in exactly `width` terminal cells: filled with blanks, or cut with an ellipsis."""
    shown = cut(inert(text), width)
    blanks = " " * (width - cell_len(shown))
    return blanks + shown if right else shown + blanks


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells; an ellipsis says that it goes on."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip() + "…"


def folded(text: str, width: int, tone: Tone = Tone.NORMAL, *, indent: int = 0, limit: int | None = None) -> list[Line]:
    """The text in lines of at most `width` cells, broken at blanks where there are any; nothing is lost.

    With a `limit` the last line allowed ends in an ellipsis where the text goes on.
    """
    room = max(1, width - indent)
    lines: list[str] = [""]
    for word in inert(text).split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        rest = word
        while cell_len(rest) > room:
            head = _head(rest, room)
            lines[-1] = head
            lines.append("")
            rest = rest[len(head) :]
        lines[-1] = rest
    if limit is not None and len(lines) > limit:
        lines = [*lines[: limit - 1], cut(" ".join(lines[limit - 1 :]), room)]
    return [(Span(" " * indent + piece, tone),) for piece in lines]


def joined(parts: Sequence[Line], separator: str = "  ") -> Line:
    """Several pieces on one line; pieces without text leave no gap."""
    spans: list[Span] = []
    for part in parts:
        if plain(part):
            spans += ([Span(separator)] if spans else []) + list(part)
    return tuple(spans)


def _head(text: str, width: int) -> str:
    length = 0
    while length < len(text) and cell_len(text[: length + 1]) <= width:
        length += 1
    # A character wider than the line still has to go somewhere.
    return text[: max(1, length)]
