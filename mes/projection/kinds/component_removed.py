"""A component came out of its parent: an interval closes, nothing is deleted."""

from mes.projection.history import Removed
from mes.projection.kinds.component_installed import columns, mentions, touched_place
from mes.projection.working_set import WorkingSet
from mes.records import ComponentRemoved

__all__ = ["mentions", "project"]


def project(record: ComponentRemoved, work: WorkingSet) -> None:
    """Add the removal; it closes its installation now, or when that arrives."""
    place = touched_place(record, work)
    row = columns(record, place) | {"removed_at": record.at, "installation_id": None}
    work.put_removal(Removed(record.id, place, record.reason.value, record.at), row)
