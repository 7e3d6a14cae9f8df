"""Which stored values a statistic is made of: the first valid one of each unit, on both databases."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.queries.failing import failing_measurands
from mes.queries.judged_runs import judged_runs
from mes.queries.values import ValueScope, all_values, first_run_counts, first_values
from mes.records import RecordVoided, Signature
from mes.vocabulary import OverRange, RunEnding, Verdict

LOOP = ValueScope("loop_resistance")
RUNS = st.sampled_from(["error", "unreached", "over", 0.9, 1.1, 1.3])


def run(line, unit, outcome, **facts):
    """One run that measured this loop resistance, broke off, did not reach it, or saw it leave the range."""
    started = line.start(unit, "final_test", **facts)
    if outcome == "error":
        return line.finish(started, Verdict.NONE, RunEnding.ERROR, values=(-15.0, 9.9, None, None, 23.0))
    if outcome == "over":
        over = {"loop_resistance": OverRange.OVER, "isolation": OverRange.OVER}
        return line.finish(started, Verdict.FAILED, values=(-15.0, None, None, None, 23.0), over_ranges=over)
    value = None if outcome == "unreached" else outcome
    return line.finish(started, values=(-15.0, value, None, None, 23.0))


def first(line, scope=LOOP, simulated=True):
    """(serial, value) of the first valid values."""
    return [(v.serial, v.value) for v in first_values(line.engine, scope, simulated=simulated)]


def test_a_unit_counts_once_with_its_first_valid_value(line):
    """An error, then a run that stopped before, then 1.1 and a retest 0.9: it is 1.1."""
    unit = line.register("A")
    for outcome in ("error", "unreached", 1.1, 0.9):
        run(line, unit, outcome)
    run(line, line.register("B"), 1.3)
    assert first(line) == [("A", 1.1), ("B", 1.3)]
    assert [v.value for v in all_values(line.engine, LOOP, simulated=True)] == [1.1, 0.9, 1.3]
    (value, _) = first_values(line.engine, LOOP, simulated=True)
    assert (value.unit, value.low, value.high, value.limit_revision) == ("Ω", 0.5, 2.0, "L2")
    assert (value.plan, value.part, value.operator, value.station) == ("dac_final_test", line.CABLE, "mei", "final-1")


def test_a_voided_run_gives_no_value(line):
    """The first run was on the wrong unit and is void: the second value is the first, and nothing failed."""
    unit = line.register("A")
    wrong = run(line, unit, "over")
    run(line, unit, 1.1)
    void = {"target": "run", "record": wrong, "reason": "wrong unit"}
    line.tell(RecordVoided(**line.envelope(), **void, signature=Signature(name="zoe", meaning="voided")))
    assert first(line) == [("A", 1.1)]
    assert [v.value for v in all_values(line.engine, LOOP, simulated=True)] == [1.1]
    assert len(first_run_counts(line.engine, LOOP, simulated=True)) == 1
    failing = failing_measurands(line.engine, ValueScope(""), simulated=True)
    assert (failing.runs, failing.failed_runs) == (1, 0)
    judged = judged_runs(line.engine, ValueScope("", plan="dac_final_test"), ["loop_resistance"], simulated=True)
    assert len(judged) == 1


def test_a_value_out_of_range_is_the_first_value_and_no_number(line):
    """It is not passed over in favour of a retest that came out better."""
    unit = line.register("A")
    run(line, unit, "over")
    run(line, unit, 1.1)
    assert first(line) == [("A", None)]


def test_a_retest_never_becomes_a_first_value_by_narrowing_the_window(line):
    """Outside the window, on another station: the unit has no value here, whatever was measured later."""
    unit = line.register("A")
    run(line, unit, 1.1)
    later = line.at + timedelta(hours=1)
    line.at = later
    run(line, unit, 0.9, station="final-2")
    assert first(line, ValueScope("loop_resistance", since=later)) == []
    assert first(line, ValueScope("loop_resistance", until=later)) == [("A", 1.1)]
    assert first(line, ValueScope("loop_resistance", station="final-2")) == []
    assert first(line, ValueScope("loop_resistance", station="final-1")) == [("A", 1.1)]


def test_scopes_narrow_by_plan_part_operation_and_limit_revision(line):
    """Each by its own name; a name that is not there finds nothing."""
    run(line, line.register("A"), 1.1)
    for found, scope in (
        (1, ValueScope("loop_resistance", line.CABLE, "dac_final_test", "final_test", limit_revision="L2")),
        (0, ValueScope("loop_resistance", "OTHER")),
        (0, ValueScope("loop_resistance", plan="other")),
        (0, ValueScope("loop_resistance", operation="bundle_test")),
        (0, ValueScope("loop_resistance", limit_revision="L9")),
        (0, ValueScope("loop")),
    ):
        assert len(first(line, scope)) == found, scope


def test_simulated_values_are_left_out_unless_asked_for(line):
    """Every run of this site is simulated."""
    run(line, line.register("A"), 1.1)
    assert first(line, simulated=False) == []


def test_first_runs_by_day_come_from_the_rollups(line):
    """Two units on the first day, one of them failed; a retest counts nowhere."""
    for serial, outcomes in (("A", [1.1]), ("B", ["error", 1.1])):
        unit = line.register(serial)
        for outcome in outcomes:
            run(line, unit, outcome)
    line.at += timedelta(days=1)
    run(line, line.register("C"), 1.1)
    days = first_run_counts(line.engine, ValueScope(None), simulated=True)
    assert [(d.first_runs, d.first_passed) for d in days] == [(2, 1), (1, 1)]
    (day,) = first_run_counts(line.engine, ValueScope(None, since=line.at, station="final-1"), simulated=True)
    assert day.first_runs == 1
    assert first_run_counts(line.engine, ValueScope(None, plan="other"), simulated=True) == ()
    assert first_run_counts(line.engine, ValueScope(None), simulated=False) == ()


NUMBERS = iter(range(1_000_000))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(st.lists(RUNS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_first_values_follow_their_definition(line, histories):
    """The first run that completed and reached the measurand, whatever went before and came after."""
    expected = []
    before = len(first(line))
    with line.delivery():
        for history in histories:
            serial = f"H{next(NUMBERS)}"
            unit = line.register(serial)
            for outcome in history:
                run(line, unit, outcome)
            valid = [outcome for outcome in history if outcome not in ("error", "unreached")]
            if valid:
                expected.append((serial, None if valid[0] == "over" else valid[0]))
    assert first(line)[before:] == expected
