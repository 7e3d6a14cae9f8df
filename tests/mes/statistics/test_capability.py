"""Capability: laws, intervals that cover what they promise, and what is refused."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mes.statistics.capability import capability
from mes.statistics.errors import Unanswerable
from mes.statistics.within_sigma import effective_degrees_of_freedom, from_moving_range, from_pooled, from_ranges

values_of_a_measurand = st.lists(st.integers(-1000, 1000), min_size=3, max_size=40).map(
    lambda counts: [50.0 + count / 1000 for count in counts]
)


@given(values=values_of_a_measurand, scale=st.floats(1e-9, 1e9), lower=st.floats(40, 49), width=st.floats(0.5, 20))
def test_capability_does_not_depend_on_the_unit(values, scale, lower, width):
    """Volts or microvolts: every index and every limit of an interval is the same."""
    assume(len(set(values)) > 1)
    one = capability(values, lower, lower + width, from_moving_range(values))
    scaled = [value * scale for value in values]
    other = capability(scaled, lower * scale, (lower + width) * scale, from_moving_range(scaled))
    for a, b in ((one.within, other.within), (one.overall, other.overall)):
        assert (a.potential, a.lower_side, a.upper_side, a.actual) == pytest.approx(
            (b.potential, b.lower_side, b.upper_side, b.actual), rel=1e-9, abs=1e-9
        )
        assert (a.actual_interval.lower, a.actual_interval.upper) == pytest.approx(
            (b.actual_interval.lower, b.actual_interval.upper), rel=1e-9, abs=1e-9
        )


@given(values=values_of_a_measurand)
def test_actual_never_exceeds_potential(values):
    """Cpk <= Cp and Ppk <= Pp: a process off the middle is not more capable than a centred one."""
    assume(len(set(values)) > 1)
    answer = capability(values, 49.0, 51.0, from_moving_range(values))
    assert answer.within.actual <= answer.within.potential * (1 + 1e-12)
    assert answer.overall.actual <= answer.overall.potential * (1 + 1e-12)


def covered(estimate, groups: np.ndarray, truth: float) -> float:
    """The share of simulated studies whose 95 % interval of Cp holds the true one."""
    hits = 0
    for study in groups:
        within, values = estimate(study)
        interval = capability(values, -4.0, 4.0, within).within.potential_interval
        assert interval is not None
        hits += interval.lower <= truth <= interval.upper
    return hits / len(groups)


def test_interval_from_moving_ranges_covers_what_it_promises():
    """n 25: 95 % within what 2000 seeded studies can tell; with n - 1 it would cover 87 %."""
    studies = np.random.default_rng(7).normal(0.0, 1.0, (2000, 25)).tolist()
    share = covered(lambda s: (from_moving_range(s), s), studies, 4 / 3)
    assert 0.935 <= share <= 0.965
    assert from_moving_range(studies[0]).degrees_of_freedom == pytest.approx(14.95, abs=0.01)


def test_intervals_from_subgroups_cover_what_they_promise():
    """Eight groups of four, by mean range and pooled."""
    studies = np.random.default_rng(8).normal(0.0, 1.0, (1500, 8, 4)).tolist()
    flat = [[value for group in study for value in group] for study in studies]
    for estimator in (from_ranges, from_pooled):
        share = covered(lambda pair, e=estimator: (e(pair[0]), pair[1]), list(zip(studies, flat, strict=True)), 4 / 3)
        assert 0.93 <= share <= 0.97


def test_two_values_have_one_degree_of_freedom():
    """The moving range of two values is their standard deviation by another name."""
    assert from_moving_range([1.0, 2.0]).degrees_of_freedom == pytest.approx(1.0)
    assert effective_degrees_of_freedom(1 / (2 * 1000)) == pytest.approx(1000, rel=1e-3)


def test_one_limit_leaves_the_potential_undefined():
    """A lower limit alone: no Cp, no Pp, and the actual index is the side there is."""
    values = [1.0, 2.0, 4.0, 3.0]
    answer = capability(values, 0.0, None, from_moving_range(values))
    assert (answer.within.potential, answer.within.potential_interval, answer.within.upper_side) == (None, None, None)
    assert answer.within.actual == answer.within.lower_side


def test_values_on_a_limit_are_inside_it():
    """Limits are inclusive and compared unrounded."""
    values = [1.0, 2.0, 3.0, np.nextafter(3.0, 4.0)]
    answer = capability(values, 1.0, 3.0, from_moving_range(values))
    assert (answer.below, answer.above) == (0, 1)


@pytest.mark.parametrize(
    ("values", "lower", "upper", "why"),
    [
        ([1.0], 0.0, 2.0, "at least 2 values and has 1"),
        ([1.0, 1.0, 1.0], 0.0, 2.0, "all 3 values are 1.0"),
        ([1.0, 2.0], None, None, "no numeric limit"),
        ([1.0, 2.0], 2.0, 1.0, "not below"),
    ],
)
def test_what_has_no_capability_says_why(values, lower, upper, why):
    """Fewer than two values, no spread, no limit, limits the wrong way round."""
    within = from_moving_range([1.0, 2.0])
    with pytest.raises(Unanswerable, match=why):
        capability(values, lower, upper, within)
