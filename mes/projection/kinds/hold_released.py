"""A hold ended, wholly or for some units."""

from sqlalchemy import or_, update

from mes.models import table_of
from mes.models.hold import Hold, HoldExemption, HoldRelease
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import HoldReleased


def mentions(record: HoldReleased, mentions: Mentions) -> None:
    """The hold, and the units that it lets go."""
    mentions.facts.add(record.hold)
    mentions.units |= {unit_key(unit) for unit in record.units}


def project(record: HoldReleased, work: WorkingSet) -> None:
    """Add the release; of two that end the whole hold the earlier one counts."""
    work.fact(record.hold, "hold")
    work.rows[HoldRelease].append(
        {
            "id": record.id,
            "hold_id": record.hold,
            "whole": not record.units,
            "reason": record.reason,
            "signed_by": record.signature.name,
            "meaning": record.signature.meaning,
            "simulated": record.simulated,
            "released_at": record.at,
        }
    )
    work.rows[HoldExemption] += [
        {"release_id": record.id, "unit_id": id_, "hold_id": record.hold, "released_at": record.at}
        for id_ in dict.fromkeys(work.unit(unit).id for unit in record.units)
    ]
    if not record.units:
        hold = table_of(Hold)
        earlier = or_(hold.c.released_at.is_(None), hold.c.released_at > record.at)
        work.statements.append(update(hold).where(hold.c.id == record.hold, earlier).values(released_at=record.at))
