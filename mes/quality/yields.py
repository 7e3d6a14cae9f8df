"""Yields by part and operation, defined in full because the words are used loosely elsewhere.

- unit first-pass yield: units whose first run in the operation passed / units first seen there;
- first-valid yield: units whose first run that ended COMPLETED passed / units that have such a run;
- final yield: units that ever passed / units first seen there;
- report yield: runs that passed / runs (the health of a station, not of a product);
- rolled throughput yield: product of the first-pass yields over a part's route.

A run passed when its verdict is PASSED and it ended COMPLETED: ERROR and ABORTED count as not passed. A yield over
nothing is undefined (None), never 1. A run that has not ended yet says nothing, but a unit whose first run never
ended did not pass at the first go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, true
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from mes.models.product import Material, RouteStep
from mes.models.test_run import TestRun
from mes.models.unit import Unit
from mes.queries.snapshot import snapshot
from mes.vocabulary import OperationKind, RunEnding, Verdict


@dataclass(frozen=True, slots=True)
class Yield:
    """`passed` of `seen`; the value is a fraction between 0 and 1, or None when nothing was seen."""

    passed: int
    seen: int

    @property
    def value(self) -> float | None:
        """passed / seen; None, never 1, over nothing."""
        return self.passed / self.seen if self.seen else None


@dataclass(frozen=True, slots=True)
class OperationYields:
    """The four yields of one part at one operation. `units` counts the units first seen there."""

    maker: str
    part: str
    operation: str
    units: int
    runs: int
    first_pass: Yield
    first_valid: Yield
    final: Yield
    report: Yield


@dataclass(frozen=True, slots=True)
class RouteYield:
    """Rolled throughput yield of a part over its current route (0.98 x 0.99 x 0.95 = 0.92169).

    `operations` are those whose first-pass yields were multiplied: every test of the route, and an assembly only
    where runs are recorded at it. `missing` names those without a unit, which leave the product undefined.
    """

    maker: str
    part: str
    operations: tuple[str, ...]
    missing: tuple[str, ...]
    value: float | None


def rolled_throughput_yield(first_pass_yields: Iterable[float | None]) -> float | None:
    """Product of first-pass yields; None when there is none, or when one of them is undefined."""
    known: list[float] = []
    for value in first_pass_yields:
        if value is None:
            return None
        known.append(value)
    return prod(known) if known else None


def operation_yields(
    engine: Engine, *, since: datetime | None = None, operation: str | None = None, simulated: bool
) -> tuple[OperationYields, ...]:
    """The yields of every part at every operation, by (maker, part, operation).

    `since` (aware) takes the units first seen from then on, with all their later runs, and for the report yield
    the runs started from then on. `simulated` says whether simulated runs are counted: always at a simulated
    site, at a real one only when asked for by name.
    """
    with snapshot(engine) as session:
        return _operation_yields(session, since, operation, simulated)


def route_yields(engine: Engine, *, since: datetime | None = None, simulated: bool) -> tuple[RouteYield, ...]:
    """Rolled throughput yield of every part that has a route, by (maker, part); arguments as `operation_yields`."""
    with snapshot(engine) as session:
        at_operation = {(y.maker, y.part, y.operation): y for y in _operation_yields(session, since, None, simulated)}
        steps = session.execute(
            core_select(col(Material.maker), col(Material.part), col(RouteStep.operation), col(RouteStep.kind))
            .join(RouteStep, col(RouteStep.material_id) == col(Material.id))
            .where(col(Material.current))
            .order_by(col(Material.maker), col(Material.part), col(RouteStep.place))
        )
        routes: dict[tuple[str, str], list[str]] = {}
        for maker, part, operation, kind in steps:
            route = routes.setdefault((maker, part), [])
            if kind == OperationKind.TEST or (maker, part, operation) in at_operation:
                route.append(operation)
    answers = []
    for (maker, part), route in routes.items():
        known = [at_operation.get((maker, part, operation)) for operation in route]
        values = [None if y is None else y.first_pass.value for y in known]
        missing = tuple(operation for operation, value in zip(route, values, strict=True) if value is None)
        answers.append(RouteYield(maker, part, tuple(route), missing, rolled_throughput_yield(values)))
    return tuple(answers)


def unit_runs(operation: str | None, simulated: bool) -> Select[*tuple[Any, ...]]:
    """Per unit and operation the attempts that decide its yields; `first_completed` and so on are None without one."""
    included = [true() if operation is None else col(TestRun.operation) == operation, col(TestRun.voided_by).is_(None)]
    if not simulated:
        included.append(col(TestRun.simulated).is_(False))

    # `attempt` orders a unit's runs at an operation, so "the first run passed" is "the lowest attempt that passed
    # is the lowest attempt": one pass over the runs gives every yield.
    def first(condition: ColumnElement[bool]) -> ColumnElement[int | None]:
        return func.min(case((condition, col(TestRun.attempt))))

    runs: Select[*tuple[Any, ...]] = core_select(
        col(TestRun.unit_id).label("unit_id"),
        col(TestRun.operation).label("operation"),
        func.min(col(TestRun.attempt)).label("first_seen"),
        first(_COMPLETED).label("first_completed"),
        first(_PASSED).label("first_passed"),
        func.min(col(TestRun.started_at)).label("seen_at"),
        count_of(_FINISHED).label("finished"),
    )
    return runs.where(*included).group_by(col(TestRun.unit_id), col(TestRun.operation))


def counting(unit: Any, in_cohort: ColumnElement[bool]) -> tuple[ColumnElement[int], ...]:
    """Of `unit_runs`: units seen, passed at first, with a completed run, whose first of these passed, ever passed."""
    return (
        count_of(in_cohort),
        count_of(and_(in_cohort, unit.first_passed == unit.first_seen)),
        count_of(and_(in_cohort, unit.first_completed.is_not(None))),
        count_of(and_(in_cohort, unit.first_passed == unit.first_completed)),
        count_of(and_(in_cohort, unit.first_passed.is_not(None))),
    )


def run_passed() -> ColumnElement[bool]:
    """Whether a run counts as passed."""
    return _PASSED


def count_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """In how many rows it is so."""
    return func.count(case((condition, 1)))


_FINISHED = col(TestRun.finished_at).is_not(None)
_COMPLETED = and_(_FINISHED, col(TestRun.ending) == RunEnding.COMPLETED.value)
_PASSED = and_(_COMPLETED, col(TestRun.verdict) == Verdict.PASSED.value)


def _operation_yields(
    session: Session, since: datetime | None, operation: str | None, simulated: bool
) -> tuple[OperationYields, ...]:
    counted = _FINISHED if since is None else and_(_FINISHED, col(TestRun.started_at) >= since)
    runs = unit_runs(operation, simulated).add_columns(
        count_of(counted).label("counted"), count_of(and_(counted, _PASSED)).label("counted_passed")
    )
    unit = runs.subquery("unit_runs").c
    in_cohort = unit.finished > 0 if since is None else and_(unit.finished > 0, unit.seen_at >= since)
    rows = session.execute(
        core_select(
            col(Unit.maker),
            col(Unit.part),
            unit.operation,
            *counting(unit, in_cohort),
            func.sum(unit.counted),
            func.sum(unit.counted_passed),
        )
        .join(Unit, col(Unit.id) == unit.unit_id)
        .group_by(col(Unit.maker), col(Unit.part), unit.operation)
        .order_by(col(Unit.maker), col(Unit.part), unit.operation)
    )
    return tuple(
        OperationYields(
            maker=maker,
            part=part,
            operation=name,
            units=units,
            runs=int(run_count),
            first_pass=Yield(first_passed, units),
            first_valid=Yield(first_valid, with_completed),
            final=Yield(ever_passed, units),
            report=Yield(int(passed_runs), int(run_count)),
        )
        for (
            maker,
            part,
            name,
            units,
            first_passed,
            with_completed,
            first_valid,
            ever_passed,
            run_count,
            passed_runs,
        ) in rows
        if run_count or units
    )
