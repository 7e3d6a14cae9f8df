"""An order was released, changed or closed."""

from mes.models.order import WorkOrderEventRow
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import WorkOrderEvent


def mentions(record: WorkOrderEvent, mentions: Mentions) -> None:
    """Nothing: what an order is follows from its events whenever it is asked."""


def project(record: WorkOrderEvent, work: WorkingSet) -> None:
    """Add the event."""
    work.rows[WorkOrderEventRow].append(
        {
            "id": record.id,
            "number": record.number,
            "act": record.act.value,
            "part": record.part,
            "revision": record.revision,
            "quantity": record.quantity,
            "due": record.due,
            "customer": record.customer,
            "reason": record.reason,
            "by": record.by,
            "simulated": record.simulated,
            "happened_at": record.at,
        }
    )
