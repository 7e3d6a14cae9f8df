"""Moments kept at ingest follow from what each source told: equal to the bit in every batch, order and rebuild."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.models.moments import RollupMoments
from mes.models.test_run import Rollup, TestRun
from mes.projection import rebuild
from mes.records import RecordVoided, Signature
from mes.statistics.moments import moments_of
from mes.vocabulary import RunEnding, Verdict

SOURCES = ("test-1/1", "test-1/2", "test-2/1")
EXAMPLES = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
numbers = st.none() | st.floats(1e7 - 1, 1e7 + 1) | st.floats(allow_nan=False, allow_infinity=False)
run_facts = st.tuples(
    st.sampled_from(SOURCES),
    st.integers(2, 4000),
    st.sampled_from([RunEnding.COMPLETED, RunEnding.COMPLETED, RunEnding.ABORTED]),
    st.tuples(numbers, numbers),
    st.booleans(),
)
histories = st.lists(run_facts, min_size=1, max_size=16)


def told(story, history):
    """Per source what its runs were, and the records by which the desk voids some."""
    runs, voids = [], []
    for source, minute, ending, values, voided in history:
        start, end = story.run(story.bundle("B1"), "bundle_test", minute, Verdict.PASSED, ending, source)
        end = end.model_copy(update={"values": values})
        runs.append((start, end))
        if voided:
            voids.append(void_of(story, start.run, minute))
    return runs, voids


def void_of(story, run, minute):
    """The record that voids a run."""
    signature = Signature(name="mei", meaning="voided as recorded in error")
    return RecordVoided(
        **story.envelope(minute + 1, "desk/1"), target="run", record=run, reason="wrong unit", signature=signature
    )


def kept(writer):
    """Every row of moments, with each number as its bits."""
    rows = [row._asdict() for row in writer.rows(RollupMoments)]
    return sorted(
        tuple((name, [v if v is None else float(v).hex() for v in value] if isinstance(value, list) else value)
              for name, value in row.items())
        for row in rows
    )  # fmt: skip


@given(histories, st.permutations(SOURCES), st.integers(1, 6))
@EXAMPLES
def test_any_batches_and_any_order_of_sources_give_the_same_bits(writer, story, history, order, batch):
    """Live, source by source, in batches of another size, and rebuilt: one answer, with what was voided left out."""
    runs, voids = told(story, history)
    voided = {void.record: void for void in voids}
    writer.empty()
    writer.tell(story.setting())
    for start, end in runs:
        writer.tell([start, end, *([voided[start.run]] if start.run in voided else [])])
    live = kept(writer)
    rebuild(writer.engine)
    assert kept(writer) == live
    writer.empty()
    writer.tell(story.setting())
    for source in order:
        writer.tell([record for run in runs for record in run if record.source == source], batch)
    writer.tell(voids, batch)
    assert kept(writer) == live
    expected = {}
    for (start, _), (source, _, ending, values, gone) in zip(runs, history, strict=True):
        if ending is RunEnding.COMPLETED and not gone:
            expected.setdefault((source, start.at.date()), []).append(values)
    assert {(row.source, row.day): row.runs for row in writer.rows(RollupMoments)} == {
        key: len(values) for key, values in expected.items()
    }
    for row in writer.rows(RollupMoments):
        for place, origin in enumerate(row.origins):
            column = [v[place] for v in expected[row.source, row.day] if v[place] is not None]
            whole = moments_of(column, origin)
            assert (row.counts[place], row.offsets[place]) == (whole.n, as_kept(whole.offset))
            assert row.m2s[place] == as_kept(whole.m2)
            assert (row.minima[place], row.maxima[place]) == (min(column, default=None), max(column, default=None))


def as_kept(number):
    """A number that is none is kept as None."""
    return None if number != number else number


def test_origin_is_of_the_plan_and_not_of_the_values(writer, story):
    """The measurand's limit of -17.16 dB is the origin where there is no nominal; one run deviates from nothing."""
    writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
    (row,) = writer.rows(RollupMoments)
    assert (row.runs, row.origins, row.counts) == (1, [-17.16, -17.16], [1.0, 0.0])
    assert (row.offsets, row.m2s) == ([-15.5 + 17.16, 0.0], [0.0, 0.0])
    assert (row.minima, row.maxima) == ([-15.5, None], [-15.5, None])


def test_voiding_the_only_run_of_a_day_takes_the_row_away(writer, story):
    """What was voided counts nowhere: neither a count of 0 nor a mean is left of it, nor a rollup of no runs."""
    start, end = story.run(story.bundle("B1"), "bundle_test", 2)
    writer.tell([*story.setting(), start, end, void_of(story, start.run, 3)])
    assert writer.rows(RollupMoments) == []
    assert writer.rows(Rollup) == []


def test_run_voided_before_its_end_arrives_is_never_counted(writer, story):
    """Its station was offline when the desk voided it; the end that comes later changes no moment."""
    start, end = story.run(story.bundle("B1"), "bundle_test", 2)
    writer.tell([*story.setting(), start, void_of(story, start.run, 3), end])
    assert writer.rows(RollupMoments) == []


def test_run_says_which_entry_ended_it(writer, story):
    """A row leads back to the bytes: the source and the number of the entry that told its end."""
    writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
    assert [(row.source, row.seq) for row in writer.rows(TestRun)] == [("test-1/1", 2)]


@pytest.mark.parametrize("hours", [0, 12])
def test_a_row_is_of_the_day_on_which_its_runs_began(writer, story, hours):
    """UTC days, whatever the clock of the hall says."""
    start, end = story.run(story.bundle("B1"), "bundle_test", hours * 60 + 1079)
    writer.tell([*story.setting(), start, end])
    assert [row.day for row in writer.rows(RollupMoments)] == [(story.at(0) + timedelta(hours=hours + 17.98)).date()]
