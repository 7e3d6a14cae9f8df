"""Control charts against published limits, and what they refuse."""

import pytest

from mes.statistics.control_chart import individuals_chart, mean_and_range_chart, proportion_chart
from mes.statistics.errors import Unanswerable
from mes.statistics.run_rules import RULE_SETS

# Montgomery, Introduction to Statistical Quality Control, table 7.1: orange juice cans, 30 samples of 50.
CANS = (12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6)


def test_points_out_of_limits_are_named():
    """A shifted value rings rule 1 under its own name, and its moving ranges do, too."""
    values = [10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 10.0, 10.1, 13.0, 10.0, 9.9, 10.1]
    names = [f"SN{i}" for i in range(12)]
    chart = individuals_chart(values, names)
    assert [s.point for s in chart.location.signals] == ["SN8"]
    assert [s.point for s in chart.spread.signals] == ["SN8", "SN9"]
    assert not chart.stable


def test_means_and_ranges_by_the_table():
    """X̿ ± A2 R̄ and D3 R̄ to D4 R̄ for five in a group."""
    chart = mean_and_range_chart([[1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [1, 3, 3, 4, 4]])
    assert chart.mean == pytest.approx(10 / 3)
    assert chart.mean_range == pytest.approx(11 / 3)
    first, spread = chart.location.points[0], chart.spread.points[0]
    assert first.upper - first.centre == pytest.approx(0.577 * 11 / 3)
    assert (spread.lower, spread.upper) == (0.0, pytest.approx(2.114 * 11 / 3))


def test_proportions_of_montgomerys_orange_juice_cans():
    """p̄ 0.2313, limits 0.0524 and 0.4102; samples 15 and 23 are out of them."""
    chart = proportion_chart(CANS, [50] * 30)
    point = chart.points[0]
    assert (point.centre, point.lower, point.upper) == (
        pytest.approx(0.2313, abs=5e-5),
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.4102, abs=5e-5),
    )
    assert [s.point for s in chart.signals] == ["15", "23"]


def test_each_sample_has_limits_of_its_own_size():
    """A small sample may stray further; no limit leaves 0 to 1."""
    chart = proportion_chart([1, 9, 1], [10, 100, 5])
    reach = [p.upper - p.centre for p in chart.points]
    assert reach[2] > reach[0] > reach[1]
    assert all(0.0 <= p.lower < p.upper <= 1.0 for p in chart.points)


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda: individuals_chart([1.0]), "at least 2 values and has 1"),
        (lambda: individuals_chart([1.0, 1.0, 1.0]), "all 3 values are 1.0"),
        (lambda: mean_and_range_chart([[1.0, 2.0]]), "at least 2 subgroups and has 1"),
        (lambda: mean_and_range_chart([[1.0, 2.0], [1.0]], ["a", "b"]), "subgroup b has 1 values where a has 2"),
        (lambda: mean_and_range_chart([[1.0, 1.0], [2.0, 2.0]]), "no subgroup has any spread"),
        (lambda: proportion_chart([], []), "no sample"),
        (lambda: proportion_chart([0, 0], [5, 5]), "none of 10"),
        (lambda: proportion_chart([6], [5], ["Mon"]), "sample Mon has 6 nonconforming of 5"),
    ],
)
def test_what_has_no_limits_says_why(refused, why):
    """Too few, unequal, without spread: an answer in words, never a chart of zeros."""
    with pytest.raises(Unanswerable, match=why):
        refused()


def test_rules_are_those_asked_for():
    """Nine on one side: silent by default, seen with Nelson's set."""
    values = [1.0, -1.0] * 10 + [0.4, 0.5] * 5
    assert individuals_chart(values).location.signals == ()
    assert "nelson-2" in {s.rule for s in individuals_chart(values, rules=RULE_SETS["nelson"]).location.signals}
