"""The first valid run of every unit under one plan, with what other limits would need to judge it again."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from mes.models.product import Plan, PlanMeasurand
from mes.models.test_run import RunFailure, TestRun
from mes.models.unit import Unit
from mes.quality.what_if import Band, JudgedRun
from mes.queries.snapshot import InconsistentRow, snapshot
from mes.queries.values import ValueScope
from mes.vocabulary import RunEnding, Verdict


@dataclass(frozen=True, slots=True)
class PlannedBand:
    """A measurand as one revision of the plan has it."""

    measurand: str
    unit: str
    plan_revision: str
    limit_revision: str


def planned_bands(engine: Engine, plan: str, part: str | None) -> tuple[PlannedBand, ...]:
    """Every measurand of every revision of a plan."""
    query = (
        core_select(col(PlanMeasurand.name), col(PlanMeasurand.unit), col(Plan.revision), col(Plan.limit_revision))
        .join(Plan, col(Plan.digest) == col(PlanMeasurand.plan_digest))
        .where(col(Plan.name) == plan)
        .order_by(col(Plan.revision), col(Plan.limit_revision), col(PlanMeasurand.place))
    )
    if part is not None:
        query = query.where(col(Plan.part) == part)
    with snapshot(engine) as session:
        return tuple(PlannedBand(*row) for row in session.execute(query))


def judged_runs(
    engine: Engine, scope: ValueScope, measurands: Collection[str], *, simulated: bool
) -> tuple[JudgedRun, ...]:
    """First valid runs (ended COMPLETED, judged) by (start, run); `scope.measurand` is not looked at."""
    with snapshot(engine) as session:
        return tuple(_judged(session, scope, measurands, simulated))


def _judged(session: Session, scope: ValueScope, measurands: Collection[str], simulated: bool) -> Iterator[JudgedRun]:
    plans = select(Plan).where(col(Plan.name) == scope.plan)
    if scope.part is not None:
        plans = plans.where(col(Plan.part) == scope.part)
    if scope.limit_revision is not None:
        plans = plans.where(col(Plan.limit_revision) == scope.limit_revision)
    digests = [plan.digest for plan in session.exec(plans)]
    layouts: dict[str, list[PlanMeasurand]] = {digest: [] for digest in digests}
    for measurand in session.exec(
        select(PlanMeasurand)
        .where(col(PlanMeasurand.plan_digest).in_(digests))
        .order_by(col(PlanMeasurand.plan_digest), col(PlanMeasurand.place))
    ):
        layouts[measurand.plan_digest].append(measurand)
    valid = [
        col(TestRun.ending) == RunEnding.COMPLETED.value,
        col(TestRun.voided_by).is_(None),
        col(TestRun.verdict).in_((Verdict.PASSED.value, Verdict.FAILED.value)),
    ]
    if not simulated:
        valid.append(col(TestRun.simulated).is_(False))
    first = (
        core_select(
            col(TestRun.unit_id).label("unit_id"),
            col(TestRun.operation).label("operation"),
            func.min(col(TestRun.attempt)).label("attempt"),
        )
        .where(*valid)
        .group_by(col(TestRun.unit_id), col(TestRun.operation))
        .subquery("first")
    )
    query = (
        select(TestRun, Unit.serial)
        .join(Unit, col(Unit.id) == col(TestRun.unit_id))
        .join(
            first,
            (first.c.unit_id == col(TestRun.unit_id))
            & (first.c.operation == col(TestRun.operation))
            & (first.c.attempt == col(TestRun.attempt)),
        )
        .where(*valid, col(TestRun.plan_digest).in_(digests))
        .order_by(col(TestRun.started_at), col(TestRun.id))
    )
    if scope.station is not None:
        query = query.where(col(TestRun.station) == scope.station)
    if scope.since is not None:
        query = query.where(col(TestRun.started_at) >= scope.since)
    if scope.until is not None:
        query = query.where(col(TestRun.started_at) < scope.until)
    failed: dict[UUID, set[str]] = {}
    for run_id, name in session.execute(
        core_select(col(RunFailure.run_id), col(RunFailure.measurand))
        .join(TestRun, col(TestRun.id) == col(RunFailure.run_id))
        .where(col(TestRun.plan_digest).in_(digests))
    ):
        failed.setdefault(run_id, set()).add(name)
    for run, serial in session.exec(query):
        yield _run(run, serial, layouts[run.plan_digest], frozenset(failed.get(run.id, ())), measurands)


def _run(
    run: TestRun, serial: str, layout: list[PlanMeasurand], failures: frozenset[str], measurands: Collection[str]
) -> JudgedRun:
    if len(layout) != len(run.measurements):
        raise InconsistentRow(
            f"run {run.id}: holds {len(run.measurements)} values where its plan has {len(layout)} measurands\n"
            "check the journal with `mes verify`, then run `mes rebuild`"
        )
    values: dict[str, float] = {}
    bands: dict[str, Band] = {}
    not_reached: list[str] = []
    for measurand, value in zip(layout, run.measurements, strict=True):
        name = measurand.name
        if value is not None and name in measurands:
            values[name], bands[name] = value, Band(measurand.low, measurand.high)
        required = measurand.definition.get("required", True)
        if value is None and required and name not in run.texts and name not in run.over_ranges:
            not_reached.append(name)
    return JudgedRun(
        serial, str(run.id), run.verdict == Verdict.PASSED.value, failures, values, bands, tuple(not_reached)
    )
