"""Sigma *within*: what a process varies by from one piece to the next, apart from what moves it over time.

Each estimator says how much it knows: its effective degrees of freedom are those of a standard deviation with the
same coefficient of variation. Taking n - 1 instead would promise too much: a 95 % interval from the moving range of
25 values would cover 87 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, pi, sqrt

from scipy import optimize

from mes.statistics.chart_constants import range_factors
from mes.statistics.control_chart import individuals_chart, mean_and_range_chart
from mes.statistics.errors import Unanswerable
from mes.statistics.moments import moments_of
from mes.statistics.quantiles import c4


@dataclass(frozen=True, slots=True)
class WithinSigma:
    """An estimate of sigma within: how it was made, from what, and its effective degrees of freedom."""

    method: str
    sigma: float
    degrees_of_freedom: float
    subgroups: int
    mean_range: float | None
    d2: float | None


def from_moving_range(values: Sequence[float]) -> WithinSigma:
    """MR̄/1.128 of moving ranges of two. Raises `Unanswerable` for n < 2 or no spread."""
    chart = individuals_chart(values)
    return WithinSigma(
        "moving range",
        chart.sigma_within,
        effective_degrees_of_freedom(_moving_range_variation(len(values))),
        len(values) - 1,
        chart.mean_range,
        chart.d2,
    )


def from_ranges(subgroups: Sequence[Sequence[float]]) -> WithinSigma:
    """R̄/d2 of subgroups of one size. Raises `Unanswerable` as `mean_and_range_chart`."""
    chart = mean_and_range_chart(subgroups)
    factors = range_factors(chart.subgroup_size)
    variation = (factors.d3 / factors.d2) ** 2 / len(subgroups)
    return WithinSigma(
        "mean range",
        chart.sigma_within,
        effective_degrees_of_freedom(variation),
        len(subgroups),
        chart.mean_range,
        chart.d2,
    )


def from_pooled(subgroups: Sequence[Sequence[float]]) -> WithinSigma:
    """√(Σ(n_i - 1)s_i²/Σ(n_i - 1)); subgroups may differ in size, and its degrees of freedom are exact.

    Raises `Unanswerable` when no subgroup has two values, or none has spread.
    """
    groups = [moments_of(group) for group in subgroups if len(group) > 1]
    freedom = sum(group.n - 1 for group in groups)
    if not freedom:
        raise Unanswerable("pooled sigma: no subgroup has two values; form subgroups of at least 2")
    sigma = sqrt(sum(group.m2 for group in groups) / freedom)
    if sigma == 0.0:
        raise Unanswerable("pooled sigma: no subgroup has any spread within; check the resolution of the instrument")
    return WithinSigma("pooled", sigma, float(freedom), len(groups), None, None)


def effective_degrees_of_freedom(squared_variation: float) -> float:
    """ν of the standard deviation whose squared coefficient of variation, 1/c4(ν)² - 1, is this one."""
    # For large ν it is close to 1/(2 squared_variation); the root lies within a factor of two of that.
    near = 0.5 / squared_variation
    return float(
        optimize.brentq(lambda v: 1.0 / c4(v) ** 2 - 1.0 - squared_variation, near / 2.0, near * 2.0, xtol=1e-10)
    )


def _moving_range_variation(n: int) -> float:
    """Squared coefficient of variation of MR̄ over n independent normal values (Cryer and Ryan, JQT 22 (1990) 187).

    Neighbouring moving ranges share a value: two differences with correlation -1/2 have E|XY| = (2/π)(√(1 - ρ²) +
    ρ·asin ρ)·2σ², which is where the 0.826 n - 1.082 of the literature comes from.
    """
    mean_squared = 4.0 / pi
    variance = 2.0 - mean_squared
    covariance = 4.0 / pi * (sqrt(0.75) + 0.5 * asin(0.5)) - mean_squared
    return ((n - 1) * variance + 2 * (n - 2) * covariance) / ((n - 1) ** 2 * mean_squared)
