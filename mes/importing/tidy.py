"""A table with one value a line; the lines of a run stand together.

The first look at the file finds which measurands each test has, because a vector is laid out before its first run. A
measurand that a run lacks keeps the limits that it had before, so that a run that broke off is of the same plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mes.importing.cells import CellRefused, Cells, Numbers, said, text_of
from mes.importing.concluded_run import concluded_run
from mes.importing.delimited import Delimited, Row
from mes.importing.history import HistoricRun, HistoryRefused, RefusedLine
from mes.importing.map_document import FromColumn, ImportMap, TidyMeasurements
from mes.importing.plan_book import PlanBook
from mes.importing.run_columns import RunColumns, RunHead
from mes.importing.units import UnknownUnit, si_unit
from mes.importing.verdict import Found, worst
from mes.records import MeasurandDefinition
from mes.vocabulary import Outcome, OverRange

_MOST_MEASURANDS = 10_000
_MOST_LINES = 2 * _MOST_MEASURANDS
_NEIGHBOUR = "is no row, and may belong to the run that follows it"
_AGREE = (
    "unit",
    "revision",
    "operation",
    "station",
    "fixture",
    "operator",
    "number",
    "outcome",
    "plan",
    "plan_revision",
    "limit_revision",
    "instruments",
)
"""What all lines of a run say alike."""

Band = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class _Value:
    """What one line measured."""

    name: str
    unit: str
    band: Band
    value: float | None
    text: str | None
    over_range: OverRange | None
    outcome: Outcome | None


@dataclass(slots=True)
class _Layout:
    """The measurands of one test in the order in which they first came, with their units and latest limits."""

    units: dict[str, str] = field(default_factory=dict)
    bands: dict[str, Band] = field(default_factory=dict)


class TidyTable:
    """Runs of a table. Raises `HistoryRefused` when the table has not the columns that the map names."""

    def __init__(self, by: ImportMap, values: TidyMeasurements, table: Delimited) -> None:
        self._by, self._values, self._table = by, values, table
        self._heads = RunColumns(by)
        self._numbers = Numbers(by.file)
        columns = self._heads.columns()
        for key in ("name", "value", "unit", "low", "high", "outcome"):
            said_by = getattr(values, key)
            if isinstance(said_by, FromColumn):
                columns[f"measurements.{key}"] = said_by.column
        table.require(columns)
        self.lines = 0
        self._first = self._look()

    def runs(self) -> Iterator[HistoricRun | RefusedLine]:
        """Every run, and every line that spoils one."""
        revision = self._by.plan.limit_revision
        plans = PlanBook(revision.column if isinstance(revision, FromColumn) else "")
        layouts = {key: _Layout(layout.units, dict(layout.bands)) for key, layout in self._first.items()}
        for rows in self._groups():
            refused: list[RefusedLine] = []
            run = self._run(rows, plans, layouts, refused)
            if run is None:
                yield from refused
            else:
                yield run

    def _look(self) -> dict[tuple[str, ...], _Layout]:
        """Which measurands each test has. What is wrong with a line is told when the runs are read."""
        found: dict[tuple[str, ...], _Layout] = {}
        for row in self._table.rows():
            self.lines = row.last_line
            if row.fault:
                continue
            try:
                layout = found.setdefault(_test(self._heads.head(row.cells)), _Layout())
                value = self._value(row.cells)
            except CellRefused:
                continue
            if len(layout.units) < _MOST_MEASURANDS:
                layout.units.setdefault(value.name, value.unit)
                layout.bands.setdefault(value.name, value.band)
        return found

    def _run(
        self, rows: list[Row], plans: PlanBook, layouts: dict[tuple[str, ...], _Layout], refused: list[RefusedLine]
    ) -> HistoricRun | None:
        lines = (rows[0].line, rows[-1].last_line)
        heads: list[RunHead] = []
        values: dict[str, _Value] = {}
        for row in rows:
            try:
                if row.fault:
                    raise CellRefused("", row.shown, row.fault)
                heads.append(self._agreeing(heads, row))
                value = self._value(row.cells)
                self._fits(value, layouts[_test(heads[0])], values)
                values[value.name] = value
            except CellRefused as error:
                refused.append(RefusedLine(row.line, error.column, error.value, error.reason, lines))
        if refused:
            return None
        try:
            return self._concluded(lines, heads, values, plans, layouts[_test(heads[0])])
        except CellRefused as error:
            refused.append(RefusedLine(lines[0], error.column, error.value, error.reason, lines))
            return None

    def _agreeing(self, heads: list[RunHead], row: Row) -> RunHead:
        head = self._heads.head(row.cells)
        for name in _AGREE:
            if heads and getattr(head, name) != getattr(heads[0], name):
                raise CellRefused(
                    "", str(getattr(head, name)), f"{name.replace('_', ' ')} differs from the first line of its run"
                )
        return head

    def _fits(self, value: _Value, layout: _Layout, values: dict[str, _Value]) -> None:
        column = self._values.name.column
        if value.name in values:
            raise CellRefused(
                column, value.name, "stands twice in its run; [run] number tells runs of one moment apart"
            )
        if value.name not in layout.units:
            raise CellRefused(column, value.name, f"is one measurand more than {_MOST_MEASURANDS} of one test")
        if layout.units[value.name] != value.unit:
            raise CellRefused(column, value.name, f"is in {value.unit}, and was in {layout.units[value.name]} before")

    def _concluded(
        self,
        lines: tuple[int, int],
        heads: list[RunHead],
        values: dict[str, _Value],
        plans: PlanBook,
        layout: _Layout,
    ) -> HistoricRun:
        layout.bands |= {name: value.band for name, value in values.items()}
        names = tuple(layout.units)
        bands = tuple(layout.bands[name] for name in names)
        head = heads[0]
        plan = plans.plan(head, bands, lambda: self._measurands(layout, names, bands))
        over_ranges = {one.name: one.over_range for one in values.values() if one.over_range is not None}
        stated = {one.name: one.outcome for one in values.values() if one.outcome is not None}
        found = Found(
            plan.measurands,
            [values[name].value if name in values else None for name in names],
            {one.name: one.text for one in values.values() if one.text is not None},
            over_ranges,
            stated,
        )
        by_lines = worst(tuple(stated.values())) if self._by.outcome.from_measurements else None
        # Where a column numbers the runs, each line may have a moment of its own.
        head = replace(
            head, started_at=min(one.started_at for one in heads), finished_at=max(one.finished_at for one in heads)
        )
        return concluded_run(lines, head, plan, found, self._by, by_lines)

    def _value(self, cells: Cells) -> _Value:
        by = self._values
        name, cell = said(by.name, cells), cells[by.value.column]
        outcome = None if by.outcome is None else self._heads.outcome(by.outcome.column, cells)
        if by.unit is None or name in by.texts:
            missing = cell.strip() in self._by.file.missing
            text = None if missing else text_of(by.value.column, cell)
            return _Value(name, "", (None, None), None, text, None, outcome)
        try:
            unit = si_unit(said(by.unit, cells))
        except UnknownUnit as error:
            column = by.unit.column if isinstance(by.unit, FromColumn) else ""
            raise CellRefused(column, said(by.unit, cells), f"is no unit known here; {error.remedy}") from error
        low, high = (
            None if one is None else self._numbers.limit(one.column, cells[one.column], unit)
            for one in (by.low, by.high)
        )
        if low is not None and high is not None and low > high:
            column = "" if by.low is None else by.low.column
            raise CellRefused(column, f"{low:g}", f"low limit of {name} is above its high limit {high:g}")
        measured = self._numbers.measured(by.value.column, cell, unit)
        return _Value(name, unit.kept, (low, high), measured.value, None, measured.over_range, outcome)

    @staticmethod
    def _measurands(
        layout: _Layout, names: tuple[str, ...], bands: tuple[Band, ...]
    ) -> tuple[MeasurandDefinition, ...]:
        return tuple(
            MeasurandDefinition(name=name, unit=layout.units[name], low=low, high=high)
            for name, (low, high) in zip(names, bands, strict=True)
        )

    def _groups(self) -> Iterator[list[Row]]:
        """The rows of each run. A line that is no row may belong to the run before or behind it: it spoils both."""
        keys = self._heads.key_columns()
        rows: list[Row] = []
        held: tuple[str, ...] | None = None
        for row in self._table.rows():
            key = held if row.fault else tuple(row.cells[column] for column in keys)
            if rows and held is not None and key != held:
                yield rows
                rows = [replace(one, shown="", fault=_NEIGHBOUR) for one in _tail(rows)]
            held = key
            rows.append(row)
            if len(rows) > _MOST_LINES:
                raise HistoryRefused(
                    f"{self._table.path}: lines {rows[0].line} to {row.line} and more are one run by the columns "
                    f"{', '.join(keys)}; name the column that tells runs apart as [run] number"
                )
        if rows:
            yield rows


def _tail(rows: list[Row]) -> list[Row]:
    """The lines at the end that are no rows."""
    good = max((place for place, row in enumerate(rows) if not row.fault), default=-1)
    return rows[good + 1 :]


def _test(head: RunHead) -> tuple[str, ...]:
    """What is laid out alike."""
    return (head.plan, head.plan_revision, head.unit.part, head.operation, head.limit_revision or "")
