"""Shift calendars: local clocks and their changes, exceptions, revisions, and time that adds up however it is cut."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.planned_time import in_force, planned_s, stretches
from mes.records import CalendarException, ShiftCalendar, ShiftTimes, Weekday, WeeklyShift

EVERY_DAY = tuple(Weekday)
ROUND_THE_CLOCK = (
    WeeklyShift(name="early", start="06:00", end="14:00", days=EVERY_DAY),
    WeeklyShift(name="late", start="14:00", end="22:00", days=EVERY_DAY),
    WeeklyShift(name="night", start="22:00", end="06:00", days=EVERY_DAY),
)


def calendar(*shifts, zone="Europe/Berlin", revision="1", **facts):
    """A calendar of a plant."""
    return ShiftCalendar(name="plant", revision=revision, time_zone=zone, shifts=shifts, **facts)


def utc(text):
    """A moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(calendars, start, end):
    """Planned hours between two moments."""
    return planned_s(stretches(calendars, utc(start), utc(end))) / 3600


@pytest.mark.parametrize(
    ("start", "end", "planned"),
    [
        ("2026-03-27T23:00", "2026-03-28T23:00", 24),
        ("2026-03-28T23:00", "2026-03-29T22:00", 23),
        ("2026-10-24T22:00", "2026-10-25T23:00", 25),
    ],
)
def test_local_day_has_the_hours_that_its_clock_gives_it(start, end, planned):
    """A plant that works round the clock is busy for 23 hours when summer time begins and for 25 when it ends."""
    assert hours([calendar(*ROUND_THE_CLOCK)], start, end) == planned


def test_night_shift_over_the_change_of_the_clock_is_longer():
    """From 22:00 to 06:00 it is nine hours when the clock goes back, and all of them belong to the night shift."""
    found = stretches([calendar(*ROUND_THE_CLOCK)], utc("2026-10-24T20:00"), utc("2026-10-25T05:00"))
    assert [(one.shift, one.length_s / 3600) for one in found] == [("night", 9.0)]


def test_time_of_day_that_is_left_out_means_the_moment_after():
    """A shift from 02:30 on the day on which 02:30 does not exist starts at 03:30 summer time."""
    early = WeeklyShift(name="bake", start="02:30", end="05:00", days=(Weekday.SUN,))
    (found,) = stretches([calendar(early)], utc("2026-03-29T00:00"), utc("2026-03-29T12:00"))
    assert (found.start, found.end) == (utc("2026-03-29T01:30"), utc("2026-03-29T03:00"))


def test_exception_stands_in_the_place_of_the_week():
    """On a holiday nobody starts; on another date the hours are those of the exception."""
    holiday = CalendarException(date=date(2026, 12, 25), reason="Christmas Day")
    short = ShiftTimes(name="early", start="06:00", end="10:00")
    eve = CalendarException(date=date(2026, 12, 24), reason="Christmas Eve", shifts=(short,))
    plant = calendar(ROUND_THE_CLOCK[0], exceptions=(holiday, eve))
    assert [hours([plant], f"2026-12-{day}", f"2026-12-{day + 1}") for day in (23, 24, 25, 26)] == [8, 4, 0, 8]


def test_newest_revision_in_force_plans_a_day():
    """A revision that begins later leaves the days before it to the one that was in force then."""
    first = calendar(ROUND_THE_CLOCK[0])
    second = calendar(*ROUND_THE_CLOCK[:2], revision="2", since=date(2026, 7, 1))
    both = [first, second]
    assert hours(both, "2026-06-30", "2026-07-01") == 8
    assert hours(both, "2026-07-01", "2026-07-02") == 16
    assert in_force([second], date(2026, 6, 30)) is None
    assert hours([second], "2026-06-30", "2026-07-01") == 0


def test_overlap_of_two_shifts_is_planned_once():
    """A hand-over of half an hour is half an hour of planned time, not a whole one."""
    over = WeeklyShift(name="late", start="13:30", end="22:00", days=EVERY_DAY)
    assert hours([calendar(ROUND_THE_CLOCK[0], over)], "2026-06-01", "2026-06-02") == 16


def test_unknown_zone_is_refused():
    """A calendar without a real time zone says nothing about any moment."""
    with pytest.raises(ValueError, match="time zone Europe/Nowhere is unknown"):
        calendar(*ROUND_THE_CLOCK, zone="Europe/Nowhere")


minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
days = st.sets(st.sampled_from(EVERY_DAY), min_size=1).map(lambda found: tuple(sorted(found)))
shifts = st.lists(st.builds(WeeklyShift, name=st.sampled_from("AB"), start=minutes, end=minutes, days=days), max_size=3)
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
changes = st.sampled_from(
    [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25)]
)


@settings(max_examples=60, deadline=None)
@given(shifts, zones, changes, st.lists(st.integers(-4000, 4000), min_size=2, max_size=6, unique=True))
def test_planned_time_adds_up_over_any_partition(planned, zone, change, cuts):
    """Cut a window around a change of the clock anywhere: the parts plan what the whole does."""
    plant = [calendar(*planned, zone=zone)]
    noon = datetime.combine(change, datetime.min.time(), UTC)
    moments = [noon + timedelta(minutes=cut) for cut in sorted(cuts)]
    parts = [planned_s(stretches(plant, a, b)) for a, b in pairwise(moments)]
    assert sum(parts) == planned_s(stretches(plant, moments[0], moments[-1]))
    lengths = [(b - a).total_seconds() for a, b in pairwise(moments)]
    assert all(0 <= part <= length for part, length in zip(parts, lengths, strict=True))
