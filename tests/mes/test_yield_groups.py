"""Yields told apart: whatever they are told apart by, the rows add up to the whole and to the overview's counts."""

from datetime import timedelta
from itertools import combinations

import pytest

from mes.quality.yield_groups import DIMENSIONS, YieldScope, whole_of, yields_by
from mes.quality.yields import Yield, operation_yields
from mes.queries.overview import line_overview
from mes.records import RecordVoided, Signature
from mes.vocabulary import RunEnding, Verdict

OUTCOMES = {
    "P": (Verdict.PASSED, RunEnding.COMPLETED),
    "F": (Verdict.FAILED, RunEnding.COMPLETED),
    "E": (Verdict.NONE, RunEnding.ERROR),
    "A": (Verdict.PASSED, RunEnding.ABORTED),
}


@pytest.fixture
def tested(line):
    """Units of two parts at two stations, fixtures and days; one run goes on, one was voided."""
    with line.delivery():
        histories = ("P", "EP", "FP", "F", "FFP", "AP", "EF", "P")
        for number, history in enumerate(histories):
            part, operation = ((line.CABLE, "final_test"), (line.BUNDLE, "bundle_test"))[number % 2]
            unit = line.register(f"S{number}", part)
            for attempt, outcome in enumerate(history):
                where = {"station": f"st-{(number + attempt) % 2 + 1}", "fixture": f"F{number % 3}"}
                line.finish(line.start(unit, operation, **where), *OUTCOMES[outcome])
            if number == 3:
                line.at += timedelta(days=1)
        line.start(unit, operation)
        wrong = line.run(line.register("W"), "final_test", *OUTCOMES["F"])
    signature = Signature(name="mei", meaning="voided as recorded in error")
    line.tell(RecordVoided(**line.envelope(), target="run", record=wrong, reason="wrong unit", signature=signature))
    return line


def test_rows_of_every_partition_add_up_to_the_whole(tested):
    """Product, operation, station, fixture, day, limit revision, and any two of them; first pass never above final."""
    (whole,) = yields_by(tested.engine, (), YieldScope(), simulated=True)
    assert (whole.first_pass, whole.first_valid, whole.final) == (Yield(2, 8), Yield(4, 8), Yield(6, 8))
    assert whole.report == Yield(6, 14)
    for dimensions in [*combinations(DIMENSIONS, 1), *combinations(DIMENSIONS, 2)]:
        rows = yields_by(tested.engine, dimensions, YieldScope(), simulated=True)
        assert whole_of(rows) == whole, dimensions
        for row in rows:
            assert row.first_pass.passed <= row.final.passed, dimensions
            assert row.first_pass.seen == row.final.seen == row.units


def test_rows_by_product_and_operation_are_those_of_the_plain_yields(tested):
    """One definition: told apart by part and operation it is `mes yield` without options, with a window or not."""
    for since in (None, tested.at - timedelta(hours=12)):
        rows = yields_by(tested.engine, ("product", "operation"), YieldScope(since=since), simulated=True)
        plain = operation_yields(tested.engine, since=since, simulated=True)
        names = ("units", "runs", "first_pass", "first_valid", "final", "report")
        assert [(row.group[1:], *(getattr(row, name) for name in names)) for row in rows] == [
            ((row.part, row.operation), *(getattr(row, name) for name in names)) for row in plain
        ]


def test_report_yield_by_station_is_what_the_overview_counts(tested):
    """Runs and passed runs of each station are those of the rollups."""
    overview = line_overview(tested.engine, day=None, simulated=True)
    counted = {one.station: one.overall.report_yield for one in overview.stations if one.overall.runs}
    rows = yields_by(tested.engine, ("station",), YieldScope(), simulated=True)
    assert {row.group[0]: row.report for row in rows if row.runs} == counted


def test_a_unit_belongs_to_the_station_of_its_first_run(line):
    """Failed at st-1, passed at st-2: its final pass is told where it was first seen, each run where it ran."""
    unit = line.register("A")
    line.finish(line.start(unit, "final_test", station="st-1"), *OUTCOMES["F"])
    line.finish(line.start(unit, "final_test", station="st-2"), *OUTCOMES["P"])
    rows = yields_by(line.engine, ("station",), YieldScope(), simulated=True)
    assert [(row.group, row.final, row.report) for row in rows] == [
        (("st-1",), Yield(1, 1), Yield(0, 1)),
        (("st-2",), Yield(0, 0), Yield(1, 1)),
    ]


def test_a_window_ends_where_it_says(tested):
    """Units first seen before the end, with their later runs; runs started before it."""
    first_day = tested.at.replace(hour=0, minute=0, second=0)
    (early,) = yields_by(tested.engine, (), YieldScope(until=first_day), simulated=True)
    (late,) = yields_by(tested.engine, (), YieldScope(since=first_day), simulated=True)
    assert (early.units, late.units, early.runs + late.runs) == (4, 4, 14)
