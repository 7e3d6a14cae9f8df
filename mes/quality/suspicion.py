"""From when to when an instrument's measurements are in doubt: what its calibrations say together. Pure.

Between a calibration that left it in tolerance and one that found it out of tolerance nobody knows when it went wrong,
so all of that time is in doubt (ISO 10012:2003 8.3.3, unverified).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID


class CalibrationFact(Protocol):
    """What is asked of a calibration; `found_good` is None where nothing was taken as found."""

    @property
    def id(self) -> UUID: ...
    @property
    def calibrated_at(self) -> datetime: ...
    @property
    def found_good(self) -> bool | None: ...
    @property
    def left_good(self) -> bool: ...


FactT = TypeVar("FactT", bound=CalibrationFact)


@dataclass(frozen=True, slots=True)
class Suspicion(Generic[FactT]):
    """The time in doubt, [since, until); None is without begin, or without end.

    `found_bad` is the calibration that found it out of tolerance, None where none did: then it is simply the time since
    `last_good`, the last calibration that left it in tolerance before.
    """

    found_bad: FactT | None
    last_good: FactT | None
    since: datetime | None
    until: datetime | None


def in_order(calibrations: Sequence[FactT]) -> list[FactT]:
    """By the moment of each, whenever it came to be known."""
    return sorted(calibrations, key=lambda one: (one.calibrated_at, one.id))


def suspicion(calibrations: Sequence[FactT], of: UUID | None = None) -> Suspicion[FactT]:
    """What the newest calibration puts in doubt, or the one with the id `of`.

    Where it found the instrument good, the time since then. Raises ValueError without a calibration, and KeyError for
    an id that is none of them.
    """
    known = in_order(calibrations)
    if not known:
        raise ValueError("no calibration is known")
    places = {one.id: place for place, one in enumerate(known)}
    place = len(known) - 1 if of is None else places[of]
    asked, before, after = known[place], known[:place], known[place + 1 :]
    left_good = next((one for one in (asked, *after) if one.left_good), None)
    if asked.found_good is False:
        last_good = next((one for one in reversed(before) if one.left_good), None)
        since = None if last_good is None else last_good.calibrated_at
        return Suspicion(asked, last_good, since, None if left_good is None else left_good.calibrated_at)
    until = next((one.calibrated_at for one in after if one.found_good is not None or one.left_good), None)
    return Suspicion(None, asked if asked.left_good else None, asked.calibrated_at, until)
