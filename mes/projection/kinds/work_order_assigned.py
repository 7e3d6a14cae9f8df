"""A unit is made for another order from now on, or for none."""

from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import WorkOrderAssigned


def mentions(record: WorkOrderAssigned, mentions: Mentions) -> None:
    """The unit, which must be registered, and the order that it was made for."""
    mentions.units.add(unit_key(record.unit))
    mentions.assigned.add(unit_key(record.unit))


def project(record: WorkOrderAssigned, work: WorkingSet) -> None:
    """Write the assignment unless something newer is known of the unit."""
    work.unit(record.unit)
    work.orders.assign(unit_key(record.unit), record.order, record.at, record.id, record.by, by_gate=False)
