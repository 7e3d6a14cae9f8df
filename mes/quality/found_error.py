"""What an error that a calibration found does to values that were measured before it. Pure.

An indication is the true value and the error (VIM 2.16); the error as found is taken off each stored value, and the
value is judged again by the limits that judged it. The error at a value is interpolated linearly between the two points
of its function and range that enclose it; outside of them it is the greatest that was found there, with its sign (rule
of this house: certificates name none). The calibration's own expanded uncertainty widens it on both sides. A function
and range that was found in tolerance everywhere puts nothing in doubt: that much error was allowed for.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from mes.quality.what_if import Band, JudgedRun, Rejudged, rejudge
from mes.records import CalibrationPoint


@dataclass(frozen=True, slots=True)
class ErrorBand:
    """The error of an indication, between its two bounds; positive: it indicated too much."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TakenValue:
    """A value of a run that the instrument read itself (`certain`), or that may have been computed from its readings.

    `range` is what the instrument told of its range; None where nobody knows.
    """

    measurand: str
    unit: str
    value: float
    band: Band
    range: str | None
    certain: bool


@dataclass(frozen=True, slots=True)
class DoubtedValue:
    """A value under the found error. `ratio` is its margin over the error; None where no error could change it.

    Below 1 the judgement of the value could be another.
    """

    measurand: str
    unit: str
    value: float
    low: float | None
    high: float | None
    error_low: float
    error_high: float
    certain: bool
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is in doubt of one run: its values, nearest to another judgement first, and what it could be called.

    `could_be` is None when its verdict stands under every error that was found; `by` are the measurands that decide,
    and `certain` says that one of them is a reading of the instrument itself.
    """

    run: str
    values: tuple[DoubtedValue, ...]
    could_be: Rejudged | None
    by: tuple[str, ...]
    certain: bool
    ratio: float | None


def bad_points(points: Iterable[CalibrationPoint]) -> tuple[tuple[CalibrationPoint, ...], ...]:
    """The points by function and range, of those that were found out of tolerance anywhere; each by nominal value."""

    def place(point: CalibrationPoint) -> tuple[str, str, str]:
        return (point.function, point.unit, point.range or "")

    found = sorted((one for one in points if one.as_found is not None), key=lambda one: (place(one), one.nominal))
    groups = (tuple(group) for _, group in groupby(found, key=place))
    return tuple(group for group in groups if any(one.found_good is False for one in group))


def error_at(group: Sequence[CalibrationPoint], value: float) -> ErrorBand:
    """The error at a value by the points of one function and range, which are in the order of their nominals."""
    points = [(one.nominal, one.error or 0.0, one.expanded_uncertainty or 0.0) for one in group]
    for (x0, e0, u0), (x1, e1, u1) in pairwise(points):
        if x0 <= value <= x1:
            error = e0 + (e1 - e0) * (value - x0) / (x1 - x0) if x1 > x0 else max(e0, e1, key=abs)
            return ErrorBand(error - max(u0, u1), error + max(u0, u1))
    _, error, doubt = max(points, key=lambda one: abs(one[1]))
    return ErrorBand(error - doubt, error + doubt)


def error_of(groups: Sequence[Sequence[CalibrationPoint]], taken: TakenValue) -> ErrorBand | None:
    """The error of a value: all that it can be by the groups of its unit and range; None when none is about it."""
    bands = [
        error_at(group, taken.value)
        for group in groups
        if group[0].unit == taken.unit and _may_be(group[0].range, taken.range)
    ]
    if not bands:
        return None
    return ErrorBand(min(band.low for band in bands), max(band.high for band in bands))


def doubt(run: JudgedRun, taken: Sequence[TakenValue], groups: Sequence[Sequence[CalibrationPoint]]) -> Doubt:
    """What the found errors put in doubt of a run; `run` is how it was judged, its values and bands are not looked at.

    A run that failed could have passed only if everything by which it failed could; one that passed could have failed
    by any.
    """
    errors = {one.measurand: error for one in taken if (error := error_of(groups, one)) is not None}
    told = {one.measurand: one for one in taken if one.measurand in errors}
    values = [
        DoubtedValue(
            name,
            one.unit,
            one.value,
            one.band.low,
            one.band.high,
            errors[name].low,
            errors[name].high,
            one.certain,
            margin_ratio(one.value, one.band, errors[name]),
        )
        for name, one in told.items()
    ]
    judged = JudgedRun(
        run.serial,
        run.run,
        run.passed,
        run.failures,
        {name: one.value for name, one in told.items()},
        {name: one.band for name, one in told.items()},
        run.not_reached,
    )
    # Shifting the limits by the error is shifting the value the other way; which bound counts is what could change it.
    shifted = {name: _shifted(one.band, errors[name], worst=run.passed) for name, one in told.items()}
    flip = rejudge(judged, shifted)
    by = () if flip is None else flip.measurands
    values.sort(key=lambda one: (one.ratio is None, one.ratio or 0.0, one.measurand))
    return Doubt(
        run.run,
        tuple(values),
        None if flip is None else flip.after,
        by,
        any(told[name].certain for name in by),
        _run_ratio(run, values),
    )


def margin_ratio(value: float, band: Band, error: ErrorBand) -> float | None:
    """How many times the found error would have to be there for the value to be judged otherwise.

    None when the error leads away from every limit, or there is none.
    """
    ratios = []
    if band.holds(value):
        if band.low is not None and error.high > 0:
            ratios.append((value - band.low) / error.high)
        if band.high is not None and error.low < 0:
            ratios.append((band.high - value) / -error.low)
    elif band.low is not None and value < band.low:
        ratios += [(band.low - value) / -error.low] if error.low < 0 else []
    elif band.high is not None:
        ratios += [(value - band.high) / error.high] if error.high > 0 else []
    return min(ratios, default=None)


def _run_ratio(run: JudgedRun, values: Sequence[DoubtedValue]) -> float | None:
    if run.passed:
        return min((one.ratio for one in values if one.ratio is not None), default=None)
    ratios: Mapping[str, float | None] = {one.measurand: one.ratio for one in values}
    needed = [ratios.get(name) for name in run.failures]
    known = [ratio for ratio in needed if ratio is not None]
    return max(known) if known and len(known) == len(needed) else None


def _shifted(band: Band, error: ErrorBand, *, worst: bool) -> Band:
    to_low, to_high = (error.high, error.low) if worst else (error.low, error.high)
    return Band(
        None if band.low is None else band.low + to_low,
        None if band.high is None else band.high + to_high,
    )


def _may_be(calibrated: str | None, told: str | None) -> bool:
    """Whether a value that was read in this range is of the calibrated one; unknown is yes."""
    return not calibrated or not told or _range(calibrated) == _range(told)


def _range(text: str) -> tuple[float | None, str]:
    """The full scale and its unit, so that `100V` and `100 V` are one range."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*(.*?)\s*", text)
    return (None, text.strip()) if found is None else (float(found[1]), found[2])
