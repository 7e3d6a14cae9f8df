"""Failures counted at ingest are those of the runs, in any window and after any history, voids included."""

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.models.failures import RollupFailure
from mes.projection import rebuild
from mes.queries.failing import FailingMeasurand, failing_measurands
from mes.queries.values import ValueScope
from mes.records import MeasurandFailure, RecordVoided, Signature
from mes.vocabulary import Verdict

EXAMPLES = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SOURCES = ("test-1/1", "test-1/2", "test-2/1")
DAY = 24 * 60
# Five days, and few moments, so that windows begin and end where runs do.
minutes = st.integers(1, 10).map(lambda half: half * DAY // 2 + 60)


def run_facts(revisions, simulated):
    """What a run may be, of these limit revisions, simulated or not."""
    return st.fixed_dictionaries(
        {
            "source": st.sampled_from(SOURCES),
            "unit": st.sampled_from(["B1", "B1", "B2"]),
            "minute": minutes,
            "failed": st.sampled_from([{"sdd21"}, {"sdd21", "skew"}, {"skew"}, set()]),
            "revision": st.sampled_from(revisions),
            "simulated": st.sampled_from(simulated),
            "finished": st.sampled_from([True, True, True, False]),
            "voided": st.sampled_from([False, False, False, True]),
        }
    )


# Mixed ones are counted by runs where they share a measurand.
histories = st.lists(run_facts(["L1"], [True]), min_size=8, max_size=16) | st.lists(
    run_facts(["L1", "L1", "L2"], [True, True, False]), min_size=4, max_size=12
)
edges = st.none() | st.integers(1, 5).map(lambda day: day * DAY - 6 * 60) | minutes
questions = st.tuples(
    edges, edges, st.sampled_from([None, None, "test-1"]), st.sampled_from([None, None, "L1"]), st.booleans()
)


def told(story, history):
    """The setting with plans of two limit revisions, the runs, and the records by which the desk voids some."""
    other = story.plan("bundle_test", "BUNDLE-1")
    setting = [
        *story.setting(bundles=("B1", "B2", "B3")),
        other.model_copy(update={"digest": "f" * 64, "limit_revision": "L2"}),
    ]
    runs, voids = [], []
    for fact in history:
        verdict = Verdict.FAILED if fact["failed"] else Verdict.PASSED
        run = story.run(story.bundle(fact["unit"]), "bundle_test", fact["minute"], verdict, source=fact["source"])
        plan = {"plan": "f" * 64} if fact["revision"] == "L2" else {}
        start, end = (one.model_copy(update={**plan, "simulated": fact["simulated"]}) for one in run)
        failures = tuple(
            MeasurandFailure(measurand=name, unit="dB", value=-18.14, low=-17.16) for name in fact["failed"]
        )
        runs.append([start, end.model_copy(update={"failures": failures})] if fact["finished"] else [start])
        if fact["voided"]:
            voids.append(void_of(story, start.run, fact["minute"]))
    return setting, runs, voids


def void_of(story, run, minute):
    """The record that voids a run."""
    signature = Signature(name="mei", meaning="voided as recorded in error")
    envelope = story.envelope(minute + 1, "desk/1")
    return RecordVoided(**envelope, target="run", record=run, reason="wrong unit", signature=signature)


def expected(story, history, runs, scope, simulated):
    """Counted from what was told, one run after the other: (measurands, runs, failing runs)."""
    standing = [
        (start, end, fact)
        for fact, (start, *ended) in zip(history, runs, strict=True)
        for end in ended or [None]
        if not fact["voided"]
    ]
    firsts = {}
    for start, _, fact in sorted(standing, key=lambda one: (one[0].at, one[0].source, one[0].run)):
        firsts.setdefault(fact["unit"], start.run)
    asked = [
        (start, fact)
        for start, end, fact in standing
        if end is not None
        and (scope.since is None or start.at >= scope.since)
        and (scope.until is None or start.at < scope.until)
        and scope.station in (None, start.station)
        and scope.limit_revision in (None, fact["revision"])
        and (simulated or not fact["simulated"])
    ]
    failures = defaultdict(list)
    for start, fact in asked:
        for name in fact["failed"]:
            failures[name].append((start.run, fact["unit"]))
    rows = [
        FailingMeasurand(
            "BUNDLE-1", "bundle_test", name, len(found), len({unit for _, unit in found}),
            sum(firsts[unit] == run for run, unit in found),
        )
        for name, found in failures.items()
    ]  # fmt: skip
    order = sorted(rows, key=lambda row: (-row.units, -row.runs, row.measurand))
    return tuple(order), len(asked), sum(bool(fact["failed"]) for _, fact in asked)


@given(histories, st.lists(questions, min_size=12, max_size=12), st.integers(1, 6))
@EXAMPLES
def test_kept_failures_are_those_of_the_runs(writer, story, history, asked, batch):
    """Units, runs and first runs of any window, station and limit revision; rebuilt, every row is the same."""
    setting, runs, voids = told(story, history)
    writer.empty()
    writer.tell(setting)
    for run in runs:
        writer.tell(run, batch)
    writer.tell(voids, batch)
    for since, until, station, revision, simulated in [(None, None, None, None, True), *asked]:
        window = (None if edge is None else story.at(edge) for edge in (since, until))
        scope = ValueScope(None, None, None, "bundle_test", station, revision, *window)
        found = failing_measurands(writer.engine, scope, simulated=simulated)
        assert (found.measurands, found.runs, found.failed_runs) == expected(story, history, runs, scope, simulated)
    kept = sorted(writer.rows(RollupFailure))
    rebuild(writer.engine)
    assert sorted(writer.rows(RollupFailure)) == kept
    writer.empty()
    writer.tell(setting)
    by_source = [record for source in SOURCES for run in runs for record in run if record.source == source]
    writer.tell([*by_source, *voids], 500)
    assert sorted(writer.rows(RollupFailure)) == kept


def test_a_unit_counts_once_in_a_window_and_again_in_the_next(writer, story):
    """It failed on Monday and on Tuesday: one unit of both days together, and one of either."""
    first, second = (story.run(story.bundle("B1"), "bundle_test", minute, Verdict.FAILED) for minute in (2, DAY + 2))
    writer.tell([*story.setting(), *first, *second])
    midnight = story.at(DAY - 6 * 60)
    for since, until, runs in ((None, None, 2), (None, midnight, 1), (midnight, None, 1)):
        scope = ValueScope(None, since=since, until=until)
        (row,) = failing_measurands(writer.engine, scope, simulated=True).measurands
        assert (row.runs, row.units) == (runs, 1)
    assert len(writer.rows(RollupFailure)) == 2


@pytest.mark.parametrize("late", [False, True])
def test_voiding_the_earlier_failure_makes_the_later_one_the_first(writer, story, late):
    """Nothing is left of the voided run, whether the other was there before it or arrived after."""
    wrong, right = (story.run(story.bundle("B1"), "bundle_test", minute, Verdict.FAILED) for minute in (2, DAY + 2))
    void = void_of(story, wrong[0].run, 3)
    writer.tell([*story.setting(), *wrong, *((void, *right) if late else (*right, void))])
    (row,) = writer.rows(RollupFailure)
    assert (row.day, row.before.year, row.runs, row.first_runs, row.led) == (
        (story.at(0) + timedelta(days=1)).date(), 1, 1, 1, 1,
    )  # fmt: skip
