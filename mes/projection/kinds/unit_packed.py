"""A unit or a container went into a container."""

from typing import Any

from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import UnitPacked, UnitUnpacked


def mentions(record: UnitPacked | UnitUnpacked, mentions: Mentions) -> None:
    """The unit or the container, and where it was packed before."""
    if record.unit is not None:
        mentions.units.add(unit_key(record.unit))
        mentions.goods.add(unit_key(record.unit))
    if record.inner is not None:
        mentions.inner.add(record.inner)


def project(record: UnitPacked, work: WorkingSet) -> None:
    """Add the packing; one that contradicts another is kept, and ends it."""
    row = columns(record, work) | {"gate_id": record.gate, "packed_at": record.at}
    work.goods.put("unit_packed", row | {"unpacked_at": None, "displaced_by": None})


def columns(record: UnitPacked | UnitUnpacked, work: WorkingSet) -> dict[str, Any]:
    """What packing and taking out have in common."""
    return {
        "id": record.id,
        "container": record.container,
        "unit_id": None if record.unit is None else work.unit(record.unit).id,
        "inner": record.inner,
        "station": record.station,
        "operator": record.operator,
        "simulated": record.simulated,
        "voided_by": None,
    }
