"""Units, lots, runs and histories as frozen rows."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from mes.queries.history import unit_history
from mes.queries.identity import find_lots, find_units, similar_serials
from mes.queries.runs import MeasurandOutcome, distance_outside, expectation
from mes.queries.snapshot import InconsistentRow, UnknownUnit
from mes.vocabulary import LinkReason, OverRange, RunEnding, Verdict


def history(line, serial):
    """The history of the one unit with this serial."""
    (unit,) = find_units(line.engine, serial)
    return unit_history(line.engine, unit.id)


def runs(line, serial):
    """The runs of a unit, oldest first."""
    return [event for event in history(line, serial).timeline if event.event == "run"]


def test_serial_of_two_parts_is_two_units_until_narrowed(line):
    """A serial alone is no identity; with its part it is."""
    line.register("X1")
    line.register("X1", line.BUNDLE)
    assert [u.part for u in find_units(line.engine, "X1")] == [line.BUNDLE, line.CABLE]
    assert [u.part for u in find_units(line.engine, "X1", part=line.CABLE)] == [line.CABLE]
    assert find_units(line.engine, "X1", maker="Acme") == ()


def test_rows_cannot_be_changed(line):
    """What a query returned is a fact, not a handle on the database."""
    line.register("X1")
    (unit,) = find_units(line.engine, "X1")
    with pytest.raises(FrozenInstanceError):
        unit.serial = "X2"


def test_nearest_serials_share_the_longest_beginning(line):
    """A mistyped serial is answered by those that begin most like it, wildcards taken literally."""
    for serial in ("DAC0001", "DAC0002", "DAC1000", "PSU1", "D%C0001"):
        line.register(serial)
    assert similar_serials(line.engine, "DAC0009") == ("DAC0001", "DAC0002")
    assert similar_serials(line.engine, "DAC") == ("DAC0001", "DAC0002", "DAC1000")
    assert similar_serials(line.engine, "D%C9") == ("D%C0001",)
    assert similar_serials(line.engine, "DAC", limit=1) == ("DAC0001",)
    assert similar_serials(line.engine, "Q") == ()
    assert similar_serials(line.engine, "") == ()


@pytest.mark.parametrize("serial", ["\0", "DAC\0", "\udcff", "x" * 200, "'; DROP TABLE unit --", "%", ""])
def test_text_that_no_database_holds_is_an_unknown_serial(line, serial):
    """NUL, broken UTF-8, over-long and hostile serials are simply not there."""
    line.register("DAC0001")
    assert find_units(line.engine, serial) == ()
    assert find_lots(line.engine, serial) == ()
    assert similar_serials(line.engine, serial + "!") in ((), ("DAC0001",))


def test_run_reads_its_vector_through_its_plan(line):
    """Every measurand has value or text, unit, limits, clause and outcome, in the plan's order."""
    line.run(line.register("A"), "final_test")
    (run,) = runs(line, "A")
    assert [(m.name, m.outcome) for m in run.measurands] == [
        ("sdd21", MeasurandOutcome.PASSED),
        ("loop_resistance", MeasurandOutcome.PASSED),
        ("isolation", MeasurandOutcome.PASSED),
        ("media_type", MeasurandOutcome.PASSED),
        ("ambient", MeasurandOutcome.RECORDED),
    ]
    sdd21, _, isolation, media_type, _ = run.measurands
    assert (sdd21.value, sdd21.unit, sdd21.low, sdd21.high) == (-15.5, "dB", -17.16, None)
    assert sdd21.clause == "IEEE 802.3cd 136.11.2"
    assert (isolation.value, isolation.over_range) == (None, OverRange.OVER)
    assert (media_type.text, media_type.expected) == ("copper", "copper")
    assert (run.verdict, run.ending, run.attempt) == (Verdict.PASSED, RunEnding.COMPLETED, 1)
    assert run.instruments[0].calibration_due == date(2026, 9, 1)
    assert (run.plan, run.plan_revision, run.limit_revision) == ("dac_final_test", "3", "L2")
    assert [(s.name, s.duration_s) for s in run.steps] == [("rf", 2.0)]


def test_failure_says_how_far_it_missed_its_limit(line):
    """-18.14 dB misses -17.16 dB by 0.98 dB."""
    line.fail_by_one_decibel(line.register("A"), "final_test")
    (run,) = runs(line, "A")
    failed = [m for m in run.measurands if m.outcome is MeasurandOutcome.FAILED]
    assert [m.name for m in failed] == ["sdd21"]
    assert failed[0].distance == pytest.approx(0.98)


def test_measurand_that_was_not_reached_never_counts_as_passed(line):
    """An aborted run leaves what it did not reach NOT_MEASURED, and an unjudged bad value ERROR."""
    started = line.start(line.register("A"), "final_test")
    values = (-40.0, None, None, None, None)
    line.finish(started, Verdict.NONE, RunEnding.ABORTED, values, texts={}, over_ranges={}, reason="STOP pressed")
    (run,) = runs(line, "A")
    assert [m.outcome for m in run.measurands] == [MeasurandOutcome.ERROR] + [MeasurandOutcome.NOT_MEASURED] * 4
    assert (run.verdict, run.ending, run.reason) == (Verdict.NONE, RunEnding.ABORTED, "STOP pressed")


def test_over_range_is_an_error_unless_the_plan_lets_it_pass(line):
    """Isolation beyond the meter is a pass; a resistance beyond it is not."""
    started = line.start(line.register("A"), "final_test")
    over = {"isolation": OverRange.OVER, "loop_resistance": OverRange.OVER}
    line.finish(started, Verdict.NONE, RunEnding.ERROR, (-15.5, None, None, None, None), over_ranges=over)
    outcomes = {m.name: m.outcome for m in runs(line, "A")[0].measurands}
    assert outcomes["isolation"] is MeasurandOutcome.PASSED
    assert outcomes["loop_resistance"] is MeasurandOutcome.ERROR


def test_run_in_flight_is_in_the_history_without_verdict(line):
    """A run that was started and not finished is shown as such."""
    line.start(line.register("A"), "final_test")
    (run,) = runs(line, "A")
    assert (run.verdict, run.ending, run.finished_at, run.measurands) == (None, None, None, ())


def test_timeline_is_everything_in_order(line):
    """Registered, asked, refused, run, built in, taken out: in the order in which it happened."""
    cable, bundle = line.register("A"), line.register("B1", line.BUNDLE)
    plugs = line.receive("P9")
    line.ask_gate(bundle, "bundle_test")
    line.run(bundle, "bundle_test")
    line.install(cable, "bundle", child=bundle)
    line.install(cable, "near", lot=plugs)
    line.remove(cable, "bundle", child=bundle)
    parent = history(line, "A")
    assert [e.event for e in parent.timeline] == [
        "registered",
        "component_installed",
        "component_installed",
        "component_removed",
    ]
    assert [e.counterpart for e in parent.timeline[1:]] == [
        "BUNDLE-8 B1",
        "Amphenol PLUG-OSFP lot P9",
        "BUNDLE-8 B1",
    ]
    assert parent.timeline[-1].reason is LinkReason.REWORK
    assert [c.position for c in parent.built_from] == ["near"]
    child = history(line, "B1")
    assert [e.event for e in child.timeline] == ["registered", "gate", "run", "installed_into", "removed_from"]
    assert child.built_into == ()


def test_gate_refusals_are_part_of_the_history_with_what_unlocks_them(line):
    """A cable asked about at an operation its route does not know is refused, and the history keeps why."""
    cable = line.register("A")
    assert not line.ask_gate(cable, "no_such_operation")
    answer = history(line, "A").timeline[-1]
    assert (answer.event, answer.allowed) == ("gate", False)
    assert answer.refusals
    assert all(r.rule and r.message and r.unlock and r.who for r in answer.refusals)


def test_unknown_unit_has_no_history(line):
    """An id that is no unit is an error."""
    with pytest.raises(UnknownUnit, match="no unit has the id"):
        unit_history(line.engine, line.new_id())


def test_vector_that_does_not_fit_its_plan_is_named_not_cut(line):
    """Values without measurands are never silently left out."""
    from mes.queries.runs import _measured

    class Row:
        id, plan_digest, measurements, finished_at = "run-1", "a" * 64, [1.0, 2.0], line.at

    with pytest.raises(InconsistentRow, match="holds 2 values where its plan aaaaaaaaaaaa has 0 measurands"):
        _measured(Row, [], {})


@pytest.mark.parametrize(
    ("value", "low", "high", "distance"),
    [
        (1.0, 1.0, 2.0, None),
        (2.0, 1.0, 2.0, None),
        (0.5, 1.0, 2.0, 0.5),
        (2.5, 1.0, 2.0, 0.5),
        (-5.0, None, 2.0, None),
        (None, 1.0, 2.0, None),
    ],
)
def test_limits_are_inclusive(value, low, high, distance):
    """A value on its limit is inside."""
    assert distance_outside(value, low, high) == distance


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"equals": "copper"}, "copper"),
        ({"equals": 0.0}, "0.0"),
        ({"one_of": ["a", "b"]}, "one of a, b"),
        ({"matches": "^D"}, "matching ^D"),
        ({"low": 1.0}, None),
    ],
)
def test_expectation_without_a_band_is_said_in_words(definition, words):
    """A text measurand shows what it has to be."""
    assert expectation(definition) == words
