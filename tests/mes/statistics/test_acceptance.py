"""Sampling plans: the table against a public reprint of it, and operating characteristics by law."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.statistics.acceptance import (
    AQLS,
    NoSuchPlan,
    acceptance_probability,
    quality_accepted,
    single_plan,
)

# AC-TABLE.ASC of the National Institute of Building Sciences, table 1-A, "developed from MIL-STD-105E": for each row
# the largest lot, the sample size, and rejection numbers from AQL 0.65 to 15, one above the acceptance number. Arrows
# as printed; the one printed up at A and 10 % has no plan above it.
REPRINT = """
      8    2  | | | v 1 ^ v
     15    3  | | | v 1 ^ v 2
     25    5  | | v 1 ^ v 2 3
     50    8  | v 1 ^ v 2 3 4
     90   13  v 1 ^ v 2 3 4 6
    150   20  1 ^ v 2 3 4 6 8
    280   32  ^ v 2 3 4 6 8 11
    500   50  v 2 3 4 6 8 11 15
   1200   80  2 3 4 6 8 11 15 22
   3200  125  3 4 6 8 11 15 22 ^
  10000  200  4 6 8 11 15 22 ^ |
  35000  315  6 8 11 15 22 ^ | |
 150000  500  8 11 15 22 ^ | | |
 500000  800  11 15 22 ^ | | | |
"""
ROWS = [line.split() for line in REPRINT.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS[1:], ids=[row[0] for row in ROWS[1:]])
def test_every_number_of_the_reprint_is_ours(row):
    """Where the table prints a number, a lot of that size at level II gets that sample and that rejection number."""
    lot, size, *rejections = row
    for aql, printed in zip(AQLS, rejections, strict=True):
        plan = single_plan(int(lot), aql)
        if printed.isdigit():
            assert (plan.sample_size, plan.acceptance_number + 1) == (int(size), int(printed))
        elif printed == "^":
            assert plan.sample_size < int(size)
        elif printed == "v":
            assert plan.sample_size > int(size)


@pytest.mark.parametrize(
    ("lot", "aql", "level", "size", "allowed"),
    [
        (1000, 1.0, "II", 80, 2),
        (1000, 1.0, "I", 50, 1),
        (1000, 1.0, "III", 125, 3),
        (8, 0.65, "II", 8, 0),
        (15, 6.5, "II", 2, 0),
        (26, 0.65, "II", 20, 0),
        (8, 10.0, "II", 5, 1),
        (600_000, 15.0, "II", 80, 21),
    ],
)
def test_plan_of_a_lot(lot, aql, level, size, allowed):
    """Code letter, arrows, and a sample that is no larger than its lot."""
    plan = single_plan(lot, aql, level)
    assert (plan.sample_size, plan.acceptance_number) == (size, allowed)


@pytest.mark.parametrize(("lot", "aql", "level"), [(100, 0.4, "II"), (0, 1.0, "II"), (600_000, 1.0, "III")])
def test_plan_outside_the_verified_table_is_refused(lot, aql, level):
    """No plan is made up: other AQLs, empty lots and code letter R have none here."""
    with pytest.raises(NoSuchPlan):
        single_plan(lot, aql, level)


def test_operating_characteristic_of_a_published_plan():
    """7 CFR 42.140(c) on its plan (500, 3): 26 percent of lots with 1.0 per hundred pass, about 99 with 0.10."""
    assert acceptance_probability(500, 3, 0.010) == pytest.approx(0.26, abs=0.005)
    assert acceptance_probability(500, 3, 0.001) == pytest.approx(0.99, abs=0.01)
    assert acceptance_probability(3, 0, 0.1) == pytest.approx(0.9**3)
    assert acceptance_probability(2, 1, 0.5, 4) == pytest.approx(5 / 6)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.data())
def test_better_lots_are_accepted_more_often(size, data):
    """The operating characteristic falls with the fraction nonconforming, from certainty to never."""
    allowed = data.draw(st.integers(0, size - 1))
    worse, better = sorted(data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1))), reverse=True)
    probability = [acceptance_probability(size, allowed, fraction) for fraction in (better, worse)]
    assert probability[0] >= probability[1] - 1e-12
    assert acceptance_probability(size, allowed, 0.0) == 1.0
    assert acceptance_probability(size, allowed, 1.0) == 0.0
    tighter = acceptance_probability(size, allowed - 1, worse) if allowed else 0.0
    assert tighter <= probability[1] + 1e-12


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 300), st.data())
def test_small_lot_is_counted_out(lot, data):
    """In a finite lot the curve falls too; with no more bad pieces than are allowed acceptance is certain."""
    size = data.draw(st.integers(1, lot))
    allowed = data.draw(st.integers(0, size - 1))
    few, many = sorted(data.draw(st.tuples(st.integers(0, lot), st.integers(0, lot))))
    accepted = [acceptance_probability(size, allowed, bad / lot, lot) for bad in (few, many)]
    assert accepted[0] >= accepted[1] - 1e-12
    assert acceptance_probability(size, allowed, min(allowed, few) / lot, lot) == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.data())
def test_quality_accepted_is_where_the_curve_has_that_probability(size, data):
    """The quantile is the inverse of the operating characteristic."""
    allowed = data.draw(st.integers(0, size - 1))
    probability = data.draw(st.sampled_from([0.05, 0.10, 0.5, 0.95]))
    assert acceptance_probability(size, allowed, quality_accepted(size, allowed, probability)) == pytest.approx(
        probability, abs=1e-9
    )
