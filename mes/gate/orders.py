"""The work order that a unit is made for, and how many units have their place in it before this one.

A place in an order is given by the decision that allows the first work, before the unit is registered. It is kept for
as long as a promise of the gate lasts, and for good once the unit is registered. A scrapped unit gives its place back,
because an order asks for good units; one that was destroyed as a sample does not.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select

from mes.containment import same_unit
from mes.desk.sample_draw import SampleVerdict
from mes.gate.reservations import LASTS
from mes.models import table_of
from mes.models.order import OrderUnit, WorkOrderEventRow
from mes.models.sampling import Sample, SampleResultRow, SamplingPlanRow
from mes.models.unit import Unit
from mes.projection.orders import BY_SERIAL
from mes.projection.working_set import unit_key
from mes.queries.samples import read_samples
from mes.records import GateRequest, SamplingPlan, SamplingPurpose
from mes.vocabulary import UnitState
from mes.work_order import WorkOrder, work_order

_EVENT, _ORDER_UNIT, _UNIT, _RESULT = (
    table_of(WorkOrderEventRow),
    table_of(OrderUnit),
    table_of(Unit),
    table_of(SampleResultRow),
)

_SAMPLE, _PLAN = table_of(Sample), table_of(SamplingPlanRow)
_PLANS_OF_SAMPLES = select(_SAMPLE.c.id, _PLAN.c.content).join(_PLAN, _PLAN.c.digest == _SAMPLE.c.plan_digest)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order that a request is about: the one it names, else the one that its unit belongs to.

    `order` is None when nobody released it; `ahead` counts the places taken before this unit's; `first_articles` are
    the open samples of its first pieces.
    """

    number: str
    belongs: str | None
    order: WorkOrder | None
    ahead: int
    first_articles: tuple["FirstArticle", ...] = ()


@dataclass(frozen=True, slots=True)
class FirstArticle:
    """An open first-article sample of an order: its plan, the inspected operation of the route, its pieces."""

    sample_id: UUID
    plan: str
    operation: str | None
    serials: frozenset[str]


def order_of(connection: Connection, request: GateRequest) -> OrderFacts | None:
    """The order that a request is about, or None when it is about none."""
    own = next(
        (
            row
            for row in BY_SERIAL.rows(connection, [request.unit.serial])
            if (row.maker, row.part, row.serial) == unit_key(request.unit)
        ),
        None,
    )
    belongs = own.work_order if own is not None else None
    number = belongs if request.order is None else request.order
    if number is None:
        return None
    order = work_order(connection.execute(select(_EVENT).where(_EVENT.c.number == number)).all())
    ahead = 0 if order is None else _ahead(connection, request, order, own if belongs == number else None)
    return OrderFacts(number, belongs, order, ahead, _first_articles(connection, number))


def _first_articles(connection: Connection, number: str) -> tuple[FirstArticle, ...]:
    plans = {
        row.id: SamplingPlan.model_validate(row.content)
        for row in connection.execute(_PLANS_OF_SAMPLES.where(_SAMPLE.c.work_order == number))
    }
    first = {id_: plan for id_, plan in plans.items() if plan.purpose is SamplingPurpose.FIRST_ARTICLE}
    if not first:
        return ()
    return tuple(
        FirstArticle(one.id, one.plan, first[one.id].operation, frozenset(piece.piece for piece in one.pieces))
        for one in read_samples(connection, order=number)
        if one.id in first and one.verdict is SampleVerdict.OPEN
    )


def _ahead(connection: Connection, request: GateRequest, order: WorkOrder, own: Any) -> int:
    every = select(func.count()).select_from(_ORDER_UNIT).where(_ORDER_UNIT.c.work_order == order.number)
    assigned: int = connection.execute(every).scalar_one()
    others = assigned - (own is not None)
    # Nearly always there is room whatever became of the others, and then nobody has to look at each of them.
    if others < order.quantity:
        return others
    statement = _taking(order.number, request.at)
    if own is not None:
        columns = _ORDER_UNIT.c
        earlier = or_(
            columns.assigned_at < own.assigned_at,
            and_(columns.assigned_at == own.assigned_at, columns.record_id < own.record_id),
        )
        statement = statement.where(earlier)
    else:
        same = (_ORDER_UNIT.c[name] == getattr(request.unit, name) for name in ("maker", "part", "serial"))
        statement = statement.where(~and_(*same))
    taken: int = connection.execute(statement).scalar_one()
    return taken


def places_taken(connection: Connection, number: str, at: datetime) -> int:
    """How many units have a place in an order at this moment."""
    taken: int = connection.execute(_taking(number, at)).scalar_one()
    return taken


def _taking(number: str, at: datetime) -> Select[int]:
    """Counts the units that take a place in an order at this moment."""
    destroyed = (
        select(_RESULT.c.id)
        .where(_RESULT.c.unit_id == _UNIT.c.id, _RESULT.c.destroyed.is_(True), _RESULT.c.voided_by.is_(None))
        .exists()
    )
    registered = and_(_UNIT.c.id.is_not(None), or_(_UNIT.c.state != UnitState.SCRAPPED.value, destroyed))
    promised = and_(_UNIT.c.id.is_(None), _ORDER_UNIT.c.by_gate.is_(True), _ORDER_UNIT.c.assigned_at > at - LASTS)
    return (
        select(func.count())
        .select_from(_ORDER_UNIT)
        .outerjoin(_UNIT, same_unit(_ORDER_UNIT, _UNIT))
        .where(_ORDER_UNIT.c.work_order == number, or_(registered, promised))
    )
