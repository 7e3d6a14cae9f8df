"""Columns that fit a terminal of any width: the least important ones go first, then the flexible ones are cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mes.console_output import inert
from mes.tui.view_text import Line, Listing, Row, Span, Target, Tone, fitted

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `rank` 0 is always shown, the highest rank goes first; `least` is how narrow it may be cut."""

    title: str
    rank: int = 0
    right: bool = False
    least: int | None = None
    """None: never cut below its widest cell."""
    tone: Tone = Tone.NORMAL
    most: int = 40
    """However long its longest cell, it takes no more than this."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `tone` None takes the column's."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The cells of one row in the order of the columns, and what the row opens."""

    cells: tuple[Cell, ...]
    key: str = ""
    target: Target | None = None


def table(columns: Sequence[Column], entries: Sequence[Entry], width: int) -> Listing:
    """The entries under their column titles in `width` cells."""
    natural = [
        min(column.most, max(cell_len(inert(text)) for text in (column.title, *(e.cells[i].text for e in entries))))
        for i, column in enumerate(columns)
    ]
    shown = _shown(columns, natural, width)
    widths = _widths(columns, natural, shown, width)
    heading = _line([Cell(columns[i].title, Tone.HEADING) for i in shown], [columns[i] for i in shown], widths)
    rows = tuple(
        Row(_line([e.cells[i] for i in shown], [columns[i] for i in shown], widths), e.key, e.target) for e in entries
    )
    return Listing(heading, rows)


def _shown(columns: Sequence[Column], natural: Sequence[int], width: int) -> list[int]:
    shown = list(range(len(columns)))

    def needed(whole: bool) -> int:
        cells = [natural[i] if whole else min(natural[i], columns[i].least or natural[i]) for i in shown]
        return sum(cells) + _GAP * (len(shown) - 1)

    def give_up(rank: int, *, whole: bool) -> None:
        while needed(whole) > width and any(columns[i].rank >= rank for i in shown):
            shown.remove(max(shown, key=lambda i: (columns[i].rank, i)))

    # A column of rank 2 or more is not worth a cut word in another one.
    give_up(2, whole=True)
    give_up(1, whole=False)
    return shown


def _widths(columns: Sequence[Column], natural: Sequence[int], shown: Sequence[int], width: int) -> list[int]:
    widths = [natural[i] for i in shown]
    excess = sum(widths) + _GAP * (len(shown) - 1) - width
    # The widest column that may be cut gives first, so that no short word is cut beside a long one.
    while excess > 0:
        floors = [widths[k] if columns[i].least is None else (columns[i].least or 0) for k, i in enumerate(shown)]
        giving = max(range(len(shown)), key=lambda k: widths[k] - floors[k])
        if widths[giving] <= floors[giving]:
            break
        widths[giving] -= 1
        excess -= 1
    return widths


def _line(cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int]) -> Line:
    spans: list[Span] = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        if spans:
            spans.append(Span(" " * _GAP))
        spans.append(Span(fitted(cell.text, width, right=column.right), cell.tone or column.tone))
    return tuple(spans)
