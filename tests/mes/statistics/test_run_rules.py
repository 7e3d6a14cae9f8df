"""Each rule sees its own pattern, at the point where it is complete, and nothing one point before."""

import pytest

from mes.statistics.run_rules import RULE_SETS, RUN_RULES, signals

PATTERNS = {
    "nelson-1": [0.0, 3.01],
    "nelson-2": [0.1] * 9,
    "nelson-3": [-0.5, -0.4, -0.2, 0.0, 0.1, 0.2],
    "nelson-4": [0.2, -0.2] * 7,
    "nelson-5": [2.1, 0.0, 2.1],
    "nelson-6": [1.1, 1.1, 0.0, 1.1, 1.1],
    "nelson-7": [0.5, -0.5, 0.9] * 5,
    "nelson-8": [1.1, -1.1, 1.2, -1.2] * 2,
    "western-electric-1": [0.0, -3.01],
    "western-electric-2": [-2.1, 0.0, -2.1],
    "western-electric-3": [-1.1, -1.1, 0.0, -1.1, -1.1],
    "western-electric-4": [-0.1] * 8,
}


def test_every_rule_has_a_pattern_here():
    """Eight of Nelson, four of Western Electric."""
    assert set(PATTERNS) == set(RUN_RULES)
    assert (len(RULE_SETS["nelson"]), len(RULE_SETS["western-electric"])) == (8, 4)


@pytest.mark.parametrize("rule", PATTERNS)
def test_a_rule_rings_at_the_last_point_of_its_pattern(rule):
    """Not before; mirrored at the centre it rings as well."""
    pattern = PATTERNS[rule]
    for side in (1.0, -1.0):
        (signal,) = signals([side * z for z in pattern], [rule])
        assert signal.index == len(pattern) - 1
        assert signal.first == len(pattern) - RUN_RULES[rule].window
    assert signals(pattern[:-1], [rule]) == ()


def test_nelson_needs_nine_where_western_electric_needs_eight():
    """Eight points on one side are a signal by one book and none by the other."""
    eight = [0.5] * 8
    assert signals(eight, RULE_SETS["western-electric"])
    assert not [s for s in signals(eight, RULE_SETS["nelson"]) if s.rule == "nelson-2"]


def test_borders_belong_to_no_pattern():
    """Exactly three sigma is not beyond it, and a point on the centre ends a run."""
    assert signals([3.0, -3.0], ["nelson-1"]) == ()
    assert signals([0.1] * 4 + [0.0] + [0.1] * 8, ["nelson-2"]) == ()


def test_an_excursion_does_not_ring_again_at_quiet_points():
    """Two of three beyond two sigma, then a point at the centre: one signal, not two."""
    assert [s.index for s in signals([2.5, 2.5, 0.0], ["nelson-5"])] == []
    assert [s.index for s in signals([0.0, 2.5, 2.5, 0.0], ["nelson-5"])] == [2]
