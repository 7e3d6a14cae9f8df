"""How a cost grows with the work: points at each decade, the exponent between them, and a plot of both logarithms."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import floor, log, log10
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figure import shown

_ROWS = 12
"""Half decades of seconds that the plot has: from 100 µs to 100 s."""

_LEAST = -4.0
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one question cost, in seconds: on the clock, and of processors (`worked`), which others do not lengthen."""

    median: float
    p99: float
    worked: float
    """The median of the processors' seconds."""
    worked_p99: float
    repeats: int

    @classmethod
    def of(cls, seconds: Sequence[float], worked: Sequence[float]) -> "Cost":
        """The cost of these repeats; the 99th percentile is the value below which 99 of 100 lie (nearest rank)."""
        rank = -(-99 * len(seconds) // 100) - 1
        return cls(median(seconds), sorted(seconds)[rank], median(worked), sorted(worked)[rank], len(seconds))

    def told(self, p99: bool) -> tuple[float, float]:
        """On the clock and of processors: the medians, or the 99th percentiles."""
        return (self.p99, self.worked_p99) if p99 else (self.median, self.worked)


@dataclass(slots=True)
class Point:
    """What was measured of one database at one size; `ingest` is told of the runs since the size before."""

    database: str
    runs: int
    units: int
    bytes_: int
    load: float
    """Processes that wanted to run when it was measured: above the number of cores the times are too long."""
    measurements: int = 0
    """All that are stored; `bytes_` of the whole database are told by their number."""
    runs_per_s: float | None = None
    records_per_s: float | None = None
    worked_a_run: float | None = None
    """Seconds of processors that the ingest of a run took, with its share of units and parts."""
    costs: dict[str, Cost] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The point as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Point":
        """The point that such a document tells."""
        return cls(**{**document, "costs": {name: Cost(**cost) for name, cost in document["costs"].items()}})


def exponent(before: tuple[int, float], after: tuple[int, float]) -> float | None:
    """By what power of the runs a cost grew between two (runs, cost): 0 is flat, 1 is as the runs do.

    None where the number of runs did not change.
    """
    (runs, cost), (more, grown) = before, after
    return None if runs == more or cost <= 0 or grown <= 0 else log(grown / cost) / log(more / runs)


def rows(points: Sequence[Point], asked: Mapping[str, tuple[str, str, bool]]) -> list[tuple[str, list[str], str]]:
    """A row for ingest, storage and each question: its name, its cells (cost and exponent), its goal."""
    told: list[tuple[str, list[str], str]] = [
        ("ingest, runs/s", [f"{p.runs_per_s:,.0f}" if p.runs_per_s else "" for p in points], ""),
        ("ingest, records/s", [f"{p.records_per_s:,.0f}" if p.records_per_s else "" for p in points], ""),
        ("ingest, processors a run", [shown(p.worked_a_run, "s") if p.worked_a_run else "" for p in points], ""),
        (
            "whole database a measurement, B",
            [f"{p.bytes_ / p.measurements:.1f}" if p.measurements else "" for p in points],
            "≤ 16 B",
        ),
    ]
    for name, (says, goal, p99) in asked.items():
        cells, before = [], None
        for point in points:
            cost = point.costs.get(name)
            if cost is None:
                cells.append("")
                continue
            seconds, worked = cost.told(p99)
            grown = None if before is None else exponent(before, (point.runs, worked))
            cells.append(
                f"{shown(seconds, 's')} / {shown(worked, 's')}" + ("" if grown is None else f"  n^{grown:+.2f}")
            )
            before = (point.runs, worked)
        if any(cells):
            told.append((says, cells, goal))
    return told


def plot(points: Sequence[Point], asked: Mapping[str, tuple[str, str, bool]]) -> list[str]:
    """Processors' seconds upwards, runs to the right, both in logarithms: what is flat stays on its line."""
    names = [name for name in asked if any(name in point.costs for point in points)]
    grid: list[list[str]] = [["" for _ in points] for _ in range(_ROWS + 1)]
    for letter, name in zip(_LETTERS, names, strict=False):
        for place, point in enumerate(points):
            if name in point.costs:
                _, worked = point.costs[name].told(asked[name][2])
                seconds = max(worked, 1e-9)
                row = min(_ROWS, max(0, floor((log10(seconds) - _LEAST) * 2)))
                grid[row][place] += letter
    lines = []
    for row in reversed(range(_ROWS + 1)):
        label = shown(10 ** (_LEAST + row / 2), "s") if row % 2 == 0 else ""
        lines.append(f"{label:>8} │" + "".join(f"{cell:^12}" for cell in grid[row]))
    lines.append(" " * 8 + " └" + "─" * 12 * len(points))
    lines.append(" " * 10 + "".join(f"{f'{point.runs:,}':^12}" for point in points) + " runs")
    lines += [f"  {letter}  {asked[name][0]}" for letter, name in zip(_LETTERS, names, strict=False)]
    return lines


def print_growth(
    database: str, points: Sequence[Point], asked: Mapping[str, tuple[str, str, bool]], console: Console
) -> None:
    """The table and the plot of one database."""
    table = Table(
        title=f"{database}: clock / processors by number of runs, and the growth of the latter", title_justify="left"
    )
    table.add_column("")
    for point in points:
        table.add_column(f"{point.runs:,} runs\n{point.units:,} units\nload {point.load:.1f}", justify="right")
    table.add_column("goal")
    for name, cells, goal in rows(points, asked):
        table.add_row(name, *cells, goal)
    console.print(table)
    for line in plot(points, asked):
        console.print(line, markup=False, highlight=False)
