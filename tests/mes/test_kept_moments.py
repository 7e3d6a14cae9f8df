"""Moments read back: any partition of the runs gives the moments of the whole, and a command shows them."""

import json
from datetime import timedelta

import numpy as np
import pytest

from mes.queries.kept_moments import DIMENSIONS, kept_moments, merged_by
from mes.queries.values import ValueScope, all_values
from mes.statistics.moments import moments_of
from mes.vocabulary import RunEnding, Verdict

ISOLATION = ValueScope("isolation")


@pytest.fixture
def measured(line):
    """90 insulation resistances with mean 1e7 Ω and s 0.1 Ω at two stations on three days, one run broken off."""
    values = np.random.default_rng(6).normal(1e7, 0.1, 90).tolist()
    unit = line.register("A")
    with line.delivery():
        for number, value in enumerate(values):
            started = line.start(unit, "final_test", station=f"final-{number % 2 + 1}")
            line.finish(started, values=(None, 1.1, value, None, 23.5), over_ranges={})
            if number % 30 == 29:
                line.at += timedelta(days=1)
        line.finish(
            line.start(unit, "final_test"),
            Verdict.NONE,
            RunEnding.ABORTED,
            values=(None, None, 5.0, None, None),
            over_ranges={},
        )
    return line


@pytest.mark.parametrize("dimension", [*DIMENSIONS, None])
def test_rows_of_any_partition_merge_to_the_moments_of_the_whole(measured, dimension):
    """By day, by station or by both: mean and s of all values to 1e-9, on data that a sum of squares would lose."""
    kept = kept_moments(measured.engine, ISOLATION, simulated=True)
    values = [one.value for one in all_values(measured.engine, ISOLATION, simulated=True)]
    whole = moments_of(values, 1e7)
    groups = merged_by(kept, (dimension,) if dimension else ("day", "station"))
    assert len(groups) == {"day": 3, "station": 2, None: 6}.get(dimension, 1)
    merged = groups[0].moments
    for group in groups[1:]:
        merged = merged.merged(group.moments)
    (at_once,) = merged_by(kept, ())
    for answer in (merged, at_once.moments):
        assert answer.n == len(values) == 90
        assert answer.mean == pytest.approx(whole.mean, rel=1e-9, abs=0)
        assert answer.standard_deviation == pytest.approx(whole.standard_deviation, rel=1e-9, abs=0)
    assert (at_once.minimum, at_once.maximum) == (min(values), max(values))


def test_a_window_means_whole_days(measured):
    """The second of three days, up to and without the third."""
    days = [(measured.at - timedelta(days=back)).replace(hour=0, minute=0, second=0) for back in (2, 1)]
    scope = ValueScope("isolation", station="final-2", since=days[0], until=days[1])
    kept = kept_moments(measured.engine, scope, simulated=True)
    assert [(one.day, one.moments.n) for one in kept] == [(days[0].date(), 15)]


def test_moments_by_station_as_page_document_and_csv(measured, site_mes):
    """One answer in three forms; a count stands with every figure."""
    document = site_mes("moments", "isolation", "--by", "station", "--json").document
    assert [(row["station"], row["n"]) for row in document["rows"]] == [("final-1", 45), ("final-2", 45)]
    assert document["rows"][0]["standard_deviation"] == pytest.approx(0.1, rel=0.3)
    assert "90 values of completed runs" in site_mes("moments", "isolation").out
    lines = site_mes("moments", "isolation", "--by", "day", "--by", "station", "--csv").out.splitlines()
    assert lines[0] == "day,station,n,mean,standard_deviation,minimum,maximum"
    assert len(lines) == 7


def test_moments_that_cannot_be_told_say_why(measured, site_mes):
    """A typing error, half a day, and a window without values."""
    assert "nearest are isolation" in site_mes("moments", "isolatoin").err
    assert "whole days" in site_mes("moments", "isolation", "--since", "2026-03-02T08:00:00Z").err
    empty = site_mes("moments", "isolation", "--until", "2026-01-01")
    assert (empty.code, "no value of a completed run" in empty.out) == (0, True)
    assert json.loads(site_mes("moments", "isolation", "--until", "2026-01-01", "--json").out)["rows"] == []


def test_real_site_leaves_simulated_values_out_unless_asked(open_line, sqlite_url):
    """What was measured on a simulated bench is kept apart, and told only when asked for by name."""
    line = open_line(sqlite_url, simulated=False)
    line.plan("final_test")
    line.run(line.register("A"), "final_test")
    line.simulated = True
    line.run(line.register("S"), "final_test")
    for simulated, n in ((False, 1), (True, 2)):
        kept = kept_moments(line.engine, ValueScope("sdd21"), simulated=simulated)
        assert sum(one.moments.n for one in kept) == n
