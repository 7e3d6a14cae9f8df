"""Proportions with exact intervals, and OEE with undefined where nothing was divided by."""

from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.statistics.errors import Unanswerable
from mes.statistics.oee import OverallEquipmentEffectiveness
from mes.statistics.proportions import (
    clopper_pearson,
    defects_per_million_opportunities,
    rolled_interval,
    throughput_yield,
)


@given(trials=st.integers(1, 60), data=st.data())
def test_interval_ends_where_the_tail_is_half_of_what_is_left(trials, data):
    """At the lower end so many successes or more have 2.5 %, at the upper end so many or fewer: by the binomial."""
    successes = data.draw(st.integers(0, trials))
    interval = clopper_pearson(successes, trials)

    def up_to(k: int, p: float) -> float:
        return sum(comb(trials, i) * p**i * (1 - p) ** (trials - i) for i in range(k + 1))

    assert interval.lower <= successes / trials <= interval.upper
    if successes:
        assert isclose(1 - up_to(successes - 1, interval.lower), 0.025, rel_tol=1e-6)
    if successes < trials:
        assert isclose(up_to(successes, interval.upper), 0.025, rel_tol=1e-6)


def test_all_passed_is_no_certainty():
    """10 of 10: at least 69.15 % (1 - 0.025^(1/10) below), never 100 % surely."""
    interval = clopper_pearson(10, 10)
    assert interval.upper == 1.0
    assert interval.lower == pytest.approx(0.025 ** (1 / 10))


@given(steps=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), min_size=1, max_size=5))
def test_rolled_interval_holds_the_product(steps):
    """The product of the yields lies inside, and with one operation it is that operation's own interval."""
    counts = [(passed, passed + failed) for passed, failed in steps]
    interval = rolled_interval(counts)
    product = 1.0
    for passed, seen in counts:
        product *= passed / seen
    assert interval.lower <= product <= interval.upper
    if len(counts) == 1:
        alone = clopper_pearson(*counts[0])
        assert (interval.lower, interval.upper) == pytest.approx((alone.lower, alone.upper))


def test_defects_per_million_opportunities_and_throughput_yield():
    """34 defects in 1000 units of 10 opportunities: 3400; and e^(-0.034) of the units without one."""
    assert defects_per_million_opportunities(34, 1000, 10) == pytest.approx(3400.0)
    assert throughput_yield(34, 1000) == pytest.approx(0.9665715, abs=1e-7)
    for nothing in (
        lambda: clopper_pearson(0, 0),
        lambda: defects_per_million_opportunities(0, 0, 1),
        lambda: throughput_yield(0, 0),
        lambda: rolled_interval([]),
    ):
        with pytest.raises(Unanswerable):
            nothing()


def test_oee_is_planned_run_time_of_good_items_over_planned_busy_time():
    """The product of the three factors is PRI·GQ/PBT: 271 good of 278 at 60 s in 420 min with 47 min lost."""
    oee = OverallEquipmentEffectiveness(420 * 60, 373 * 60, 60.0, 278, 271)
    assert (oee.availability, oee.effectiveness, oee.quality_ratio) == (
        pytest.approx(373 / 420),
        pytest.approx(278 / 373),
        pytest.approx(271 / 278),
    )
    assert oee.index == pytest.approx(60 * 271 / (420 * 60))


@pytest.mark.parametrize("times", [(0, 0, 60, 0, 0), (100, 0, 60, 0, 0), (100, 50, 60, 0, 0)])
def test_oee_over_nothing_is_undefined(times):
    """No planned time, no production, no items: None, never 1."""
    assert OverallEquipmentEffectiveness(*times).index is None


def test_oee_of_more_good_items_than_made_is_a_mistake():
    """5 good of 4 produced is refused."""
    with pytest.raises(ValueError, match="5 of 4"):
        OverallEquipmentEffectiveness(100, 50, 1, 4, 5)
