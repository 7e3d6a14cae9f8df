"""Clopper-Pearson bounds: known values, and the laws that make them bounds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.coverage.binomial import lower_bound, upper_bound


@pytest.mark.parametrize(
    ("count", "trials", "low", "high"),
    [(0, 10, 0.0, 0.3085), (5, 100, 0.0164, 0.1128), (10, 20, 0.2720, 0.7280), (20, 20, 0.8316, 1.0)],
)
def test_the_bounds_are_those_of_the_tables(count: int, trials: int, low: float, high: float) -> None:
    """Two-sided 95 % intervals as published: each side with 2.5 %."""
    assert lower_bound(count, trials, 0.975) == pytest.approx(low, abs=5e-5)
    assert upper_bound(count, trials, 0.975) == pytest.approx(high, abs=5e-5)


@given(st.integers(20, 1_000_000))
def test_none_of_n_obeys_the_rule_of_three(trials: int) -> None:
    """No event in n trials proves at most about 3/n at 95 %, and never more than that."""
    assert 2.7 / trials < upper_bound(0, trials) < 3.0 / trials


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_at_its_upper_bound_so_few_have_the_chance_of_five_percent(drawn: tuple[int, int]) -> None:
    """What defines the bound, summed exactly."""
    count, trials = drawn
    share = upper_bound(count, trials)
    assert count / trials < share <= 1.0
    few = math.fsum(math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(count + 1))
    assert few == pytest.approx(0.05, rel=1e-6)


def test_without_trials_nothing_is_proven() -> None:
    """Zero of zero may be anything."""
    assert (lower_bound(0, 0), upper_bound(0, 0)) == (0.0, 1.0)


@pytest.mark.parametrize(("count", "trials", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (0, 2, 1.0)])
def test_what_is_no_count_is_refused(count: int, trials: int, confidence: float) -> None:
    """More events than trials, fewer than none, or certainty."""
    with pytest.raises(ValueError, match=r"must lie|is no count"):
        upper_bound(count, trials, confidence)
