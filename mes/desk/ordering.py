"""Work orders at the desk: released, changed, closed, and units assigned; each one act, checked in its transaction.

Every function raises `CommandError` with what stands against it, and records nothing then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from mes.command_line import CommandError, Exit
from mes.desk.acts import Act, Desk
from mes.desk.facts import after_the_line, identity
from mes.gate.orders import places_taken
from mes.models import table_of
from mes.models.order import OrderUnit, WorkOrderEventRow
from mes.models.product import Material
from mes.queries.identity import UnitSummary
from mes.records import WorkOrderAct, WorkOrderAssigned, WorkOrderEvent
from mes.vocabulary import OWN_MAKER, UnitState
from mes.work_order import WorkOrder, work_order

_EVENT, _MATERIAL, _ORDER_UNIT = table_of(WorkOrderEventRow), table_of(Material), table_of(OrderUnit)


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What an order asks for; a `closed` one asks for nothing more."""

    number: str
    part: str
    revision: str
    quantity: int
    due: date | None = None
    customer: str | None = None
    closed: bool = False


def release_order(desk: Desk, terms: OrderTerms, reason: str, by: str) -> WorkOrder:
    """Release a new order."""
    with desk.act() as act:
        known = stored_order(act, terms.number)
        if known is not None:
            raise CommandError(
                f"order {terms.number}: was released at {known.released_at.isoformat()} already;"
                f" change it by `mes order {terms.number} change`",
                Exit.NO,
            )
        act.write([_released(act, terms, reason, by)])
        return _order(act, terms.number)


def change_order(
    desk: Desk, number: str, quantity: int | None, due: date | None, customer: str | None, reason: str, by: str
) -> WorkOrder:
    """Change what an order asks for; a closed one is open again."""
    with desk.act() as act:
        order = _order(act, number)
        act.not_before(order.released_at)
        act.write([_changed(act, order, quantity, due, customer, reason, by)])
        return _order(act, number)


def close_order(desk: Desk, number: str, reason: str, by: str) -> WorkOrder:
    """Close an order: the gate lets no further work be done for it."""
    with desk.act() as act:
        order = _order(act, number)
        if order.closed_at is not None:
            raise CommandError(f"order {number}: was closed at {order.closed_at.isoformat()} already", Exit.NO)
        act.not_before(order.released_at)
        act.write([_event(act, number, WorkOrderAct.CLOSED, reason, by)])
        return _order(act, number)


def settle_order(act: Act, terms: OrderTerms, reason: str, by: str) -> WorkOrderAct | None:
    """Make an order what it should be, in an act of the caller's; None when it is that already."""
    order = stored_order(act, terms.number)
    if order is None:
        records = [_released(act, terms, reason, by)]
        if terms.closed:
            raise CommandError(f"order {terms.number}: is closed before it was ever released here", Exit.NO)
        act.write(records)
        return WorkOrderAct.RELEASED
    if (order.part, order.revision) != (terms.part, terms.revision):
        raise CommandError(
            f"order {terms.number}: is for {order.part} revision {order.revision}; another part or revision is"
            " another order",
            Exit.NO,
        )
    quantity = terms.quantity if terms.quantity != order.quantity or order.closed_at is not None else None
    due = terms.due if terms.due != order.due else None
    customer = terms.customer if terms.customer != order.customer else None
    act.not_before(order.released_at)
    if terms.closed:
        if order.closed_at is not None:
            return None
        act.write([_event(act, terms.number, WorkOrderAct.CLOSED, reason, by)])
        return WorkOrderAct.CLOSED
    if (quantity, due, customer) == (None, None, None):
        return None
    act.write([_changed(act, order, quantity, due, customer, reason, by)])
    return WorkOrderAct.CHANGED


def assign_units(desk: Desk, number: str | None, units: Sequence[UnitSummary], reason: str, by: str) -> None:
    """Make these units for an order from now on, or for none; all of them, or none of them."""
    with desk.act() as act:
        after_the_line(act, [unit.id for unit in units])
        for unit in dict.fromkeys(units):
            act.not_before(unit.registered_at)
        belonging = [_belongs(act, unit) for unit in units]
        for at in (row.assigned_at for row in belonging if row is not None):
            act.not_before(at)
        if number is None:
            strangers = [unit for unit, row in zip(units, belonging, strict=True) if row is None or not row.work_order]
            if strangers:
                raise CommandError(f"{strangers[0]}: is made for no order; nothing was changed", Exit.NO)
        else:
            order = _order(act, number)
            for unit, row in zip(units, belonging, strict=True):
                _refuse_misfit(order, unit, row)
            taken = places_taken(act.connection, number, act.at)
            if taken + len(set(units)) > order.quantity:
                raise CommandError(
                    f"order {number}: asks for {order.quantity} unit(s), {taken} have their place;"
                    f" {len(set(units))} more do not fit, and nothing was assigned",
                    Exit.NO,
                )
        act.write(
            [
                WorkOrderAssigned(**act.envelope(), unit=identity(unit), order=number, reason=reason, by=by)
                for unit in dict.fromkeys(units)
            ]
        )


def stored_order(act: Act, number: str) -> WorkOrder | None:
    """The order as it stands in the act's transaction, or None."""
    return work_order(act.connection.execute(select(_EVENT).where(_EVENT.c.number == number)).all())


def _order(act: Act, number: str) -> WorkOrder:
    order = stored_order(act, number)
    if order is None:
        raise CommandError(f"order {number}: was never released; `mes orders` lists those that were", Exit.NO)
    return order


def _released(act: Act, terms: OrderTerms, reason: str, by: str) -> WorkOrderEvent:
    known = act.connection.execute(
        select(_MATERIAL.c.revision).where(_MATERIAL.c.maker == OWN_MAKER, _MATERIAL.c.part == terms.part)
    )
    revisions = sorted(set(known.scalars()))
    if terms.revision not in revisions:
        said = f"its revisions are {', '.join(revisions)}" if revisions else "no such part is made here"
        raise CommandError(
            f"order {terms.number}: {terms.part} revision {terms.revision} is not released: {said};"
            " load it by `mes load`",
            Exit.NO,
        )
    told = {"part": terms.part, "revision": terms.revision, "quantity": terms.quantity}
    return _event(act, terms.number, WorkOrderAct.RELEASED, reason, by, **told, due=terms.due, customer=terms.customer)


def _changed(
    act: Act, order: WorkOrder, quantity: int | None, due: date | None, customer: str | None, reason: str, by: str
) -> WorkOrderEvent:
    taken = places_taken(act.connection, order.number, act.at)
    if quantity is not None and quantity < taken:
        raise CommandError(
            f"order {order.number}: {taken} unit(s) have their place in it, so it cannot ask for {quantity};"
            " take units off it first by `mes order NUMBER unassign SERIAL`",
            Exit.NO,
        )
    told: dict[str, Any] = {"quantity": quantity, "due": due, "customer": customer}
    return _event(act, order.number, WorkOrderAct.CHANGED, reason, by, **told)


def _event(act: Act, number: str, what: WorkOrderAct, reason: str, by: str, **told: Any) -> WorkOrderEvent:
    return WorkOrderEvent(**act.envelope(), number=number, act=what, reason=reason, by=by, **told)


def _belongs(act: Act, unit: UnitSummary) -> Any:
    columns = _ORDER_UNIT.c
    same = (columns.serial == unit.serial, columns.part == unit.part, columns.maker == unit.maker)
    return act.connection.execute(select(_ORDER_UNIT).where(*same)).one_or_none()


def _refuse_misfit(order: WorkOrder, unit: UnitSummary, row: Any) -> None:
    problem = ""
    if order.closed_at is not None:
        problem = f"was closed at {order.closed_at.isoformat()}"
    elif (unit.maker, unit.part, unit.revision) != (OWN_MAKER, order.part, order.revision):
        problem = f"asks for {order.part} revision {order.revision}, not {unit} revision {unit.revision}"
    elif row is not None and row.work_order == order.number:
        problem = f"has {unit} already"
    elif unit.state is UnitState.SCRAPPED:
        problem = f"cannot have {unit}, which was scrapped"
    if problem:
        raise CommandError(f"order {order.number}: {problem}; nothing was assigned", Exit.NO)
