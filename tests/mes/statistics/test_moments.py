"""Moments: nine digits on a large mean, the same over any partition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.statistics.errors import Unanswerable
from mes.statistics.moments import Moments, moments_of

seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, cuts=st.lists(st.integers(0, 400), max_size=12), origin=st.sampled_from([1e7, 0.0]))
def test_any_partition_gives_the_moments_of_the_whole(seed, cuts, origin):
    """Mean 1e7 and s 0.1, cut anywhere and merged: mean and s of the whole to 1e-9, about the nominal or about 0."""
    values = np.random.default_rng(seed).normal(1e7, 0.1, 400)
    whole = moments_of(values, 1e7)
    merged = Moments(origin)
    for part in np.split(values, sorted(cuts)):
        merged = merged.merged(moments_of(part, origin))
    assert merged.n == 400
    assert merged.mean == pytest.approx(whole.mean, rel=1e-9, abs=0)
    # About 0 the deviations carry the rounding of 1e7 itself (2e-9), which is what the fixed origin is for.
    assert merged.standard_deviation == pytest.approx(whole.standard_deviation, rel=1e-9 if origin else 1e-7, abs=0)


@given(seed=seeds, split=st.integers(1, 39))
def test_one_value_at_a_time_is_the_same_as_all_at_once(seed, split):
    """Welford's update and the loop give the same bits; the order of folding is part of the answer."""
    values = np.random.default_rng(seed).normal(5.0, 1.0, 40).tolist()
    grown = moments_of(values[:split], 5.0)
    for value in values[split:]:
        grown = grown.with_value(value)
    assert grown == moments_of(values, 5.0)


def test_a_sum_of_squares_would_have_lost_everything():
    """NIST's NumAcc4 (mean 1e7, s 0.1): the textbook's one-pass formula is off in the first digits, ours is not."""
    values = [10000000.2] + [10000000.1, 10000000.3] * 500
    n = len(values)
    naive = (sum(v * v for v in values) - sum(values) ** 2 / n) / (n - 1)
    assert naive != pytest.approx(0.01, rel=1e-2)
    # 1e7 + 0.1 itself is only known to 2e-9 as a double: no method gets more than eight digits from these data.
    assert moments_of(values).standard_deviation == pytest.approx(0.1, rel=1e-7)


def test_moments_about_two_origins_do_not_merge():
    """An origin belongs to a measurand; merging two is a mistake, not an approximation."""
    with pytest.raises(ValueError, match="fix one origin"):
        moments_of([1.0], 0.0).merged(moments_of([1.0], 1.0))


def test_nothing_and_one_value_have_no_spread():
    """No mean of nothing, no s of one value."""
    with pytest.raises(Unanswerable, match="no value"):
        _ = moments_of([]).mean
    with pytest.raises(Unanswerable, match="at least 2 values and has 1"):
        _ = moments_of([3.0]).standard_deviation
