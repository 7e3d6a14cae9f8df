"""A component went into its parent."""

from typing import Any

from mes.projection.history import Link, Place
from mes.projection.working_set import Mentions, WorkingSet, lot_key, unit_key
from mes.records import ComponentInstalled, ComponentRemoved


def mentions(record: ComponentInstalled | ComponentRemoved, mentions: Mentions) -> None:
    """The parent, and the child or the lot."""
    mentions.units.add(unit_key(record.parent))
    if record.child is not None:
        mentions.units.add(unit_key(record.child))
    if record.lot is not None:
        mentions.lots.add(lot_key(record.lot))


def project(record: ComponentInstalled, work: WorkingSet) -> None:
    """Add the installation. One that contradicts others (a child of two parents, a loop) is kept: it was recorded."""
    place = touched_place(record, work)
    component = record.child or record.lot
    part = component.part if component else ""
    row = columns(record, place) | {"installed_at": record.at, "removed_at": None, "removal_reason": None}
    work.put_link(Link(record.id, place, part, record.quantity, record.at), row)
    if record.lot is not None:
        # What was used up stays used up when it comes out again: a reel does not grow back.
        lot = work.lot(record.lot)
        lot.row["used"] += record.quantity
        lot.changed = True


def touched_place(record: ComponentInstalled | ComponentRemoved, work: WorkingSet) -> Place:
    """The place that a record names; the units in it will be folded again."""
    parent = work.unit(record.parent)
    work.touched[parent.id] = parent
    if record.child is not None:
        child = work.unit(record.child)
        work.touched[child.id] = child
        return Place(parent.id, record.position, child.id, None)
    return Place(parent.id, record.position, None, work.lot(record.lot).id if record.lot else None)


def columns(record: ComponentInstalled | ComponentRemoved, place: Place) -> dict[str, Any]:
    """What installations and removals have in common."""
    return {
        "id": record.id,
        **place._asdict(),
        "quantity": record.quantity,
        "reason": record.reason.value,
        "operation": record.operation,
        "station": record.station,
        "operator": record.operator,
        "collection": record.collection.value,
        "simulated": record.simulated,
        "voided_by": None,
    }
