"""A defect was found; it stays open until a repair or a disposition names it."""

from mes.models.rework import Defect
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import DefectFound


def mentions(record: DefectFound, mentions: Mentions) -> None:
    """The unit."""
    mentions.units.add(unit_key(record.unit))


def project(record: DefectFound, work: WorkingSet) -> None:
    """Add the defect."""
    unit = work.unit(record.unit)
    work.known[record.id] = ("defect", unit.id)
    work.rows[Defect].append(
        {
            "id": record.id,
            "unit_id": unit.id,
            "code": record.code,
            "position": record.position,
            "operation": record.operation,
            "run_id": record.run,
            "description": record.description,
            "station": record.station,
            "operator": record.operator,
            "simulated": record.simulated,
            "found_at": record.at,
            "voided_by": None,
            "indicator": record.indicator,
        }
    )
