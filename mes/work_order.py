"""What a work order is: a pure function of its events in the order of their own times, whenever they arrive."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mes.records import WorkOrderAct


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A work order (ISA-95 operations request) as it stands; `quantity` is how many good units it asks for."""

    number: str
    part: str
    revision: str
    quantity: int
    due: date | None
    customer: str | None
    released_by: str
    released_at: datetime
    simulated: bool
    closed_at: datetime | None = None
    evidence: tuple[UUID, ...] = ()
    """The records of its events, oldest first."""

    @property
    def is_open(self) -> bool:
        """Whether units may be made for it."""
        return self.closed_at is None


def work_order(events: Iterable[Any]) -> WorkOrder | None:
    """The order of which these are the events, rows of `work_order_event`; None before it was released.

    A second release counts as a change of everything that it names; a change opens a closed order again.
    """
    order: WorkOrder | None = None
    for event in sorted(events, key=lambda event: (event.happened_at, event.id)):
        if event.act == WorkOrderAct.CLOSED:
            order = order and replace(order, closed_at=event.happened_at)
        elif event.act == WorkOrderAct.RELEASED:
            before = (order.released_by, order.released_at, order.simulated) if order else ()
            by, at, simulated = before or (event.by, event.happened_at, event.simulated)
            known = order.evidence if order else ()
            order = WorkOrder(
                event.number,
                event.part,
                event.revision,
                event.quantity,
                event.due,
                event.customer,
                by,
                at,
                simulated or event.simulated,
                evidence=known,
            )
        elif order is not None:
            told = {name: getattr(event, name) for name in ("quantity", "due", "customer")}
            changed = {name: value for name, value in told.items() if value is not None}
            order = replace(order, closed_at=None, **changed)
        order = order and replace(order, evidence=(*order.evidence, event.id))
    return order
