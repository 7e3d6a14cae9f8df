"""Numbers were given out; none is ever given out twice, whatever a record says."""

from mes.models.numbering import AllocatedNumber, Allocation
from mes.projection.numbering import scope_of
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import NumbersAllocated

_OWN = "centre/"


def mentions(record: NumbersAllocated, mentions: Mentions) -> None:
    """The numbers, of which none may be taken."""
    mentions.numbers |= set(record.numbers)


def project(record: NumbersAllocated, work: WorkingSet) -> None:
    """Add the allocation and its numbers. Refuses a number that was given out before, and any source but the centre."""
    if not record.source.startswith(_OWN):
        work.reject("numbers are given out by the centre alone; ask for them by `mes allocate`")
    if (double := work.numbers.take(record)) is not None:
        work.reject(f"{record.numbering} {double} was given out before")
    unit = record.unit
    work.rows[Allocation].append(
        {
            "id": record.id,
            "numbering": record.numbering.value,
            "maker": record.maker,
            "name": record.name,
            "series": record.series,
            "first": record.first,
            "count": record.count,
            "unit_maker": None if unit is None else unit.maker,
            "unit_part": None if unit is None else unit.part,
            "unit_serial": None if unit is None else unit.serial,
            "allocated_by": record.allocated_by,
            "simulated": record.simulated,
            "allocated_at": record.at,
            "voided_by": None,
        }
    )
    scope = scope_of(record.numbering, record.maker, record.name)
    work.rows[AllocatedNumber] += [
        {"scope": scope, "number": number, "allocation_id": record.id, "place": place}
        for place, number in enumerate(record.numbers)
    ]
