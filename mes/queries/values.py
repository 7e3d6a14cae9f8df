"""Stored values of one measurand: what control charts, capability and gauge studies are made of.

For a chart or a capability a unit counts once, with its first valid value at the operation: the earliest run that
ended COMPLETED and measured the measurand, over the whole history. The window, the station and the limit revision then
choose among these; a retest never becomes a first value because the first one lies outside the window. A value that
left the instrument's range has no number: it is counted, and not passed over in favour of a later one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, Engine, Text, bindparam, case, cast, func, or_, select
from sqlmodel import col

from mes.lookup import Lookup, Prepared, id_of, id_text, moment_of, stored_moment
from mes.models import table_of
from mes.models.product import Plan, PlanMeasurand
from mes.models.test_run import Rollup, TestRun
from mes.models.unit import Unit
from mes.queries.snapshot import snapshot
from mes.vector import stored_element, value_of
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


class StoredValue(NamedTuple):
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
    return _values(engine, scope, simulated, first=True)


def all_values(engine: Engine, scope: ValueScope, *, simulated: bool) -> tuple[StoredValue, ...]:
    """Every value of every completed run, by (start, run): a gauge study lives on repetitions."""
    return _values(engine, scope, simulated, first=False)


def first_run_counts(engine: Engine, scope: ValueScope, *, simulated: bool) -> tuple[FirstRunCount, ...]:
    """First runs by UTC day, from the rollups: it costs the same among a million runs. A window means whole days."""
    query = (
        select(col(Rollup.day), func.sum(col(Rollup.first_runs)), func.sum(col(Rollup.first_passed)))
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
    query = select(known).where(col(PlanMeasurand.unit).is_not(None)).distinct().order_by(known).limit(limit)
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


_RUN, _UNIT, _PLAN, _PLACE = table_of(TestRun), table_of(Unit), table_of(Plan), table_of(PlanMeasurand)
_NARROWED = {
    "part": _PLAN.c.part == bindparam("part"),
    "plan": _PLAN.c.name == bindparam("plan"),
    "operation": _PLAN.c.operation == bindparam("operation"),
    "limit_revision": _PLAN.c.limit_revision == bindparam("limit_revision"),
}
_WINDOW = {
    "station": _RUN.c.station == bindparam("station"),
    "since": _RUN.c.started_at >= bindparam("since"),
    "until": _RUN.c.started_at < bindparam("until"),
}


@cache
def _meanings(named: tuple[str, ...]) -> Prepared:
    """What plans say of the measurand, read once and not with every value."""
    return Prepared(
        select(
            _PLAN.c.digest,
            *(_PLAN.c.name, _PLAN.c.limit_revision),
            *(_PLACE.c.unit, _PLACE.c.low, _PLACE.c.high, _PLACE.c.definition),
        )
        .join(_PLACE, _PLACE.c.plan_digest == _PLAN.c.digest)
        .where(_PLACE.c.name == bindparam("measurand"), *(_NARROWED[name] for name in named))
    )


@cache
def _runs(named: tuple[str, ...], simulated: bool) -> Prepared:
    """Valid runs of plans with the measurand, those too that did not reach it."""
    return Prepared(
        select(
            stored_moment(_RUN.c.started_at),
            id_text(_RUN.c.id),
            # The unit where there may be an earlier value: what is NULL costs nothing to fetch.
            case((_RUN.c.attempt > 1, id_text(_RUN.c.unit_id))),
            *(_RUN.c.attempt, _RUN.c.plan_digest),
            *(_UNIT.c.part, _UNIT.c.serial, _RUN.c.operation, _RUN.c.station, _RUN.c.fixture, _RUN.c.operator),
            *_MEASURED,
        )
        .join_from(_RUN, _PLACE, _PLACE.c.plan_digest == _RUN.c.plan_digest)
        .join(_PLAN, _PLAN.c.digest == _RUN.c.plan_digest)
        .join(_UNIT, _UNIT.c.id == _RUN.c.unit_id)
        .where(*_valid(simulated), *((_NARROWED | _WINDOW)[name] for name in named)),
        raw=True,
    )


def _valid(simulated: bool) -> list[ColumnElement[bool]]:
    """A valid run of a plan with the measurand."""
    conditions = [
        _PLACE.c.name == bindparam("measurand"),
        _RUN.c.ending == RunEnding.COMPLETED.value,
        _RUN.c.voided_by.is_(None),
    ]
    return conditions if simulated else [*conditions, _RUN.c.simulated.is_(False)]


_MEASURED = (
    stored_element(_RUN.c.measurements, _PLACE.c.place),
    func.nullif(cast(_RUN.c.over_ranges, Text), "{}"),
)
"""What `value_of` and `_left_range` take."""

_OF_UNITS = {
    simulated: Lookup(
        select(id_text(_RUN.c.unit_id), _RUN.c.operation, _RUN.c.attempt, *_MEASURED)
        .join_from(_RUN, _PLACE, _PLACE.c.plan_digest == _RUN.c.plan_digest)
        .where(*_valid(simulated)),
        _RUN.c.unit_id,
        raw=True,
    )
    for simulated in (False, True)
}


def _left_range(measurand: str | None, over_ranges: str | None) -> bool:
    """Of a run without a value, whether it saw one: it may have stopped before, then the next has the first value."""
    return over_ranges is not None and measurand in from_json(over_ranges)


def _earliest(
    connection: Connection, measurand: str | None, simulated: bool, units: Collection[str]
) -> dict[tuple[str, str], int]:
    """The first attempt of each of these units at each operation that measured it, over the whole history."""
    found: dict[tuple[str, str], int] = {}
    rows = _OF_UNITS[simulated].rows(connection, units, measurand=measurand)
    for unit, operation, attempt, stored, over_ranges in rows:
        if value_of(stored) is not None or _left_range(measurand, over_ranges):
            found[unit, operation] = min(attempt, found.get((unit, operation), attempt))
    return found


def _values(engine: Engine, scope: ValueScope, simulated: bool, *, first: bool) -> tuple[StoredValue, ...]:
    measurand = scope.measurand
    given = {name: getattr(scope, name) for name in (*_NARROWED, *_WINDOW)}
    named = {name: value for name, value in given.items() if value is not None}
    of_plan = {name: value for name, value in named.items() if name in _NARROWED}
    with snapshot(engine) as session:
        connection = session.connection()
        meaning = {
            digest: (*told, definition.get("nominal"))
            for digest, *told, definition in _meanings(tuple(of_plan)).rows(connection, measurand=measurand, **of_plan)
        }
        # Sorted here: they come in the order of an index, so that almost nothing is left to be done.
        rows = sorted(_runs(tuple(named), simulated).rows(connection, measurand=measurand, **named), key=_MOMENT)
        # Asked of the units with a later attempt alone: a window costs what is in it.
        again = {row[2] for row in rows if row[2] is not None} if first else set()
        earliest = _earliest(connection, measurand, simulated, again)
        # Not by name: ten thousand calls less.
        make = StoredValue._make
        found = []
        for started, run, again_of, attempt, digest, part, serial, operation, *worked, stored, over_ranges in rows:
            value = value_of(stored)
            if value is None and not _left_range(measurand, over_ranges):
                continue
            if again_of in again and earliest[again_of, operation] < attempt:
                continue
            plan, *limits, nominal = meaning[digest]
            told = (part, serial, operation, plan, *worked, *limits, value, nominal)
            found.append(make((moment_of(started), id_of(run), *told)))
        return tuple(found)


_MOMENT = itemgetter(0, 1)
"""Start and id."""
