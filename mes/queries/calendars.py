"""The shift calendar of a station: the one that names it, else the site's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from mes.models import table_of
from mes.models.calendar import ShiftCalendarRow
from mes.queries.snapshot import snapshot
from mes.records import ShiftCalendar

_CALENDAR = table_of(ShiftCalendarRow)


@dataclass(frozen=True, slots=True)
class CalendarRevision:
    """One revision of a calendar, as released."""

    calendar: ShiftCalendar
    released_at: datetime
    released_by: str


@dataclass(frozen=True, slots=True)
class StationCalendar:
    """The calendar of a station with its revisions, oldest release first."""

    name: str
    revisions: tuple[CalendarRevision, ...]

    @property
    def calendars(self) -> tuple[ShiftCalendar, ...]:
        """What the revisions say."""
        return tuple(revision.calendar for revision in self.revisions)


def calendars(engine: Engine) -> tuple[StationCalendar, ...]:
    """Every calendar, by name."""
    found: dict[str, list[CalendarRevision]] = {}
    with snapshot(engine) as session:
        rows = session.connection().execute(select(_CALENDAR).order_by(_CALENDAR.c.released_at, _CALENDAR.c.id))
        for row in rows:
            calendar = ShiftCalendar.model_validate(row.content)
            found.setdefault(row.name, []).append(CalendarRevision(calendar, row.released_at, row.released_by))
    return tuple(StationCalendar(name, tuple(revisions)) for name, revisions in sorted(found.items()))


def calendar_of(engine: Engine, station: str) -> StationCalendar | None:
    """The calendar of a station: whose newest revision names it, else names nobody; of several the newest released."""
    every = calendars(engine)
    for meant in (
        [one for one in every if station in _newest(one).stations],
        [o for o in every if not _newest(o).stations],
    ):
        if meant:
            return max(meant, key=lambda one: (one.revisions[-1].released_at, one.name))
    return None


def _newest(calendar: StationCalendar) -> ShiftCalendar:
    return calendar.revisions[-1].calendar
