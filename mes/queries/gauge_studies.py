"""Gauge studies that were recorded, newest first; a voided one is shown and never the newest that counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy import select as core_select
from sqlmodel import col

from mes.models.gauge import GaugeStudyRow
from mes.models.product import Plan, PlanMeasurand
from mes.queries.snapshot import snapshot


@dataclass(frozen=True, slots=True)
class GaugeStudySummary:
    """One study without its readings; `voided_by` is the record that voided it."""

    id: UUID
    part: str
    operation: str
    measurand: str
    unit: str
    method: str
    studied_on: date
    studied_by: str
    low: float | None
    high: float | None
    n: int
    results: Mapping[str, float | None]
    digest: str
    note: str
    simulated: bool
    recorded_at: datetime
    voided_by: UUID | None


@dataclass(frozen=True, slots=True)
class PlannedMeasurand:
    """A measurand as a released plan of the part at the operation has it."""

    unit: str
    low: float | None
    high: float | None
    limit_revision: str


_SUMMARY = tuple(GaugeStudySummary.__dataclass_fields__)


def gauge_studies(
    engine: Engine,
    *,
    simulated: bool,
    part: str | None = None,
    operation: str | None = None,
    measurand: str | None = None,
    method: str | None = None,
) -> tuple[GaugeStudySummary, ...]:
    """The studies of these; None does not narrow. `simulated` also tells those of simulated gauges."""
    query = core_select(*(col(getattr(GaugeStudyRow, name)) for name in _SUMMARY))
    for column, value in (
        (col(GaugeStudyRow.part), part),
        (col(GaugeStudyRow.operation), operation),
        (col(GaugeStudyRow.measurand), measurand),
        (col(GaugeStudyRow.method), method),
    ):
        if value is not None:
            query = query.where(column == value)
    if not simulated:
        query = query.where(col(GaugeStudyRow.simulated).is_(False))
    with snapshot(engine) as session:
        found = [GaugeStudySummary(*row) for row in session.execute(query)]
    return tuple(sorted(found, key=lambda study: (study.studied_on, study.recorded_at, study.id), reverse=True))


def newest_study(
    engine: Engine, part: str, operation: str, measurand: str, *, simulated: bool
) -> GaugeStudySummary | None:
    """The newest repeatability and reproducibility study of a measurand that was not voided."""
    scope = {"part": part, "operation": operation, "measurand": measurand, "method": "rr"}
    found = gauge_studies(engine, simulated=simulated, **scope)
    return next((study for study in found if study.voided_by is None), None)


def study_readings(engine: Engine, study: UUID) -> tuple[dict[str, Any], ...]:
    """The table of one study, a line each."""
    with snapshot(engine) as session:
        row = session.execute(core_select(col(GaugeStudyRow.readings)).where(col(GaugeStudyRow.id) == study)).one()
        return tuple(row.readings)


def planned_measurands(engine: Engine, part: str, operation: str, measurand: str) -> tuple[PlannedMeasurand, ...]:
    """How released plans of a part at an operation have this measurand: one for each limit revision, or none."""
    query = (
        core_select(col(PlanMeasurand.unit), col(PlanMeasurand.low), col(PlanMeasurand.high), col(Plan.limit_revision))
        .join(Plan, col(Plan.digest) == col(PlanMeasurand.plan_digest))
        .where(col(Plan.part) == part, col(Plan.operation) == operation, col(PlanMeasurand.name) == measurand)
        .distinct()
    )
    with snapshot(engine) as session:
        found = {PlannedMeasurand(*row) for row in session.execute(query)}
    return tuple(sorted(found, key=lambda one: (one.limit_revision, str(one))))


def measurands_at(engine: Engine, part: str, operation: str) -> tuple[str, ...]:
    """Every measurand of the released plans of a part at an operation."""
    query = (
        core_select(col(PlanMeasurand.name))
        .join(Plan, col(Plan.digest) == col(PlanMeasurand.plan_digest))
        .where(col(Plan.part) == part, col(Plan.operation) == operation)
        .distinct()
    )
    with snapshot(engine) as session:
        return tuple(sorted(session.scalars(query)))
