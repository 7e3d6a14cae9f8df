"""Bias of a gauge at one reference value, and linearity: how its bias changes over the range (AIAG MSA-4, III B)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from mes.statistics.errors import Unanswerable
from mes.statistics.interval import Interval
from mes.statistics.moments import moments_of
from mes.statistics.quantiles import student_t_quantile, student_t_two_sided, tails


@dataclass(frozen=True, slots=True)
class Bias:
    """Mean deviation from a reference value; `acceptable` when 0 lies in its interval."""

    reference: float
    n: int
    mean: float
    bias: float
    repeatability: float
    """s of the readings, with n - 1."""
    standard_error: float
    t: float
    p: float
    interval: Interval
    acceptable: bool


@dataclass(frozen=True, slots=True)
class BiasAtReference:
    """Observed and fitted bias at one reference value, with the confidence band of the line there."""

    reference: float
    n: int
    bias: float
    fitted: float
    band: Interval


@dataclass(frozen=True, slots=True)
class Linearity:
    """Least-squares line bias = slope·reference + intercept.

    `acceptable` when the line of zero bias lies in the confidence band at every reference value (MSA-4).
    """

    n: int
    slope: float
    intercept: float
    residual_standard_deviation: float
    r_squared: float
    t_slope: float
    p_slope: float
    t_intercept: float
    p_intercept: float
    degrees_of_freedom: int
    references: tuple[BiasAtReference, ...]
    acceptable: bool


def bias_study(values: Sequence[float], reference: float, confidence: float = 0.95) -> Bias:
    """Bias of repeated readings of one reference part, by Student's t with n - 1.

    Raises `Unanswerable` for n < 2 and for readings without spread.
    """
    moments = moments_of([value - reference for value in values], 0.0)
    if moments.n < 2:
        raise Unanswerable(f"bias: needs at least 2 readings of the reference and has {moments.n}")
    s = moments.standard_deviation
    if s == 0.0:
        raise Unanswerable(
            f"bias: all {moments.n} readings are {values[0]!r}: without spread its error is unknown; "
            "check the resolution of the instrument"
        )
    error = s / sqrt(moments.n)
    t, freedom = moments.mean / error, moments.n - 1
    reach = student_t_quantile(tails(confidence)[1], freedom) * error
    interval = Interval(moments.mean - reach, moments.mean + reach, confidence)
    return Bias(
        reference=reference,
        n=moments.n,
        mean=reference + moments.mean,
        bias=moments.mean,
        repeatability=s,
        standard_error=error,
        t=t,
        p=student_t_two_sided(t, freedom),
        interval=interval,
        acceptable=interval.lower <= 0.0 <= interval.upper,
    )


def linearity_study(values: Sequence[float], references: Sequence[float], confidence: float = 0.95) -> Linearity:
    """Line of bias over reference value.

    Raises `Unanswerable` for fewer than two different references or three readings, and for a perfect line.
    """
    x = np.asarray(references, dtype=np.float64)
    y = np.asarray(values, dtype=np.float64) - x
    levels = sorted(set(references))
    if len(levels) < 2 or len(x) < 3:
        raise Unanswerable(
            f"linearity: {len(x)} readings at {len(levels)} reference values; needs 3 at 2 different ones at least"
        )
    n, freedom = len(x), len(x) - 2
    dx, dy = x - x.mean(), y - y.mean()
    sxx = float(dx @ dx)
    slope = float(dx @ dy) / sxx
    intercept = float(y.mean()) - slope * float(x.mean())
    residuals = dy - slope * dx
    s = sqrt(float(residuals @ residuals) / freedom)
    if s <= 1e-12 * float(np.max(np.abs(np.asarray(values)))):
        raise Unanswerable(
            "linearity: the readings lie on a line without any spread; check the instrument's resolution"
        )
    error_slope = s / sqrt(sxx)
    error_intercept = s * sqrt(1.0 / n + float(x.mean()) ** 2 / sxx)
    t = student_t_quantile(tails(confidence)[1], freedom)
    at = []
    for level in levels:
        observed = y[x == level]
        fitted = intercept + slope * level
        reach = t * s * sqrt(1.0 / n + (level - float(x.mean())) ** 2 / sxx)
        band = Interval(fitted - reach, fitted + reach, confidence)
        at.append(BiasAtReference(level, len(observed), float(observed.mean()), fitted, band))
    spread = float(dy @ dy)
    return Linearity(
        n=n,
        slope=slope,
        intercept=intercept,
        residual_standard_deviation=s,
        r_squared=1.0 - freedom * s * s / spread,
        t_slope=slope / error_slope,
        p_slope=student_t_two_sided(slope / error_slope, freedom),
        t_intercept=intercept / error_intercept,
        p_intercept=student_t_two_sided(intercept / error_intercept, freedom),
        degrees_of_freedom=freedom,
        references=tuple(at),
        acceptable=all(row.band.lower <= 0.0 <= row.band.upper for row in at),
    )
