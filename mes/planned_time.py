"""Planned busy time (ISO 22400-2 PBT): the stretches that a shift calendar plans in a window. Pure.

A stretch starts and ends by the local clock of its day, so that a night shift over the end of summer time is an hour
longer, and one over its beginning an hour shorter. A time of day that the clock passes twice means the first of the
two; one that it leaves out means the moment as far after midnight as the clock before the change would have shown it
(PEP 495, fold 0).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mes.records import ShiftCalendar, ShiftTimes, Weekday

_DAY = timedelta(days=1)
_DAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of planned work of one shift, in UTC, and the revision of the calendar that plans it."""

    shift: str
    revision: str
    start: datetime
    end: datetime

    @property
    def length_s(self) -> float:
        """Its length in seconds of real time."""
        return (self.end - self.start).total_seconds()


def stretches(revisions: Sequence[ShiftCalendar], start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """What a calendar plans in [start, end), cut off at its ends, by start; `revisions` are in the order of release.

    On each local day the newest release counts of those that are in force by then.
    """
    found: set[Stretch] = set()
    for calendar in revisions:
        zone = ZoneInfo(calendar.time_zone)
        # The stretch of the evening before may reach into the window.
        day = start.astimezone(zone).date() - _DAY
        while day <= end.astimezone(zone).date():
            if in_force(revisions, day) is calendar:
                found |= set(_of_day(calendar, zone, day))
            day += _DAY
    cut = (Stretch(one.shift, one.revision, max(one.start, start), min(one.end, end)) for one in found)
    return tuple(sorted((one for one in cut if one.start < one.end), key=lambda one: (one.start, one.end, one.shift)))


def in_force(revisions: Sequence[ShiftCalendar], day: date) -> ShiftCalendar | None:
    """The revision that plans a local day, or None before the first of all."""
    return next((one for one in reversed(revisions) if one.since is None or one.since <= day), None)


def planned_s(planned: Sequence[Stretch]) -> float:
    """Seconds in which at least one stretch runs: two shifts that overlap in a hand-over plan that time once."""
    total, until = timedelta(), datetime.min.replace(tzinfo=UTC)
    for one in sorted(planned, key=lambda one: (one.start, one.end)):
        total += max(timedelta(), one.end - max(one.start, until))
        until = max(until, one.end)
    return total.total_seconds()


def _of_day(calendar: ShiftCalendar, zone: ZoneInfo, day: date) -> Iterator[Stretch]:
    exception = next((one for one in calendar.exceptions if one.date == day), None)
    planned: Sequence[ShiftTimes] = (
        [one for one in calendar.shifts if _DAYS[day.weekday()] in one.days] if exception is None else exception.shifts
    )
    for one in planned:
        first, last = time.fromisoformat(one.start), time.fromisoformat(one.end)
        ends = day if last > first else day + _DAY
        begin = datetime.combine(day, first, zone).astimezone(UTC)
        finish = datetime.combine(ends, last, zone).astimezone(UTC)
        if begin < finish:
            yield Stretch(one.name, calendar.revision, begin, finish)
