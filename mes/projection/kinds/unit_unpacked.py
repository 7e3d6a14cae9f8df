"""A unit or a container came out of a container."""

from mes.projection.kinds.unit_packed import columns, mentions
from mes.projection.working_set import WorkingSet
from mes.records import UnitUnpacked

__all__ = ["mentions", "project"]


def project(record: UnitUnpacked, work: WorkingSet) -> None:
    """Add the fact; it ends the stay now, or when the packing arrives."""
    work.goods.put("unit_unpacked", columns(record, work) | {"unpacked_at": record.at})
