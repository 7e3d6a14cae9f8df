"""A table with one run a line and a column for each measurand."""

from collections.abc import Iterator
from decimal import Decimal

from mes.importing.cells import CellRefused, Cells, Numbers, text_of
from mes.importing.concluded_run import concluded_run
from mes.importing.delimited import Delimited
from mes.importing.history import HistoricRun, RefusedLine
from mes.importing.map_document import FromColumn, ImportMap, Limit, WideMeasurand
from mes.importing.plan_book import PlanBook
from mes.importing.run_columns import RunColumns
from mes.importing.units import SiUnit, si_unit
from mes.importing.verdict import Found
from mes.records import MeasurandDefinition
from mes.vocabulary import OverRange

Band = tuple[float | None, float | None]


class WideTable:
    """Runs of a table. Raises `HistoryRefused` when the table has not the columns that the map names."""

    def __init__(self, by: ImportMap, table: Delimited) -> None:
        self._by, self._table = by, table
        self._heads = RunColumns(by)
        self._numbers = Numbers(by.file)
        self._units = [SiUnit("") if one.text else si_unit(one.unit) for one in by.measurand]
        columns = self._heads.columns()
        for place, one in enumerate(by.measurand):
            columns[f"measurand[{place}].column"] = one.column
            for side, limit in (("low", one.low), ("high", one.high)):
                if isinstance(limit, FromColumn):
                    columns[f"measurand[{place}].{side}"] = limit.column
        table.require(columns)
        self._fixed = [
            (self._fixed_limit(one.low, unit), self._fixed_limit(one.high, unit))
            for one, unit in zip(by.measurand, self._units, strict=True)
        ]
        self.lines = max((row.last_line for row in table.rows()), default=0)

    def runs(self) -> Iterator[HistoricRun | RefusedLine]:
        """Every run, and every line that is none."""
        revision = self._by.plan.limit_revision
        plans = PlanBook(revision.column if isinstance(revision, FromColumn) else "")
        for row in self._table.rows():
            lines = (row.line, row.last_line)
            if row.fault:
                yield RefusedLine(row.line, "", row.shown, row.fault, lines)
                continue
            try:
                yield self._run(lines, row.cells, plans)
            except CellRefused as refused:
                yield RefusedLine(row.line, refused.column, refused.value, refused.reason, lines)

    def _run(self, lines: tuple[int, int], cells: Cells, plans: PlanBook) -> HistoricRun:
        head = self._heads.head(cells)
        limits: list[Band] = []
        values: list[float | None] = []
        texts: dict[str, str] = {}
        over_ranges: dict[str, OverRange] = {}
        for one, fixed, unit in zip(self._by.measurand, self._fixed, self._units, strict=True):
            cell = cells[one.column]
            if one.text:
                values.append(None)
                limits.append((None, None))
                if cell.strip() not in self._by.file.missing:
                    texts[one.name] = text_of(one.column, cell)
                continue
            limits.append(self._band(one, fixed, unit, cells))
            measured = self._numbers.measured(one.column, cell, unit)
            values.append(measured.value)
            if measured.over_range is not None:
                over_ranges[one.name] = measured.over_range
        if not texts and not over_ranges and all(value is None for value in values) and head.outcome is None:
            raise CellRefused("", "", "measured nothing, so the limits say nothing of how it ended")
        plan = plans.plan(head, tuple(limits), lambda: self._measurands(limits))
        found = Found(plan.measurands, values, texts, over_ranges)
        return concluded_run(lines, head, plan, found, self._by)

    def _band(self, one: WideMeasurand, fixed: Band, unit: SiUnit, cells: Cells) -> Band:
        low, high = fixed
        if isinstance(one.low, FromColumn):
            low = self._numbers.limit(one.low.column, cells[one.low.column], unit)
        if isinstance(one.high, FromColumn):
            high = self._numbers.limit(one.high.column, cells[one.high.column], unit)
        if low is not None and high is not None and low > high:
            column = one.low.column if isinstance(one.low, FromColumn) else one.column
            raise CellRefused(column, f"{low:g}", f"low limit of {one.name} is above its high limit {high:g}")
        return low, high

    @staticmethod
    def _fixed_limit(limit: Limit, unit: SiUnit) -> float | None:
        return unit.of(Decimal(repr(limit))) if isinstance(limit, float) else None

    def _measurands(self, limits: list[Band]) -> tuple[MeasurandDefinition, ...]:
        return tuple(
            MeasurandDefinition(
                name=one.name,
                unit=unit.kept,
                low=low,
                high=high,
                nominal=None if one.nominal is None else unit.of(Decimal(repr(one.nominal))),
                equals=one.equals,
                one_of=one.one_of,
                required=one.required,
                clause=one.clause,
            )
            for one, unit, (low, high) in zip(self._by.measurand, self._units, limits, strict=True)
        )
