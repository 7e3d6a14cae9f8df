"""What fails: measurands by the number of runs or of first valid runs in which they failed.

Whole UTC days come from the counts that are kept at ingest, at the cost of days and not of runs. By runs are counted:
what a window takes of its first and of its last day, and windows in which the plans asked for share a measurand of
an operation with others, or simulated runs with real ones: there a unit's failures are not told apart by addition.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, and_, case, distinct, func, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from mes.models.failures import RollupFailure
from mes.models.product import Plan
from mes.models.test_run import Rollup, RunFailure, TestRun
from mes.queries.snapshot import snapshot
from mes.queries.values import ValueScope

_NEVER = date.min


@dataclass(frozen=True, slots=True)
class FailingMeasurand:
    """A measurand at an operation: runs in which it failed, units of these, and units whose first run it failed."""

    part: str
    operation: str
    measurand: str
    runs: int
    units: int
    first_runs: int


@dataclass(frozen=True, slots=True)
class Failing:
    """The Pareto of a window, and what it is out of. A run may fail in several measurands and counts in each."""

    measurands: tuple[FailingMeasurand, ...]
    runs: int
    failed_runs: int


def failing_measurands(engine: Engine, scope: ValueScope, *, simulated: bool) -> Failing:
    """Failing measurands, most units first; `scope` chooses finished runs by plan, part, station and start."""
    days = _whole_days(scope)
    with snapshot(engine) as session:
        found = None if days is None else _by_days(session, scope, days, simulated=simulated)
        return _by_runs(session, scope, simulated=simulated) if found is None else found


class _Days(NamedTuple):
    """The whole days of a window, from the first to before `end` (None: open), and what it takes of others."""

    first: date | None
    end: date | None
    edges: tuple[tuple[datetime, datetime], ...]


class _Of(NamedTuple):
    """What is counted together."""

    part: str
    operation: str
    measurand: str


def _whole_days(scope: ValueScope) -> _Days | None:
    """None where there is not one."""
    first = end = None
    edges = []
    if scope.since is not None:
        since = scope.since.astimezone(UTC)
        first = since.date()
        if since.time() != time():
            if first == date.max:
                return None
            first += timedelta(days=1)
            edges.append((since, datetime.combine(first, time(), UTC)))
    if scope.until is not None:
        until = scope.until.astimezone(UTC)
        end = until.date()
        if until.time() != time():
            edges.append((datetime.combine(end, time(), UTC), until))
    if first is not None and end is not None and first >= end:
        return None
    return _Days(first, end, tuple(edges))


def _by_days(session: Session, scope: ValueScope, days: _Days, *, simulated: bool) -> Failing | None:
    """From the counts that are kept; None where units cannot be told from them."""
    runs, units, first_runs = Counter[_Of](), Counter[_Of](), Counter[_Of]()
    failed_runs, sharing, kinds = 0, set[_Of](), dict[_Of, bool]()
    for plan, limit_revision, kind, *of, failures, failed_units, first, led in session.execute(
        _kept(scope, days, simulated)
    ):
        key = _Of(*of)
        if scope.plan not in (None, plan) or scope.limit_revision not in (None, limit_revision):
            sharing.add(key)
            continue
        if kinds.setdefault(key, kind) != kind:
            return None
        runs[key] += failures
        units[key] += failed_units
        first_runs[key] += first
        failed_runs += led
    if sharing & kinds.keys():
        return None
    total = _kept_runs(session, scope, days, simulated)
    for edge in days.edges:
        conditions = [*_conditions(scope, simulated), *_between(*edge)]
        total += int(session.scalar(_counting_runs(conditions)) or 0)
    if days.edges:
        at_edges = [or_(*(and_(*_between(*edge)) for edge in days.edges))]
        narrowed = _conditions(scope, simulated)
        of_run = (*_COLUMNS, col(TestRun.id), col(TestRun.attempt))
        told = list(session.execute(_failures(*of_run, where=[*narrowed, *at_edges])))
        failed_runs += len({run for *_, run, _ in told})
        runs.update(_Of(*of) for _, *of, _, _ in told)
        first_runs.update(_Of(*of) for _, *of, _, attempt in told if attempt == 1)
        new = {tuple(row[:4]) for row in told}
        if new:
            # What fails on the whole days too is counted there.
            of_units = col(TestRun.unit_id).in_(_failures(col(TestRun.unit_id), where=[*narrowed, *at_edges]))
            inside = [*narrowed, of_units, *_on(days)]
            new -= {tuple(row) for row in session.execute(_failures(*_COLUMNS, where=inside).distinct())}
        units.update(_Of(*of) for _, *of in new)
    rows_of = [FailingMeasurand(*key, runs[key], units[key], first_runs[key]) for key in runs]
    order = sorted(rows_of, key=lambda one: (-one.units, -one.runs, one.part, one.operation, one.measurand))
    return Failing(tuple(order), total, failed_runs)


def _kept(scope: ValueScope, days: _Days, simulated: bool) -> Any:
    """Sums of the kept failures of every group, told apart by plan: those of other plans than are asked for as well."""
    before = col(RollupFailure.before if scope.station is None else RollupFailure.before_here)
    new = before == _NEVER if days.first is None else or_(before < days.first, before == _NEVER)
    table = RollupFailure
    key = (col(table.plan_digest), col(table.simulated), col(table.operation), col(table.measurand))
    sums = (
        func.sum(col(table.runs)).label("runs"),
        func.sum(case((new, col(table.runs)), else_=0)).label("units"),
        func.sum(col(table.first_runs)).label("first_runs"),
        func.sum(col(table.led)).label("led"),
    )
    conditions = _kept_conditions(table, scope, days, simulated)
    if scope.part is not None:
        conditions.append(col(table.plan_digest).in_(core_select(col(Plan.digest)).where(col(Plan.part) == scope.part)))
    # Plans are joined to the sums: there are few of these, and many rows.
    kept = core_select(*key, *sums).where(*conditions).group_by(*key).subquery().c
    return core_select(
        *(col(Plan.name), col(Plan.limit_revision), kept.simulated, col(Plan.part), kept.operation, kept.measurand),
        *(kept.runs, kept.units, kept.first_runs, kept.led),
    ).join(kept.runs.table, kept.plan_digest == col(Plan.digest))


def _kept_runs(session: Session, scope: ValueScope, days: _Days, simulated: bool) -> int:
    conditions = _kept_conditions(Rollup, scope, days, simulated)
    of_plan = ((col(Plan.part), scope.part), *_of_plan(scope))
    conditions += [column == value for column, value in of_plan if value is not None]
    runs = core_select(func.sum(col(Rollup.runs))).join(Plan, col(Plan.digest) == col(Rollup.plan_digest))
    return int(session.scalar(runs.where(*conditions)) or 0)


def _kept_conditions(
    table: type[Rollup] | type[RollupFailure], scope: ValueScope, days: _Days, simulated: bool
) -> list[ColumnElement[bool]]:
    asked = ((col(table.operation), scope.operation), (col(table.station), scope.station))
    conditions = [column == value for column, value in asked if value is not None]
    if days.first is not None:
        conditions.append(col(table.day) >= days.first)
    if days.end is not None:
        conditions.append(col(table.day) < days.end)
    if not simulated:
        conditions.append(col(table.simulated).is_(False))
    return conditions


def _by_runs(session: Session, scope: ValueScope, *, simulated: bool) -> Failing:
    """From the runs of the window, one by one."""
    conditions = _conditions(scope, simulated)
    if scope.since is not None:
        conditions.append(col(TestRun.started_at) >= scope.since)
    if scope.until is not None:
        conditions.append(col(TestRun.started_at) < scope.until)
    runs, units = func.count(), func.count(distinct(col(TestRun.unit_id)))
    first = func.count(distinct(col(TestRun.unit_id))).filter(col(TestRun.attempt) == 1)
    rows = _failures(*_COLUMNS[1:], runs, units, first, where=conditions).group_by(*_COLUMNS[1:])
    bad = _failures(func.count(distinct(col(RunFailure.run_id))), where=conditions)
    return Failing(
        tuple(
            FailingMeasurand(*row) for row in session.execute(rows.order_by(units.desc(), runs.desc(), *_COLUMNS[1:]))
        ),
        int(session.scalar(_counting_runs(conditions)) or 0),
        int(session.scalar(bad) or 0),
    )


_COLUMNS: tuple[Any, ...] = (
    col(TestRun.unit_id),
    col(Plan.part),
    col(TestRun.operation),
    col(RunFailure.measurand),
)


def _failures(*columns: Any, where: Sequence[ColumnElement[bool]]) -> Any:
    return (
        core_select(*columns)
        .select_from(RunFailure)
        .join(TestRun, col(RunFailure.run_id) == col(TestRun.id))
        .join(Plan, col(Plan.digest) == col(TestRun.plan_digest))
        .where(*where)
    )


def _counting_runs(conditions: Sequence[ColumnElement[bool]]) -> Any:
    of_plan = col(Plan.digest) == col(TestRun.plan_digest)
    return core_select(func.count()).select_from(TestRun).join(Plan, of_plan).where(*conditions)


def _conditions(scope: ValueScope, simulated: bool) -> list[ColumnElement[bool]]:
    """Which runs are asked for, but for when they were."""
    asked = (
        (col(Plan.part), scope.part),
        (col(TestRun.operation), scope.operation),
        (col(TestRun.station), scope.station),
        *_of_plan(scope),
    )
    conditions = [column == value for column, value in asked if value is not None]
    conditions += [col(TestRun.finished_at).is_not(None), col(TestRun.voided_by).is_(None)]
    if not simulated:
        conditions.append(col(TestRun.simulated).is_(False))
    return conditions


def _of_plan(scope: ValueScope) -> tuple[tuple[Any, str | None], ...]:
    return ((col(Plan.name), scope.plan), (col(Plan.limit_revision), scope.limit_revision))


def _between(since: datetime, until: datetime) -> Iterator[ColumnElement[bool]]:
    yield col(TestRun.started_at) >= since
    yield col(TestRun.started_at) < until


def _on(days: _Days) -> Iterator[ColumnElement[bool]]:
    if days.first is not None:
        yield col(TestRun.started_at) >= datetime.combine(days.first, time(), UTC)
    if days.end is not None:
        yield col(TestRun.started_at) < datetime.combine(days.end, time(), UTC)
