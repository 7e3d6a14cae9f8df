"""A shift calendar revision; from its first day on the newest released of its name is in force."""

from mes.models.calendar import ShiftCalendarRow
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import ShiftCalendarReleased


def mentions(record: ShiftCalendarReleased, mentions: Mentions) -> None:
    """Nothing: the desk releases no revision twice."""


def project(record: ShiftCalendarReleased, work: WorkingSet) -> None:
    """Add the revision."""
    work.rows[ShiftCalendarRow].append(
        {
            "id": record.id,
            "name": record.calendar.name,
            "revision": record.calendar.revision,
            "digest": record.digest,
            "released_at": record.at,
            "released_by": record.released_by,
            "content": record.calendar.model_dump(mode="json"),
        }
    )
