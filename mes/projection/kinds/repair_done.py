"""A unit was repaired: its defects are closed, and the results that the repair disturbed no longer stand."""

from collections.abc import Iterable

from mes.models.rework import DefectClosure, Disturbance, Repair
from mes.projection.history import Ruling
from mes.projection.working_set import Disturbed, Mentions, WorkingSet, lot_key, unit_key
from mes.records import DispositionMade, DisturbedResult, Record, RepairDone


def mentions(record: RepairDone, mentions: Mentions) -> None:
    """The unit, its defects, the components changed, and the units whose results were disturbed."""
    mention_consequences(record, mentions)
    if record.replaced is not None:
        units = (record.replaced.old_unit, record.replaced.new_unit)
        lots = (record.replaced.old_lot, record.replaced.new_lot)
        mentions.units |= {unit_key(unit) for unit in units if unit is not None}
        mentions.lots |= {lot_key(lot) for lot in lots if lot is not None}


def project(record: RepairDone, work: WorkingSet) -> None:
    """Add the repair and what follows from it."""
    unit = work.unit(record.unit)
    work.known[record.id] = ("repair", unit.id)
    replaced = record.replaced
    work.rows[Repair].append(
        {
            "id": record.id,
            "unit_id": unit.id,
            "action": record.action,
            "reason": record.reason.value,
            "position": replaced.position if replaced else None,
            "old_child_id": work.unit(replaced.old_unit).id if replaced and replaced.old_unit else None,
            "old_lot_id": work.lot(replaced.old_lot).id if replaced and replaced.old_lot else None,
            "new_child_id": work.unit(replaced.new_unit).id if replaced and replaced.new_unit else None,
            "new_lot_id": work.lot(replaced.new_lot).id if replaced and replaced.new_lot else None,
            "description": record.description,
            "station": record.station,
            "operator": record.operator,
            "simulated": record.simulated,
            "repaired_at": record.at,
            "voided_by": None,
        }
    )
    project_consequences(record, work)


def disturb(results: Iterable[DisturbedResult], cause: Record, work: WorkingSet) -> None:
    """Let these results stand no longer, because of this record."""
    for result in dict.fromkeys(results):
        disturbed = work.unit(result.unit)
        work.touched[disturbed.id] = disturbed
        work.disturbances[disturbed.id].add(Disturbed(result.operation, Ruling(cause.at, cause.id)))
        work.rows[Disturbance].append(
            {
                "cause_id": cause.id,
                "unit_id": disturbed.id,
                "operation": result.operation,
                "disturbed_at": cause.at,
            }
        )


def mention_consequences(record: RepairDone | DispositionMade, mentions: Mentions) -> None:
    """What repairs and dispositions both refer to."""
    mentions.units.add(unit_key(record.unit))
    mentions.units |= {unit_key(result.unit) for result in record.disturbs}
    mentions.facts |= set(record.defects)


def project_consequences(record: RepairDone | DispositionMade, work: WorkingSet) -> None:
    """Close the defects named, and let the disturbed results stand no longer."""
    unit = work.unit(record.unit)
    work.touched[unit.id] = unit
    for defect in dict.fromkeys(record.defects):
        if work.fact(defect, "defect") != unit.id:
            work.reject(f"defect {defect} is another unit's, not one of {record.unit}")
        work.rows[DefectClosure].append({"cause_id": record.id, "defect_id": defect, "closed_at": record.at})
    disturb(record.disturbs, record, work)
