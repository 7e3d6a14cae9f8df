"""What is built into a unit, and what was measured on it, as rows for a spreadsheet."""

from collections.abc import Iterator

from mes.genealogy import Component
from mes.queries.history import UnitHistory
from mes.queries.runs import RunReport

COMPONENT_COLUMNS = ("position", "level", "maker", "part", "serial", "lot", "quantity", "installed_at")
"""`position` leads from the top, as `cable_1/plug_a`; `level` 1 is directly in the unit."""
VALUE_COLUMNS = (
    *("run", "operation", "attempt", "station", "plan", "limit_revision", "finished_at", "verdict", "counts"),
    *("measurand", "value", "unit", "text", "over_range", "low", "high", "expected", "outcome"),
)
"""`counts` is false for a run that was voided."""


def component_rows(components: tuple[Component, ...], above: str = "", level: int = 1) -> Iterator[tuple[object, ...]]:
    """Every component, each before what is in it."""
    for one in components:
        position = f"{above}{one.position}"
        named = one.unit or one.lot
        yield (
            position,
            level,
            None if named is None else named.maker,
            None if named is None else named.part,
            None if one.unit is None else one.unit.serial,
            None if one.lot is None else one.lot.lot,
            one.quantity,
            one.installed_at,
        )
        yield from component_rows(one.components, f"{position}/", level + 1)


def value_rows(history: UnitHistory) -> Iterator[tuple[object, ...]]:
    """Every measurand of every run of the unit, voided runs among them, in the order of the runs and of their plans."""
    for run in history.timeline:
        if isinstance(run, RunReport):
            for one in run.measurands:
                yield (
                    *(run.id, run.operation, run.attempt, run.station, run.plan, run.limit_revision, run.finished_at),
                    *(run.verdict, run.voided_by is None),
                    *(one.name, one.value, one.unit, one.text, one.over_range, one.low, one.high, one.expected),
                    one.outcome,
                )
