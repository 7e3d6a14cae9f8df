"""A unit left for a customer."""

from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import UnitShipped


def mentions(record: UnitShipped, mentions: Mentions) -> None:
    """The unit, and its shipments before."""
    mentions.units.add(unit_key(record.unit))
    mentions.goods.add(unit_key(record.unit))


def project(record: UnitShipped, work: WorkingSet) -> None:
    """Add the unit to its shipment."""
    work.goods.put(
        "unit_shipped",
        {
            "id": record.id,
            "unit_id": work.unit(record.unit).id,
            "shipment": record.shipment,
            "container": record.container,
            "customer": record.customer,
            "order_reference": record.order_reference,
            "delivery_note": record.delivery_note,
            "gate_id": record.gate,
            "station": record.station,
            "operator": record.operator,
            "simulated": record.simulated,
            "shipped_at": record.at,
            "returned_at": None,
            "voided_by": None,
        },
    )
