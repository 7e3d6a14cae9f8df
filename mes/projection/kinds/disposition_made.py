"""What becomes of a unit was decided: scrapped, a result waived, sent back, or used as it is."""

from mes.models.rework import Disposition
from mes.projection.history import Ruling
from mes.projection.kinds.repair_done import mention_consequences, project_consequences
from mes.projection.working_set import Disposed, Mentions, WorkingSet
from mes.records import DispositionMade


def mentions(record: DispositionMade, mentions: Mentions) -> None:
    """The unit, its defects, and the units whose results were disturbed."""
    mention_consequences(record, mentions)


def project(record: DispositionMade, work: WorkingSet) -> None:
    """Add the disposition and what follows from it."""
    unit = work.unit(record.unit)
    work.known[record.id] = ("disposition", unit.id)
    work.dispositions[unit.id].add(Disposed(record.disposition, record.operation, Ruling(record.at, record.id)))
    work.rows[Disposition].append(
        {
            "id": record.id,
            "unit_id": unit.id,
            "disposition": record.disposition.value,
            "operation": record.operation,
            "reason": record.reason,
            "signed_by": record.signature.name,
            "meaning": record.signature.meaning,
            "simulated": record.simulated,
            "made_at": record.at,
            "voided_by": None,
        }
    )
    project_consequences(record, work)
