"""A unit or a container was put somewhere else."""

from mes.models.goods import UnitMove
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import UnitMoved


def mentions(record: UnitMoved, mentions: Mentions) -> None:
    """The unit."""
    if record.unit is not None:
        mentions.units.add(unit_key(record.unit))


def project(record: UnitMoved, work: WorkingSet) -> None:
    """Add the move."""
    unit_id = None if record.unit is None else work.unit(record.unit).id
    work.known[record.id] = ("unit_move", unit_id)
    work.rows[UnitMove].append(
        {
            "id": record.id,
            "unit_id": unit_id,
            "container": record.container,
            "location": record.location,
            "station": record.station,
            "operator": record.operator,
            "simulated": record.simulated,
            "moved_at": record.at,
            "voided_by": None,
        }
    )
