"""Yields told apart by product, operation, station, fixture, day or limit revision.

A unit at an operation belongs to one group: that of its first run there, wherever its retests were made. Its
first-pass, first-valid and final yield are told there, so that the rows of any partition add up to the whole. A run
belongs to the group that it was made in: report yield is the health of a station, and adds up to the counts that the
overview keeps. The definitions are those of `mes.quality.yields`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from mes.models.product import Plan
from mes.models.test_run import TestRun
from mes.models.unit import Unit
from mes.quality.yields import Yield, count_of, counting, run_passed, unit_runs
from mes.queries.snapshot import snapshot

DIMENSIONS = ("product", "operation", "station", "fixture", "day", "limit_revision")
"""What yields can be told apart by; a product is maker and part, a day is that of the start in UTC."""

_UNIT_COUNTS = 5


@dataclass(frozen=True, slots=True)
class YieldScope:
    """Which runs are asked for; None does not narrow.

    `since` (inclusive) and `until` (not) take the units first seen in between, with all their later runs, and for the
    report yield the runs started in between. A station is that of a unit's first run, and that of a run.
    """

    since: datetime | None = None
    until: datetime | None = None
    maker: str | None = None
    part: str | None = None
    operation: str | None = None
    station: str | None = None
    fixture: str | None = None
    limit_revision: str | None = None


@dataclass(frozen=True, slots=True)
class GroupYields:
    """The four yields of one group: its values in the dimensions asked for. `units` are counted at each operation."""

    group: tuple[str, ...]
    units: int
    runs: int
    first_pass: Yield
    first_valid: Yield
    final: Yield
    report: Yield


def yields_by(
    engine: Engine, dimensions: Sequence[str], scope: YieldScope, *, simulated: bool
) -> tuple[GroupYields, ...]:
    """The yields of every group in the order of its values; with no dimension, of the whole.

    `simulated` says whether simulated runs are counted. Groups without a unit and without a run are absent.
    """
    with snapshot(engine) as session:
        units = _counts(_units(session, dimensions, scope, simulated), _UNIT_COUNTS)
        runs = _counts(_runs(session, dimensions, scope, simulated), 2)
    answers = []
    for group in sorted(units.keys() | runs.keys()):
        seen, first, completed, valid, ever = units.get(group, (0,) * _UNIT_COUNTS)
        ended, passed = runs.get(group, (0, 0))
        if seen or ended:
            told = (Yield(first, seen), Yield(valid, completed), Yield(ever, seen), Yield(passed, ended))
            answers.append(GroupYields(group, seen, ended, *told))
    return tuple(answers)


def whole_of(rows: Iterable[GroupYields]) -> GroupYields:
    """What the rows of a partition add up to."""
    rows = tuple(rows)

    def added(name: str) -> Yield:
        parts: list[Yield] = [getattr(row, name) for row in rows]
        return Yield(sum(part.passed for part in parts), sum(part.seen for part in parts))

    return GroupYields(
        (),
        sum(row.units for row in rows),
        sum(row.runs for row in rows),
        added("first_pass"),
        added("first_valid"),
        added("final"),
        added("report"),
    )


def _columns(dimensions: Sequence[str]) -> list[Any]:
    columns: dict[str, Any] = {
        "operation": col(TestRun.operation),
        "station": col(TestRun.station),
        "fixture": col(TestRun.fixture),
        # Both databases keep and tell times in UTC.
        "day": func.date(col(TestRun.started_at)),
        "limit_revision": col(Plan.limit_revision),
    }
    found: list[Any] = []
    for name in dimensions:
        found += [col(Unit.maker), col(Unit.part)] if name == "product" else [columns[name]]
    return found


def _conditions(scope: YieldScope, simulated: bool) -> list[ColumnElement[bool]]:
    asked = (
        (col(Unit.maker), scope.maker),
        (col(Unit.part), scope.part),
        (col(TestRun.operation), scope.operation),
        (col(TestRun.station), scope.station),
        (col(TestRun.fixture), scope.fixture),
        (col(Plan.limit_revision), scope.limit_revision),
    )
    conditions = [column == value for column, value in asked if value is not None]
    conditions.append(col(TestRun.voided_by).is_(None))
    if not simulated:
        conditions.append(col(TestRun.simulated).is_(False))
    if scope.since is not None:
        conditions.append(col(TestRun.started_at) >= scope.since)
    if scope.until is not None:
        conditions.append(col(TestRun.started_at) < scope.until)
    return conditions


def _units(session: Session, dimensions: Sequence[str], scope: YieldScope, simulated: bool) -> Iterable[Any]:
    """Groups of units by their first runs, with what is counted of them."""
    unit = unit_runs(scope.operation, simulated).subquery("unit_runs").c
    is_first = and_(
        unit.unit_id == col(TestRun.unit_id),
        # Not by the index of operations, which SQLite would take: one of them has nearly every run.
        unit.operation == col(TestRun.operation).concat(""),
        unit.first_seen == col(TestRun.attempt),
    )
    columns = _columns(dimensions)
    return session.execute(
        core_select(*columns, *counting(unit, unit.finished > 0))
        .select_from(TestRun)
        .join(unit.unit_id.table, is_first)
        .join(Unit, col(Unit.id) == col(TestRun.unit_id))
        .join(Plan, col(Plan.digest) == col(TestRun.plan_digest))
        .where(*_conditions(scope, simulated))
        .group_by(*columns)
    )


def _runs(session: Session, dimensions: Sequence[str], scope: YieldScope, simulated: bool) -> Iterable[Any]:
    """Groups of finished runs by themselves: how many, and how many passed."""
    columns = _columns(dimensions)
    return session.execute(
        core_select(*columns, func.count(), count_of(run_passed()))
        .select_from(TestRun)
        .join(Unit, col(Unit.id) == col(TestRun.unit_id))
        .join(Plan, col(Plan.digest) == col(TestRun.plan_digest))
        .where(*_conditions(scope, simulated), col(TestRun.finished_at).is_not(None))
        .group_by(*columns)
    )


def _counts(rows: Iterable[Any], counted: int) -> dict[tuple[str, ...], tuple[int, ...]]:
    return {tuple(map(str, row[:-counted])): tuple(map(int, row[-counted:])) for row in rows}
