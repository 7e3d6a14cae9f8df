"""How a run of history ended: as the file states it, and only where it states nothing, by the file's own limits.

History is not judged anew. A stated outcome stays what it was even where the file's own limits contradict it: the
limits of a table are often those of today, or were rounded on their way into it, and the station saw more than is left.
The contradiction is not hidden either: it is a remark on the run, kept in its record and listed by the import.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mes.records import MeasurandDefinition, MeasurandFailure
from mes.vocabulary import Outcome, OverRange

_WORST = (Outcome.FAILED, Outcome.ERROR, Outcome.ABORTED, Outcome.PASSED)


@dataclass(frozen=True, slots=True)
class Found:
    """What one run found: values laid out by the measurands, texts and over-ranges by name.

    `stated` is what the file says of single measurands.
    """

    measurands: Sequence[MeasurandDefinition]
    values: Sequence[float | None]
    texts: Mapping[str, str] = field(default_factory=dict)
    over_ranges: Mapping[str, OverRange] = field(default_factory=dict)
    stated: Mapping[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Concluded:
    """The outcome, the measurands that failed, and in words where the file contradicts itself."""

    outcome: Outcome
    failures: tuple[MeasurandFailure, ...] = ()
    remarks: tuple[str, ...] = ()
    reason: str = ""


def conclude_stated(outcome: Outcome, found: Found) -> Concluded:
    """The run with the outcome that the file states."""
    outside = _outside(found)
    if outcome is Outcome.PASSED:
        told = [f"stated PASSED, and {_told(one)}" for one in outside]
        told += [f"stated PASSED, and {name} stated FAILED" for name in _stated_failed(found) - _names(outside)]
        return Concluded(outcome, remarks=tuple(told))
    if outcome is not Outcome.FAILED:
        return Concluded(outcome)
    failed = tuple(one for one in outside if found.stated.get(one.measurand, Outcome.FAILED) is Outcome.FAILED)
    told = [
        f"{one.measurand} stated {found.stated[one.measurand]}, and {_told(one)}"
        for one in outside
        if one not in failed
    ]
    failed += tuple(_failure(found, name) for name in sorted(_stated_failed(found) - _names(failed)))
    judged = [one for one in found.measurands if _is_judged(one)]
    if judged and not failed and not told:
        told = ["stated FAILED, and every value lies within its limits"]
    return Concluded(outcome, failed, tuple(told))


def conclude_by_limits(found: Found) -> Concluded:
    """The run judged by the limits of its file, where the file states nothing."""
    outside = _outside(found)
    if outside:
        return Concluded(Outcome.FAILED, outside)
    unknown = list(found.over_ranges)
    unknown += [
        one.name
        for one, value in zip(found.measurands, found.values, strict=True)
        if one.required and value is None and one.name not in found.texts and one.name not in found.over_ranges
    ]
    if unknown:
        return Concluded(Outcome.ERROR, reason=f"not measured: {', '.join(unknown)}")
    return Concluded(Outcome.PASSED)


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of a run whose lines ended so."""
    return min(outcomes, key=_WORST.index)


def _outside(found: Found) -> tuple[MeasurandFailure, ...]:
    """What lies outside its limits, which are inclusive and compared unrounded."""
    failures = []
    for one, value in zip(found.measurands, found.values, strict=True):
        text, over = found.texts.get(one.name), found.over_ranges.get(one.name)
        if value is not None:
            bad = (one.low is not None and value < one.low) or (one.high is not None and value > one.high)
        elif text is not None:
            bad = (one.equals is not None and text != one.equals) or (one.one_of is not None and text not in one.one_of)
        else:
            bad = (over is OverRange.OVER and one.high is not None) or (over is OverRange.UNDER and one.low is not None)
        if bad:
            failures.append(_failure(found, one.name))
    return tuple(failures)


def _failure(found: Found, name: str) -> MeasurandFailure:
    place, one = next((i, one) for i, one in enumerate(found.measurands) if one.name == name)
    expected = str(one.equals) if one.equals is not None else None
    if one.one_of is not None:
        expected = "one of " + ", ".join(one.one_of)
    return MeasurandFailure(
        measurand=name,
        unit=one.unit,
        value=found.values[place],
        text=found.texts.get(name),
        over_range=found.over_ranges.get(name),
        low=one.low,
        high=one.high,
        expected=expected,
    )


def _told(failure: MeasurandFailure) -> str:
    if failure.over_range is not None:
        return f"{failure.measurand} left the range"
    if failure.value is None:
        return f"{failure.measurand} is {failure.text}, must be {failure.expected}"
    low = "" if failure.low is None else f"≥ {failure.low:g}"
    high = "" if failure.high is None else f"≤ {failure.high:g}"
    band = " and ".join(filter(None, (low, high)))
    return f"{failure.measurand} = {failure.value:g} {failure.unit} is outside {band}"


def _names(failures: Sequence[MeasurandFailure]) -> set[str]:
    return {failure.measurand for failure in failures}


def _stated_failed(found: Found) -> set[str]:
    return {name for name, outcome in found.stated.items() if outcome is Outcome.FAILED}


def _is_judged(one: MeasurandDefinition) -> bool:
    return any(limit is not None for limit in (one.low, one.high, one.equals, one.one_of))
