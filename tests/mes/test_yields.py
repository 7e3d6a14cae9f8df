"""Yields by their definitions, and the laws that hold between them."""

from datetime import timedelta
from itertools import count
from math import isclose

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.quality.yield_groups import YieldScope, whole_of, yields_by
from mes.quality.yields import Yield, operation_yields, rolled_throughput_yield, route_yields
from mes.vocabulary import RunEnding, Verdict

NUMBERS = count(1)
PASSED, FAILED, ERROR, ABORTED = (
    (Verdict.PASSED, RunEnding.COMPLETED),
    (Verdict.FAILED, RunEnding.COMPLETED),
    (Verdict.NONE, RunEnding.ERROR),
    (Verdict.NONE, RunEnding.ABORTED),
)


def at_final_test(line, **options):
    """The yields of the cable at its final test."""
    (yields,) = operation_yields(line.engine, operation="final_test", simulated=True, **options)
    return yields


def test_yield_over_nothing_is_undefined():
    """Zero of zero is no yield at all, least of all 1."""
    assert Yield(0, 0).value is None
    assert rolled_throughput_yield([]) is None
    assert rolled_throughput_yield([0.98, None]) is None


def test_rolled_throughput_yield_is_the_product_of_first_pass_yields():
    """0.98 x 0.99 x 0.95 is 0.92169."""
    assert isclose(rolled_throughput_yield([0.98, 0.99, 0.95]), 0.92169)


def test_four_yields_of_four_units_are_told_apart(line):
    """Pass; error then pass; fail then pass; fail: 1/4 first pass, 2/4 first valid, 3/4 final, 3/6 reports."""
    for serial, runs in (("A", [PASSED]), ("B", [ERROR, PASSED]), ("C", [FAILED, PASSED]), ("D", [FAILED])):
        unit = line.register(serial)
        for verdict, ending in runs:
            line.run(unit, "final_test", verdict, ending)
    yields = at_final_test(line)
    assert (yields.part, yields.units, yields.runs) == (line.CABLE, 4, 6)
    assert yields.first_pass == Yield(1, 4)
    assert yields.first_valid == Yield(2, 4)
    assert yields.final == Yield(3, 4)
    assert yields.report == Yield(3, 6)


def test_aborted_run_counts_as_not_passed_even_when_all_it_judged_was_good(line):
    """A verdict PASSED on a run that ended ABORTED proves nothing: no first pass, no final pass."""
    line.run(line.register("A"), "final_test", Verdict.PASSED, RunEnding.ABORTED)
    yields = at_final_test(line)
    assert (yields.first_pass, yields.first_valid, yields.final) == (Yield(0, 1), Yield(0, 0), Yield(0, 1))
    assert yields.first_valid.value is None


def test_run_in_flight_says_nothing_yet(line):
    """A unit whose only run has not ended is not counted."""
    line.start(line.register("A"), "final_test")
    assert operation_yields(line.engine, simulated=True) == ()


def test_unit_whose_first_run_never_ended_did_not_pass_at_the_first_go(line):
    """A second run that passed is a final pass, not a first pass."""
    unit = line.register("A")
    line.start(unit, "final_test")
    line.run(unit, "final_test")
    yields = at_final_test(line)
    assert (yields.first_pass, yields.final) == (Yield(0, 1), Yield(1, 1))


def test_run_that_arrives_late_becomes_the_first_run(line):
    """First is by the start of the run, not by arrival: a failure told late takes the first pass away."""
    unit = line.register("A")
    line.run(unit, "final_test")
    assert at_final_test(line).first_pass == Yield(1, 1)
    line.run(unit, "final_test", *FAILED, at=line.at - timedelta(hours=1))
    assert at_final_test(line).first_pass == Yield(0, 1)


def test_since_takes_the_units_first_seen_from_then_on(line):
    """A unit first seen before the date is not first seen after it; its later run counts in the report yield only."""
    early, late = line.register("A"), line.register("B")
    line.run(early, "final_test", *FAILED)
    line.at += timedelta(days=1)
    since = line.at
    line.run(early, "final_test")
    line.run(late, "final_test")
    yields = at_final_test(line, since=since)
    assert (yields.first_pass, yields.final, yields.report) == (Yield(1, 1), Yield(1, 1), Yield(2, 2))


def test_real_site_leaves_simulated_runs_out_unless_asked(open_line, database_url):
    """At a real site a simulated run counts nowhere until somebody asks for it by name."""
    line = open_line(database_url, simulated=False)
    line.plan("final_test")
    unit = line.register("A")
    line.run(unit, "final_test", *FAILED)
    line.simulated = True
    line.run(line.register("S"), "final_test")
    (real,) = operation_yields(line.engine, simulated=False)
    (everything,) = operation_yields(line.engine, simulated=True)
    assert (real.units, real.final) == (1, Yield(0, 1))
    assert (everything.units, everything.final) == (2, Yield(1, 2))


def test_rolled_throughput_yield_of_a_part_goes_over_the_tests_of_its_route(line):
    """The cable's route has one test and an assembly without runs: the product has one factor."""
    line.run(line.register("A"), "final_test")
    line.run(line.register("B"), "final_test", *FAILED)
    cable = next(r for r in route_yields(line.engine, simulated=True) if r.part == line.CABLE)
    bundle = next(r for r in route_yields(line.engine, simulated=True) if r.part == line.BUNDLE)
    assert (cable.operations, cable.missing, cable.value) == (("final_test",), (), 0.5)
    assert (bundle.operations, bundle.missing, bundle.value) == (("bundle_test",), ("bundle_test",), None)


outcomes = st.sampled_from([PASSED, FAILED, ERROR, ABORTED, (Verdict.FAILED, RunEnding.ABORTED), None])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(st.lists(outcomes, min_size=1, max_size=4), max_size=6))
def test_yields_follow_their_definitions_and_keep_their_order(line, histories):
    """Every yield equals its definition; first pass <= first valid <= final in units, and all stay in 0..1."""
    operation = f"burn_in_{next(NUMBERS)}"
    with line.delivery():
        line.plan(operation)
        for number, history in enumerate(histories):
            unit = line.register(f"{operation}-{number}")
            for attempt, outcome in enumerate(history):
                where = {"station": f"st-{(number + attempt) % 2}", "fixture": f"F{number % 2}"}
                started = line.start(unit, operation, **where)
                if outcome is not None:
                    line.finish(started, *outcome)
    seen = [h for h in histories if any(h)]
    valid = [[o for o in h if o and o[1] is RunEnding.COMPLETED] for h in seen]
    rows = operation_yields(line.engine, operation=operation, simulated=True)
    parts = yields_by(line.engine, ("station", "fixture"), YieldScope(operation=operation), simulated=True)
    if not seen:
        assert (rows, parts) == ((), ())
        return
    (yields,) = rows
    whole = whole_of(parts)
    for name in ("units", "runs", "first_pass", "first_valid", "final", "report"):
        assert getattr(whole, name) == getattr(yields, name)
    assert all(part.first_pass.passed <= part.final.passed for part in parts)
    runs = [o for h in seen for o in h if o]
    assert yields.first_pass == Yield(sum(h[0] == PASSED for h in seen), len(seen))
    assert yields.first_valid == Yield(sum(v[0] == PASSED for v in valid if v), sum(bool(v) for v in valid))
    assert yields.final == Yield(sum(PASSED in h for h in seen), len(seen))
    assert yields.report == Yield(runs.count(PASSED), len(runs))
    assert yields.first_pass.passed <= yields.first_valid.passed <= yields.final.passed
    assert yields.first_pass.value <= yields.final.value
    assert all(y.value is None or 0 <= y.value <= 1 for y in (yields.first_pass, yields.first_valid, yields.report))


@pytest.mark.parametrize("values", [[1.0, 1.0], [0.5, 0.5], [0.0, 1.0]])
def test_rolled_throughput_yield_never_exceeds_its_worst_operation(values):
    """A route is never better than its worst operation."""
    assert rolled_throughput_yield(values) <= min(values)
