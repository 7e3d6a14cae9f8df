"""One row of the bench: ours, what it is compared with, their ratio over the repeats, and the goal."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, Literal

_SECONDS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


@dataclass(frozen=True, slots=True)
class Spread:
    """The smallest, the median and the largest of some repeats."""

    low: float
    median: float
    high: float
    repeats: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of these values. Raises ValueError for none."""
        if not values:
            raise ValueError("a figure needs at least one repeat")
        return cls(min(values), median(values), max(values), len(values))


@dataclass(frozen=True, slots=True)
class Figure:
    """A row.

    `ratio` is ours divided by the other's for rates, the other's by ours for times, so that more is always better;
    `share` says that it is told as a share of a limit (0.52: 52 % of it). `goal` is page 8's, and `met` whether the
    median reaches it (None: nothing is asked of this row).
    """

    row: str
    unit: str
    ours: Spread
    other: str = ""
    theirs: Spread | None = None
    ratio: Spread | None = None
    share: bool = False
    goal: str = ""
    met: bool | None = None
    note: str = ""

    def judged(self, met: Callable[[float], bool]) -> "Figure":
        """The same row with its goal asked of our own median, not of the ratio."""
        return replace(self, met=met(self.ours.median))

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Figure":
        """The row that such a document tells."""
        spreads = {name: Spread(**document[name]) for name in ("ours", "theirs", "ratio") if document[name]}
        return cls(**(document | spreads))

    def document(self) -> dict[str, Any]:
        """The row as JSON takes it."""
        return asdict(self)


Better = Literal["less", "more"]


def compared(
    row: str,
    unit: str,
    pairs: Sequence[tuple[float, float]],
    other: str,
    *,
    better: Better = "less",
    share: bool = False,
    goal: str = "",
    met: Callable[[float], bool] | None = None,
    note: str = "",
) -> Figure:
    """A row from repeats of (ours, theirs), each pair measured one right after the other."""
    ratios = [theirs / ours if better == "less" else ours / theirs for ours, theirs in pairs]
    spread = Spread.of(ratios)
    return Figure(
        row,
        unit,
        Spread.of([ours for ours, _ in pairs]),
        other,
        Spread.of([theirs for _, theirs in pairs]),
        spread,
        share,
        goal,
        None if met is None else met(spread.median),
        note,
    )


def alone(
    row: str,
    unit: str,
    values: Sequence[float],
    *,
    goal: str = "",
    met: Callable[[float], bool] | None = None,
    note: str = "",
) -> Figure:
    """A row that stands beside its goal only."""
    spread = Spread.of(values)
    return Figure(row, unit, spread, goal=goal, met=None if met is None else met(spread.median), note=note)


def shown(value: float, unit: str) -> str:
    """A value with three significant digits and its unit; seconds in the unit that suits them."""
    if unit != "s":
        return f"{_three(value)} {unit}"
    scale, name = next((pair for pair in _SECONDS if abs(value) >= pair[0]), _SECONDS[-1])
    return f"{_three(value / scale)} {name}"


def _three(value: float) -> str:
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratio_shown(figure: Figure) -> str:
    """The ratio as min–median–max, or as shares of the limit."""
    ratio = figure.ratio
    if ratio is None:
        return ""
    low, middle, high = ratio.low, ratio.median, ratio.high
    if figure.share:
        return f"{100 * low:.0f}–{100 * middle:.0f}–{100 * high:.0f} %"
    return f"{_three(low)}–{_three(middle)}–{_three(high)} ×"


def table(figures: Sequence[Figure]) -> str:
    """The rows as one Markdown table, notes below it."""
    lines = [
        "| figure | ours | beside | ratio (min–median–max) | goal | met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    notes: list[str] = []
    for figure in figures:
        beside = f"{figure.other}: {shown(figure.theirs.median, figure.unit)}" if figure.theirs else ""
        met = {True: "yes", False: "**no**", None: ""}[figure.met]
        mark = ""
        if figure.note:
            if figure.note not in notes:
                notes.append(figure.note)
            mark = f" [{notes.index(figure.note) + 1}]"
        ours = shown(figure.ours.median, figure.unit)
        if figure.ratio is None and figure.ours.repeats > 1:
            ours += f" ({shown(figure.ours.low, figure.unit)} … {shown(figure.ours.high, figure.unit)})"
        lines.append(f"| {figure.row}{mark} | {ours} | {beside} | {ratio_shown(figure)} | {figure.goal} | {met} |")
    return "\n".join([*lines, "", *(f"{place}. {note}" for place, note in enumerate(notes, start=1))])
