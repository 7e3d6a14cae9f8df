"""The shift calendar: when stations are planned to be busy, in local time, by weekday and by date."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from mes.records.definition import silent
from mes.records.document import Digest, Document, Name, Record, Text

Minute = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A local time of day, as 06:00."""


class Weekday(StrEnum):
    """The days of a week, Monday first (ISO 8601)."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"


class ShiftTimes(Document):
    """A stretch of planned work of one shift, from `start` to `end` by the local clock; an end not after the start is
    on the next day. A shift with a planned break is two stretches of one name."""

    name: Name
    start: Minute
    end: Minute


class WeeklyShift(ShiftTimes):
    """A stretch on these weekdays, by the day on which it starts."""

    days: tuple[Weekday, ...] = Field(min_length=1)


class CalendarException(Document):
    """A date on which other stretches start than the week says; none: nobody works."""

    date: date
    reason: Text = Field(min_length=1)
    shifts: tuple[ShiftTimes, ...] = ()


class ShiftCalendar(Document):
    """Planned work of a site, or of the stations named, at one revision."""

    name: Name
    revision: Name
    time_zone: Name
    """IANA time zone, as Europe/Berlin."""
    stations: tuple[Name, ...] = Field(default=(), exclude_if=silent)
    """Those that it is for; none named: every station without a calendar of its own."""
    since: date | None = Field(default=None, exclude_if=silent)
    """First local day on which this revision is in force; None: it always was."""
    shifts: tuple[WeeklyShift, ...] = ()
    exceptions: tuple[CalendarException, ...] = Field(default=(), exclude_if=silent)

    @model_validator(mode="after")
    def _is_a_zone(self) -> Self:
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"time zone {self.time_zone} is unknown; write it as Europe/Berlin") from error
        return self


class ShiftCalendarReleased(Record):
    """A shift calendar revision, as loaded."""

    kind: Literal["shift_calendar_released"] = "shift_calendar_released"
    calendar: ShiftCalendar
    digest: Digest
    released_by: Name
