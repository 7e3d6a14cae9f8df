"""What a definition file says of planning: shift calendars and sampling plans. Pure: values in, faults out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from mes.definitions.faults import Fault, near
from mes.definitions.known import KnownPart
from mes.records import SamplingPlan, ShiftCalendar, ShiftTimes, Weekday
from mes.statistics.acceptance import NoSuchPlan, single_plan

_DAYS = tuple(Weekday)
_MIDNIGHT = datetime(2001, 1, 1)  # noqa: DTZ001 - a Monday by the local clock, whatever the zone


def calendar_faults(file: str, key: str, calendar: ShiftCalendar) -> Iterator[Fault]:
    """The faults of a calendar at this key: stretches of one week that overlap, dates that stand there twice."""
    week = [
        (_DAYS.index(day), number, shift)
        for number, shift in enumerate(calendar.shifts)
        for day in dict.fromkeys(shift.days)
    ]
    yield from _overlaps(file, f"{key}.shifts", week, timedelta(days=7))
    dates = [one.date for one in calendar.exceptions]
    for number, exception in enumerate(calendar.exceptions):
        at = f"{key}.exceptions[{number}]"
        if exception.date in dates[:number]:
            yield Fault(file, f"{at}.date", f"{exception.date} stands there twice", "keep one")
        single = [(0, place, shift) for place, shift in enumerate(exception.shifts)]
        yield from _overlaps(file, f"{at}.shifts", single, None)
    if not calendar.shifts and not any(one.shifts for one in calendar.exceptions):
        yield Fault(file, f"{key}.shifts", "plans nothing at all", "write at least one shift")


def sampling_faults(file: str, key: str, plan: SamplingPlan, parts: Mapping[str, KnownPart]) -> Iterator[Fault]:
    """The faults of a sampling plan at this key: its part, its operation, and whether its AQL has a plan."""
    part = parts.get(plan.part)
    if part is None:
        yield Fault(file, f"{key}.part", f"part {plan.part} is unknown", near(plan.part, parts))
    elif plan.operation is not None and plan.operation not in part.operations:
        problem = f"operation {plan.operation} is not on the route of {plan.part}"
        yield Fault(file, f"{key}.operation", problem, near(plan.operation, part.operations))
    if plan.aql is not None:
        try:
            single_plan(1000, plan.aql, "II" if plan.level is None else plan.level.value)
        except NoSuchPlan as error:
            yield Fault(file, f"{key}.aql", str(error), "write sample_size and acceptance_number instead")


def _overlaps(
    file: str, key: str, planned: Sequence[tuple[int, int, ShiftTimes]], week: timedelta | None
) -> Iterator[Fault]:
    spans = []
    for day, number, shift in planned:
        begin = _MIDNIGHT + timedelta(days=day, hours=int(shift.start[:2]), minutes=int(shift.start[3:]))
        end = _MIDNIGHT + timedelta(days=day, hours=int(shift.end[:2]), minutes=int(shift.end[3:]))
        spans.append((begin, end if end > begin else end + timedelta(days=1), number, shift))
    spans.sort(key=lambda span: span[:3])
    if week is not None and spans:
        # The last night of a week ends in the first day of the next.
        first = spans[0]
        spans.append((first[0] + week, first[1] + week, first[2], first[3]))
    told: set[tuple[int, int]] = set()
    for (_, end, other, before), (begin, _, number, after) in pairwise(spans):
        if begin < end and (other, number) not in told:
            told.add((other, number))
            problem = f"{after.name} {after.start}-{after.end} overlaps {before.name} {before.start}-{before.end}"
            yield Fault(file, f"{key}[{number}]", problem, "let one end where the other starts")
