"""What stored runs would be called by other limits. Pure: history is read, never touched.

A measurand that a run did not reach, because it had stopped at a failure, is unknown and never a pass. A value whose
band does not change keeps the station's own outcome, so that the same limits flip nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rejudged(StrEnum):
    """What a run would be called."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    """Nothing measured fails, and something was never measured."""


@dataclass(frozen=True, slots=True)
class Band:
    """Inclusive limits; None is no limit on that side."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Whether the value, unrounded, is inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A completed run as its station judged it: values and bands of the measurands in question."""

    serial: str
    run: str
    passed: bool
    failures: frozenset[str]
    """Every measurand that failed, in question or not."""
    values: Mapping[str, float]
    bands: Mapping[str, Band]
    not_reached: tuple[str, ...]
    """Required measurands of its plan without value, text or over-range."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A run that would be called something else, and the measurands that decide: now failing, or no longer."""

    serial: str
    run: str
    before: Rejudged
    after: Rejudged
    measurands: tuple[str, ...]
    values: Mapping[str, float]
    unknown: tuple[str, ...]


def rejudge(run: JudgedRun, proposed: Mapping[str, Band]) -> Flip | None:
    """How the run flips under the proposed bands; None when it stays what it is."""
    failing = set(run.failures)
    for name, band in proposed.items():
        value = run.values.get(name)
        if value is not None and run.bands[name] != band:
            failing.discard(name)
            if not band.holds(value):
                failing.add(name)
    before = Rejudged.PASSED if run.passed else Rejudged.FAILED
    changed = failing ^ run.failures
    if not changed or (failing and not run.passed):
        return None
    unknown = () if run.passed else run.not_reached
    after = Rejudged.FAILED if failing else Rejudged.UNKNOWN if unknown else Rejudged.PASSED
    if after == before:
        return None
    deciding = tuple(sorted(changed))
    return Flip(run.serial, run.run, before, after, deciding, {name: run.values[name] for name in deciding}, unknown)
