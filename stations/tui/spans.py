"""What a view hands to a widget: lines of spans, each with an ink that the palette turns into colours.

Texts from outside (labels, errors) are drawn character by character, never as markup; characters that would move
the cursor become visible stand-ins.
"""

import textwrap
import unicodedata
from dataclasses import dataclass
from enum import StrEnum, auto

from rich.cells import cell_len, set_cell_size


class Ink(StrEnum):
    """What a span means; the palette says how that looks."""

    PLAIN = auto()
    DIM = auto()
    STRONG = auto()
    KEY = auto()
    ABNORMAL = auto()
    """Something that needs a person, outside a verdict."""
    OUT = auto()
    """A value outside its limits."""
    CALM = auto()
    """The band while nothing is judged."""
    PASSED = auto()
    FAILED = auto()
    ERROR = auto()
    ABORTED = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line. `action` names what a click on it does."""

    text: str
    ink: Ink = Ink.PLAIN
    action: str = ""


Line = tuple[Span, ...]


def one_line(text: str) -> str:
    """A text from outside as it can stand in one line: no control character, no line end, no direction marks."""
    return "".join(c if unicodedata.category(c)[0] != "C" else "�" for c in " ".join(text.splitlines()))


def width_of(line: Line) -> int:
    """Terminal columns that a line takes."""
    return sum(cell_len(span.text) for span in line)


def fitted(line: Line, width: int, fill: Ink = Ink.PLAIN) -> Line:
    """The line in exactly `width` columns: filled up, or cut with an ellipsis that says so."""
    missing = width - width_of(line)
    if missing >= 0:
        return (*line, Span(" " * missing, fill)) if missing else line
    kept: list[Span] = []
    room = width - 1
    for span in line:
        columns = cell_len(span.text)
        if columns > room:
            kept.append(Span(set_cell_size(span.text, max(room, 0)) + "…", span.ink, span.action))
            break
        kept.append(span)
        room -= columns
    return tuple(kept)


def spread(left: Line, right: Line, width: int, fill: Ink = Ink.PLAIN) -> Line:
    """One text at each end; the left one is cut first, because the right one changes."""
    right_width = width_of(right)
    if right_width >= width:
        return fitted(right, width, fill)
    return (*fitted(left, width - right_width, fill), *right)


def paragraph(text: str, width: int, ink: Ink = Ink.PLAIN, *, indent: str = "") -> list[Line]:
    """A text in as many lines as it needs; its own line ends are kept."""
    lines: list[Line] = []
    for part in text.splitlines() or [""]:
        wrapped = textwrap.wrap(
            one_line(part), max(width, 8), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
        )
        lines += [(Span(one, ink),) for one in wrapped or [indent]]
    return lines


def text_of(line: Line) -> str:
    """What a person reads in a line."""
    return "".join(span.text for span in line)
