"""`mes pareto` and `mes oee`: what fails, and how well a station is used, with undefined where nothing was counted."""

from datetime import timedelta

import pytest

from mes.records import MeasurandFailure
from mes.vocabulary import RunEnding, Verdict


@pytest.fixture
def failing(line):
    """A: fails loss and resistance, then loss again; B: fails loss; C: good; D: an error of the station."""
    loss = MeasurandFailure(measurand="sdd21", unit="dB", value=-18.14, low=-17.16)
    loop = MeasurandFailure(measurand="loop_resistance", unit="Ω", value=2.5, high=2.0)
    with line.delivery():
        a, b, c, d = (line.register(serial) for serial in "ABCD")
        for unit, failures in ((a, (loss, loop)), (a, (loss,)), (b, (loss,))):
            line.finish(line.start(unit, "final_test"), Verdict.FAILED, failures=failures)
        line.run(c, "final_test")
        line.run(d, "final_test", Verdict.NONE, RunEnding.ERROR)
    return line


def test_measurands_by_units_that_failed_them(failing, site_mes):
    """Loss: 2 units in 3 runs, 2 of them first runs; resistance: 1. Three of four failures are loss."""
    document = site_mes("pareto", "--json").document
    assert (document["runs"], document["failed_runs"], document["failures"]) == (5, 3, 4)
    assert [(m["measurand"], m["units"], m["first_runs"], m["runs"]) for m in document["measurands"]] == [
        ("sdd21", 2, 2, 3),
        ("loop_resistance", 1, 1, 1),
    ]
    assert [m["cumulative_share"] for m in document["measurands"]] == [0.75, 1.0]
    out = site_mes("pareto", "--length", "1").out
    assert "5 runs, 3 failed in 2 measurands" in out
    assert "1 more: --length 2" in out
    assert site_mes("pareto", "--csv").out.splitlines()[1] == "DAC-800G,final_test,sdd21,3,2,2,0.75"


def test_pareto_of_a_window_without_runs(failing, site_mes):
    """Nothing to count is no error, as for the yields."""
    for narrowed in (("--since", "2030-01-01"), ("--station", "other"), ("--plan", "x"), ("--until", "2020-01-01")):
        answer = site_mes("pareto", *narrowed)
        assert (answer.code, "nothing to count" in answer.out) == (0, True)
        assert site_mes("pareto", *narrowed, "--json").document["measurands"] == []


def test_effectiveness_of_a_station(failing, site_mes):
    """Five runs of 0.5 s, one good, in 10 s planned at 1 s each: 25 %, 200 %, 20 %, and 10 % in all."""
    asked = ("oee", "final-1", "--planned-busy", str(10 / 3600), "--planned-run", "1")
    document = site_mes(*asked, "--json").document
    assert (document["produced"], document["good"]) == (5, 1)
    assert document["actual_production_s"] == pytest.approx(2.5)
    figures = [document[name] for name in ("availability", "effectiveness", "quality_ratio", "oee")]
    assert figures == pytest.approx([0.25, 2.0, 0.2, 0.1])
    assert "OEE: 10.00 %" in site_mes(*asked).out
    assert site_mes(*asked, "--csv").out.splitlines()[-1].startswith("oee,0.1")


def test_effectiveness_over_no_planned_time_is_undefined(failing, site_mes):
    """Never 1."""
    document = site_mes("oee", "final-1", "--planned-busy", "0", "--planned-run", "1", "--json").document
    assert (document["availability"], document["oee"]) == (None, None)
    assert "OEE: undefined" in site_mes("oee", "final-1", "--planned-busy", "0", "--planned-run", "1").out


def test_runs_side_by_side_share_their_time(line, site_mes):
    """Two slots, 10 s each, 6 s of them together: the station worked for 14 s. The window's end cuts."""
    began = line.at + timedelta(minutes=1)
    for serial, after in (("A", 0), ("B", 4)):
        started = line.start(line.register(serial), "final_test", at=began + timedelta(seconds=after))
        line.finish(started, at=began + timedelta(seconds=after + 10))
    asked = ("oee", "final-1", "--planned-busy", "1", "--planned-run", "1", "--json")
    assert site_mes(*asked).document["actual_production_s"] == pytest.approx(14.0)
    until = (began + timedelta(seconds=8)).isoformat()
    assert site_mes(*asked, "--until", until).document["actual_production_s"] == pytest.approx(8.0)


def test_unknown_station_is_told(line, site_mes):
    """Exit 1 and what to check."""
    answer = site_mes("oee", "nowhere", "--planned-busy", "1", "--planned-run", "1")
    assert (answer.code, "station nowhere: no finished run" in answer.err) == (1, True)
