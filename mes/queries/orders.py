"""Work orders and how far they are: counts of their units, and the units themselves."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, and_, case, func, or_, select

from mes.containment import same_unit
from mes.models import table_of
from mes.models.order import OrderUnit, WorkOrderEventRow
from mes.models.sampling import SampleResultRow
from mes.models.test_run import TestRun
from mes.models.unit import Unit
from mes.queries.identity import UNIT_COLUMNS, UnitSummary, unit_of_columns
from mes.queries.snapshot import snapshot
from mes.vocabulary import RunEnding, UnitState, Verdict
from mes.work_order import WorkOrder, work_order

_EVENT, _ORDER_UNIT, _UNIT = table_of(WorkOrderEventRow), table_of(OrderUnit), table_of(Unit)
_RESULT, _RUN = table_of(SampleResultRow), table_of(TestRun)


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """An order and its units by what became of them; every unit is counted once in each column that it fits.

    `started` were worked on, `passed` have passed their newest run, `finished` came to the end of their route,
    `scrapped` were thrown away, `destroyed` used up by a sample. `open` good units are still to come.
    """

    number: str
    state: str
    part: str
    revision: str
    quantity: int
    due: date | None
    customer: str | None
    released_at: datetime
    closed_at: datetime | None
    simulated: bool
    units: int
    started: int
    passed: int
    finished: int
    scrapped: int
    destroyed: int
    open: int


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One thing done to an order, in words."""

    id: UUID
    at: datetime
    act: str
    quantity: int | None
    due: date | None
    customer: str | None
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class UnitOfOrder:
    """A unit of an order, since when, and its newest run."""

    unit: UnitSummary
    assigned_at: datetime
    destroyed: bool
    operation: str | None
    verdict: str | None
    ending: str | None


@dataclass(frozen=True, slots=True)
class OrderReport:
    """An order with its events and units."""

    order: OrderProgress
    events: tuple[OrderEvent, ...]
    units: tuple[UnitOfOrder, ...]


def orders(
    engine: Engine, *, closed: bool = True, since: datetime | None = None, until: datetime | None = None
) -> tuple[OrderProgress, ...]:
    """The orders by the moment of their release, oldest first; without `closed` only open ones."""
    with snapshot(engine) as session:
        connection = session.connection()
        events: dict[str, list[Any]] = {}
        for row in connection.execute(select(_EVENT)):
            events.setdefault(row.number, []).append(row)
        found = [order for rows in events.values() if (order := work_order(rows)) is not None]
        shown = [
            order
            for order in found
            if (closed or order.is_open)
            and (since is None or order.released_at >= since)
            and (until is None or order.released_at < until)
        ]
        counts = _counts(connection, None)
        return tuple(
            _progress(order, counts.get(order.number))
            for order in sorted(shown, key=lambda order: (order.released_at, order.number))
        )


def order_report(engine: Engine, number: str) -> OrderReport | None:
    """An order with its units, or None when nobody released one of this number."""
    with snapshot(engine) as session:
        connection = session.connection()
        rows = connection.execute(
            select(_EVENT).where(_EVENT.c.number == number).order_by(_EVENT.c.happened_at, _EVENT.c.id)
        ).all()
        order = work_order(rows)
        if order is None:
            return None
        return OrderReport(
            _progress(order, _counts(connection, number).get(number)),
            tuple(OrderEvent(r.id, r.happened_at, r.act, r.quantity, r.due, r.customer, r.reason, r.by) for r in rows),
            _units(connection, number),
        )


def _progress(order: WorkOrder, counts: Any) -> OrderProgress:
    names = ("units", "started", "passed", "finished", "scrapped", "destroyed")
    units, started, passed, finished, scrapped, destroyed = (
        (int(getattr(counts, name)) for name in names) if counts is not None else (0,) * len(names)
    )
    return OrderProgress(
        order.number,
        "OPEN" if order.is_open else "CLOSED",
        order.part,
        order.revision,
        order.quantity,
        order.due,
        order.customer,
        order.released_at,
        order.closed_at,
        order.simulated,
        units,
        started,
        passed,
        finished,
        scrapped,
        destroyed,
        max(0, order.quantity - finished - destroyed) if order.is_open else 0,
    )


def _newest() -> Any:
    """The newest finished run of every unit."""
    place = func.row_number().over(partition_by=_RUN.c.unit_id, order_by=[_RUN.c.started_at.desc(), _RUN.c.id.desc()])
    numbered = (
        select(_RUN.c.unit_id, _RUN.c.operation, _RUN.c.verdict, _RUN.c.ending, place.label("place"))
        .join(_UNIT, _UNIT.c.id == _RUN.c.unit_id)
        .join(_ORDER_UNIT, same_unit(_ORDER_UNIT, _UNIT))
        .where(_RUN.c.voided_by.is_(None), _RUN.c.finished_at.is_not(None))
    )
    return numbered


def _members(number: str | None) -> tuple[Select[Any], Any, Any]:
    """The registered units of one order, or of all, with their newest run and whether a sample destroyed them."""
    runs = _newest() if number is None else _newest().where(_ORDER_UNIT.c.work_order == number)
    newest = runs.subquery("newest")
    destroyed = (
        select(_RESULT.c.id)
        .where(_RESULT.c.unit_id == _UNIT.c.id, _RESULT.c.destroyed.is_(True), _RESULT.c.voided_by.is_(None))
        .exists()
    )
    joined = (
        select()
        .select_from(_ORDER_UNIT)
        .join(_UNIT, same_unit(_ORDER_UNIT, _UNIT))
        .outerjoin(newest, and_(newest.c.unit_id == _UNIT.c.id, newest.c.place == 1))
        .where(_ORDER_UNIT.c.work_order.is_not(None) if number is None else _ORDER_UNIT.c.work_order == number)
    )
    return joined, newest, destroyed


def _counts(connection: Connection, number: str | None) -> dict[str, Any]:
    joined, newest, destroyed = _members(number)
    state = _UNIT.c.state

    def count(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    flagged = joined.add_columns(
        _ORDER_UNIT.c.work_order,
        state.label("state"),
        and_(newest.c.verdict == Verdict.PASSED.value, newest.c.ending == RunEnding.COMPLETED.value).label("passed"),
        destroyed.label("destroyed"),
    ).subquery("flagged")
    columns = flagged.c
    rows = connection.execute(
        select(
            columns.work_order,
            func.count().label("units"),
            count(columns.state != UnitState.REGISTERED.value).label("started"),
            count(columns.passed).label("passed"),
            count(or_(columns.state == UnitState.COMPLETED.value, columns.state == UnitState.INSTALLED.value)).label(
                "finished"
            ),
            count(and_(columns.state == UnitState.SCRAPPED.value, ~columns.destroyed)).label("scrapped"),
            count(columns.destroyed).label("destroyed"),
        ).group_by(columns.work_order)
    )
    return {row.work_order: row for row in rows}


def _units(connection: Connection, number: str) -> tuple[UnitOfOrder, ...]:
    joined, newest, destroyed = _members(number)
    rows = connection.execute(
        joined.add_columns(
            *UNIT_COLUMNS,
            _ORDER_UNIT.c.assigned_at,
            destroyed.label("destroyed"),
            newest.c.operation,
            newest.c.verdict,
            newest.c.ending,
        ).order_by(_ORDER_UNIT.c.assigned_at, _UNIT.c.serial)
    )
    width = len(UNIT_COLUMNS)
    return tuple(UnitOfOrder(unit_of_columns(row[:width]), *row[width:]) for row in rows)
