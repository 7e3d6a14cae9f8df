"""Recording a check of an operator against electrostatic discharge."""

from datetime import datetime, timedelta
from uuid import UUID

from mes.command_line import CommandError
from mes.desk.acts import Desk
from mes.desk.facts import DESK
from mes.records import EsdChecked

LONGEST = timedelta(hours=24)
"""A check is repeated every working day, so none holds for longer (inferred: IEC 61340-5-1 leaves it to the plan)."""


def record_check(
    desk: Desk, operator: str, *, until: datetime | None = None, lasts: timedelta | None = None
) -> tuple[UUID, datetime | None]:
    """Record that an operator passed, until a moment or for so long; with neither that the check was failed.

    The record's id, and until when it holds. Raises `CommandError` for a time that is over, or too long.
    """
    with desk.act() as act:
        end = act.at + lasts if lasts is not None else until
        if end is not None and not act.at < end <= act.at + LONGEST:
            raise CommandError(
                f"esd {operator}: the check would hold until {end.isoformat(timespec='seconds')};"
                f" give a moment within the next {LONGEST // timedelta(hours=1)} hours"
            )
        record = EsdChecked(**act.envelope(), operator=operator, passed=end is not None, valid_until=end, station=DESK)
        act.write([record])
        return record.id, end
