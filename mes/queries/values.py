"""Stored values of one measurand: what control charts, capability and gauge studies are made of.

For a chart or a capability a unit counts once, with its first valid value at the operation: the earliest run that
ended COMPLETED and measured the measurand, over the whole history. The window, the station and the limit revision then
choose among these; a retest never becomes a first value because the first one lies outside the window. A value that
left the instrument's range has no number: it is counted, and not passed over in favour of a later one.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Text, cast, func, literal, or_, true
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import col

from mes.lookup import id_text, moment_of, stored_moment
from mes.models.product import Plan, PlanMeasurand
from mes.models.test_run import Rollup, TestRun
from mes.models.unit import Unit
from mes.queries.snapshot import snapshot
from mes.vector import element
from mes.vocabulary import RunEnding


@dataclass(frozen=True, slots=True)
class ValueScope:
    """Which values are asked for; None does not narrow. `since` is inclusive, `until` is not."""

    measurand: str | None
    part: str | None = None
    plan: str | None = None
    operation: str | None = None
    station: str | None = None
    limit_revision: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One value of one run with the plan's meaning of it; `value` is None when it left the instrument's range."""

    at: datetime
    run: UUID
    part: str
    serial: str
    operation: str
    plan: str
    station: str
    fixture: str
    operator: str
    limit_revision: str
    unit: str
    low: float | None
    high: float | None
    value: float | None
    nominal: float | None


@dataclass(frozen=True, slots=True)
class FirstRunCount:
    """Units whose first run began on one UTC day, and how many of these passed it."""

    day: date
    first_runs: int
    first_passed: int


def first_values(engine: Engine, scope: ValueScope, *, simulated: bool) -> tuple[StoredValue, ...]:
    """The first valid value of every unit at the operation, by (start, run). `simulated` also counts simulated runs."""
    # Asked of each run that the scope chooses, and of a first attempt not at all: a window costs what is in it.
    earlier, its_place = aliased(TestRun), aliased(PlanMeasurand)
    before = (
        core_select(literal(1))
        .select_from(earlier)
        .join(its_place, col(its_place.plan_digest) == col(earlier.plan_digest))
        .where(
            col(earlier.unit_id) == col(TestRun.unit_id),
            col(earlier.operation) == col(TestRun.operation),
            col(earlier.attempt) < col(TestRun.attempt),
            *_measured(scope, simulated, earlier, its_place),
        )
    )
    return _values(engine, scope, simulated, or_(col(TestRun.attempt) == 1, ~before.exists()))


def all_values(engine: Engine, scope: ValueScope, *, simulated: bool) -> tuple[StoredValue, ...]:
    """Every value of every completed run, by (start, run): a gauge study lives on repetitions."""
    return _values(engine, scope, simulated, true())


def first_run_counts(engine: Engine, scope: ValueScope, *, simulated: bool) -> tuple[FirstRunCount, ...]:
    """First runs by UTC day, from the rollups: it costs the same among a million runs. A window means whole days."""
    query = (
        core_select(col(Rollup.day), func.sum(col(Rollup.first_runs)), func.sum(col(Rollup.first_passed)))
        .join(Plan, col(Plan.digest) == col(Rollup.plan_digest))
        .where(*_plan_conditions(scope))
        .group_by(col(Rollup.day))
        .having(func.sum(col(Rollup.first_runs)) > 0)
        .order_by(col(Rollup.day))
    )
    if scope.station is not None:
        query = query.where(col(Rollup.station) == scope.station)
    if scope.since is not None:
        query = query.where(col(Rollup.day) >= scope.since.date())
    if scope.until is not None:
        query = query.where(col(Rollup.day) < scope.until.date())
    if not simulated:
        query = query.where(col(Rollup.simulated).is_(False))
    with snapshot(engine) as session:
        return tuple(FirstRunCount(day, int(runs), int(passed)) for day, runs, passed in session.execute(query))


def measurands_like(engine: Engine, name: str | None, *, limit: int = 8) -> tuple[str, ...]:
    """Numeric measurands whose names hold this text or begin as it does; any when it matches none."""
    known = col(PlanMeasurand.name)
    query = core_select(known).where(col(PlanMeasurand.unit).is_not(None)).distinct().order_by(known).limit(limit)
    with snapshot(engine) as session:
        if name:
            near = or_(known.contains(name, autoescape=True), known.startswith(name[:3], autoescape=True))
            found = tuple(session.scalars(query.where(near)))
            if found:
                return found
        return tuple(session.scalars(query))


def _plan_conditions(scope: ValueScope) -> list[ColumnElement[bool]]:
    asked = (
        (col(Plan.part), scope.part),
        (col(Plan.name), scope.plan),
        (col(Plan.operation), scope.operation),
        (col(Plan.limit_revision), scope.limit_revision),
    )
    return [column == value for column, value in asked if value is not None]


def _measured(scope: ValueScope, simulated: bool, run: Any, place: Any) -> list[ColumnElement[bool]]:
    """A valid run that measured it. A run may have stopped before it: then the next one has the first value."""
    in_range = element(col(run.measurements), col(place.place)).is_not(None)
    # As JSON writes the key: a name with µ in it is an escape there.
    left_range = cast(col(run.over_ranges), Text).contains(json.dumps(scope.measurand) + ":", autoescape=True)
    conditions = [
        col(place.name) == scope.measurand,
        col(run.ending) == RunEnding.COMPLETED.value,
        col(run.voided_by).is_(None),
        or_(in_range, left_range),
    ]
    if not simulated:
        conditions.append(col(run.simulated).is_(False))
    return conditions


def _values(engine: Engine, scope: ValueScope, simulated: bool, chosen: ColumnElement[bool]) -> tuple[StoredValue, ...]:
    query = (
        core_select(
            col(TestRun.plan_digest),
            stored_moment(col(TestRun.started_at)),
            id_text(col(TestRun.id)),
            col(Unit.part),
            col(Unit.serial),
            col(TestRun.operation),
            col(TestRun.station),
            col(TestRun.fixture),
            col(TestRun.operator),
            element(col(TestRun.measurements), col(PlanMeasurand.place)),
        )
        .join(PlanMeasurand, col(PlanMeasurand.plan_digest) == col(TestRun.plan_digest))
        .join(Plan, col(Plan.digest) == col(TestRun.plan_digest))
        .join(Unit, col(Unit.id) == col(TestRun.unit_id))
        .where(*_measured(scope, simulated, TestRun, PlanMeasurand), *_plan_conditions(scope), chosen)
        .order_by(col(TestRun.started_at), col(TestRun.id))
    )
    if scope.station is not None:
        query = query.where(col(TestRun.station) == scope.station)
    if scope.since is not None:
        query = query.where(col(TestRun.started_at) >= scope.since)
    if scope.until is not None:
        query = query.where(col(TestRun.started_at) < scope.until)
    # What a plan says of the measurand is read once and not with every value.
    meanings = (
        core_select(
            col(Plan.digest),
            col(Plan.name),
            col(Plan.limit_revision),
            col(PlanMeasurand.unit),
            col(PlanMeasurand.low),
            col(PlanMeasurand.high),
            col(PlanMeasurand.definition),
        )
        .join(PlanMeasurand, col(PlanMeasurand.plan_digest) == col(Plan.digest))
        .where(col(PlanMeasurand.name) == scope.measurand, *_plan_conditions(scope))
    )
    with snapshot(engine) as session:
        meaning = {
            digest: (*told, definition.get("nominal")) for digest, *told, definition in session.execute(meanings)
        }
        rows: Iterable[Sequence[Any]] = session.execute(query)
        found = []
        for digest, started, run, part, serial, operation, station, fixture, operator, value in rows:
            name, revision, unit, low, high, nominal = meaning[digest]
            done = (moment_of(started), UUID(run), part, serial, operation, name, station, fixture, operator)
            found.append(StoredValue(*done, revision, unit, low, high, value, nominal))
        return tuple(found)
