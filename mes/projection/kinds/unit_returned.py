"""A shipped unit came back: it is no longer away, and has to pass again what the return names."""

from mes.projection.kinds.repair_done import disturb
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import UnitReturned


def mentions(record: UnitReturned, mentions: Mentions) -> None:
    """The unit with its shipments, and the units whose results are asked for again."""
    mentions.units |= {unit_key(record.unit), *(unit_key(result.unit) for result in record.disturbs)}
    mentions.goods.add(unit_key(record.unit))


def project(record: UnitReturned, work: WorkingSet) -> None:
    """Add the return; one whose shipment has not arrived ends it when it does."""
    work.goods.put(
        "unit_returned",
        {
            "id": record.id,
            "unit_id": work.unit(record.unit).id,
            "authorisation": record.authorisation,
            "customer": record.customer,
            "reason": record.reason,
            "operation": record.operation,
            "station": record.station,
            "operator": record.operator,
            "simulated": record.simulated,
            "returned_at": record.at,
            "voided_by": None,
        },
    )
    disturb(record.disturbs, record, work)
