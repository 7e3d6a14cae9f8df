"""What fails: measurands by the number of runs or of first valid runs in which they failed."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, distinct, func
from sqlalchemy import select as core_select
from sqlmodel import col

from mes.models.product import Plan
from mes.models.test_run import RunFailure, TestRun
from mes.queries.snapshot import snapshot
from mes.queries.values import ValueScope


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
    conditions: list[ColumnElement[bool]] = [col(TestRun.finished_at).is_not(None), col(TestRun.voided_by).is_(None)]
    for column, value in (
        (col(Plan.part), scope.part),
        (col(Plan.name), scope.plan),
        (col(TestRun.operation), scope.operation),
        (col(TestRun.station), scope.station),
        (col(Plan.limit_revision), scope.limit_revision),
    ):
        if value is not None:
            conditions.append(column == value)
    if scope.since is not None:
        conditions.append(col(TestRun.started_at) >= scope.since)
    if scope.until is not None:
        conditions.append(col(TestRun.started_at) < scope.until)
    if not simulated:
        conditions.append(col(TestRun.simulated).is_(False))
    of_plan = col(Plan.digest) == col(TestRun.plan_digest)
    failed = col(RunFailure.run_id) == col(TestRun.id)
    runs, units = func.count(), func.count(distinct(col(TestRun.unit_id)))
    first = func.count(distinct(col(TestRun.unit_id))).filter(col(TestRun.attempt) == 1)
    key = (col(Plan.part), col(TestRun.operation), col(RunFailure.measurand))
    rows = (
        core_select(*key, runs, units, first)
        .join(TestRun, failed)
        .join(Plan, of_plan)
        .where(*conditions)
        .group_by(*key)
        .order_by(units.desc(), runs.desc(), *key)
    )
    total = core_select(func.count()).select_from(TestRun).join(Plan, of_plan).where(*conditions)
    bad = core_select(func.count(distinct(col(RunFailure.run_id)))).join(TestRun, failed).join(Plan, of_plan)
    with snapshot(engine) as session:
        return Failing(
            tuple(FailingMeasurand(*row) for row in session.execute(rows)),
            int(session.scalar(total) or 0),
            int(session.scalar(bad.where(*conditions)) or 0),
        )
