"""The printed factors are what the integrals behind them round to."""

from math import sqrt

import pytest
from scipy import integrate, stats

from mes.statistics.chart_constants import LARGEST_SUBGROUP, range_factors
from mes.statistics.errors import Unanswerable


def expected_range(n: int) -> tuple[float, float]:
    """Mean and standard deviation of the range of n standard normal values, by integration."""
    cdf = stats.norm.cdf
    mean, _ = integrate.quad(lambda x: 1 - cdf(x) ** n - (1 - cdf(x)) ** n, -9, 9)
    square, _ = integrate.dblquad(
        lambda x, y: 1 - cdf(y) ** n - (1 - cdf(x)) ** n + (cdf(y) - cdf(x)) ** n, -9, 9, -9, lambda y: y
    )
    return mean, sqrt(2 * square - mean**2)


@pytest.mark.parametrize("size", [2, 3, 5, 10])
def test_factors_are_the_mean_and_spread_of_a_range(size):
    """d2 and d3 by Tippett's integrals, to the three digits printed."""
    mean, deviation = expected_range(size)
    factors = range_factors(size)
    assert factors.d2 == pytest.approx(mean, abs=6e-4)
    assert factors.d3 == pytest.approx(deviation, abs=6e-4)


@pytest.mark.parametrize("size", range(2, LARGEST_SUBGROUP + 1))
def test_limit_factors_follow_from_mean_and_spread(size):
    """A2 = 3/(d2 √n), D3 and D4 = 1 -/+ 3 d3/d2, none below 0; and the mean of a range by one integral."""
    factors = range_factors(size)
    cdf = stats.norm.cdf
    mean, _ = integrate.quad(lambda x: 1 - cdf(x) ** size - (1 - cdf(x)) ** size, -9, 9)
    assert factors.d2 == pytest.approx(mean, abs=6e-4)
    assert factors.a2 == pytest.approx(3 / (mean * sqrt(size)), abs=1.1e-3)
    assert factors.upper_d4 == pytest.approx(1 + 3 * factors.d3 / mean, abs=3e-3)
    assert factors.lower_d3 == pytest.approx(max(0.0, 1 - 3 * factors.d3 / mean), abs=3e-3)


@pytest.mark.parametrize("size", [0, 1, 26])
def test_other_sizes_have_no_factors(size):
    """One value has no range, and of more than 25 a range says too little."""
    with pytest.raises(Unanswerable, match="2 to 25"):
        range_factors(size)
