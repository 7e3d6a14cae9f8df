"""`mes unit`: everything that happened to a unit, for a person and for a program."""

import pytest

from mes.records import Attachment, StepAttempt, StepResult
from mes.vocabulary import Outcome, RunEnding


@pytest.fixture
def backend():
    """Commands ask the queries, which have met both databases: one is enough here."""
    return "sqlite"


def test_history_in_words_says_by_how_much_it_failed(line, site_mes):
    """The readable history has the mark, the identity, the distance to the limit and the calibration date."""
    unit = line.register("DAC0001")
    line.ask_gate(unit, "final_test")
    line.fail_by_one_decibel(unit, "final_test")
    answer = site_mes("unit", "DAC0001")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "SIMULATED site Cable works: no figure here stands for a real unit"
    assert lines[1].startswith("DAC-800G DAC0001  revision A")
    assert "sdd21 failed by 0.98 dB: -18.14 dB, limit -17.16 dB" in answer.out
    assert "vna: N5227B serial MY1 firmware A.15, calibration due 2026-09-01" in answer.out
    assert "≥ -17.16 dB" in answer.out
    assert "run 1 of final_test: FAILED, COMPLETED" in answer.out


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_history_as_a_document(line, site_mes):
    """The document carries schema, site and mark, and every measurand with its unrounded distance."""
    unit = line.register("DAC0001")
    line.fail_by_one_decibel(unit, "final_test")
    document = site_mes("unit", "DAC0001", "--json").document
    assert (document["schema"], document["simulated"], document["site"]) == (1, True, "Cable works")
    assert document["unit"]["serial"] == "DAC0001"
    assert [e["event"] for e in document["timeline"]] == ["registered", "run"]
    run = document["timeline"][1]
    assert (run["verdict"], run["ending"], run["attempt"]) == ("FAILED", "COMPLETED", 1)
    sdd21 = run["measurands"][0]
    assert (sdd21["name"], sdd21["outcome"], sdd21["distance"]) == ("sdd21", "FAILED", pytest.approx(0.98))
    assert run["instruments"][0]["calibration_due"] == "2026-09-01"


def test_values_as_rows_name_their_run_and_limits(line, site_mes):
    """CSV: a row for each measurand of each run, with value, limits and outcome."""
    line.fail_by_one_decibel(line.register("DAC0001"), "final_test")
    columns, first, *_ = (row.split(",") for row in site_mes("unit", "DAC0001", "--csv").out.splitlines())
    told = dict(zip(columns, first, strict=True))
    assert (told["measurand"], told["value"], told["unit"], told["low"]) == ("sdd21", "-18.14", "dB", "-17.16")
    assert (told["outcome"], told["verdict"], told["counts"]) == ("FAILED", "FAILED", "true")


def test_unit_shows_what_it_is_built_into_and_from(line, site_mes):
    """A bundle inside a cable names the cable; the cable names the bundle and the lot."""
    cable, bundle = line.register("DAC0001"), line.register("B1", line.BUNDLE)
    line.install(cable, "bundle", child=bundle)
    line.install(cable, "near", lot=line.receive("P9"))
    assert [u["unit"]["serial"] for u in site_mes("unit", "B1", "--json").document["built_into"]] == ["DAC0001"]
    built = site_mes("unit", "DAC0001", "--json").document["built_from"]
    assert [(c["position"], (c["unit"] or c["lot"]).get("serial") or c["lot"]["lot"]) for c in built] == [
        ("bundle", "B1"),
        ("near", "P9"),
    ]
    words = site_mes("unit", "DAC0001").out
    assert "near: Amphenol PLUG-OSFP lot P9, 1 pc" in words
    assert "installed BUNDLE-8 B1 at bundle" in words
    assert "built into DAC-800G DAC0001 at bundle" in site_mes("unit", "B1").out


def test_refusal_names_rule_and_unlock(line, site_mes):
    """A refused gate request is in the readable history, with what unlocks it."""
    line.ask_gate(line.register("DAC0001"), "no_such_operation")
    out = site_mes("unit", "DAC0001").out
    assert "gate REFUSED: no_such_operation at final-1 by mei" in out
    assert "unlocked by " in out


def test_unknown_serial_is_answered_no_with_the_nearest(line, site_mes):
    """Exit 1 and the serials that begin alike; as a document too."""
    line.register("DAC0001")
    answer = site_mes("unit", "DAC0002")
    assert (answer.code, answer.out) == (1, "")
    assert "unit DAC0002: unknown in " in answer.err
    assert "nearest are DAC0001" in answer.err
    as_document = site_mes("unit", "DAC0002", "--json")
    assert as_document.code == 1
    assert (as_document.document["unit"], as_document.document["nearest"]) == (None, ["DAC0001"])


def test_serial_of_another_part_says_so(line, site_mes):
    """A serial that exists under another part is not offered as its own nearest."""
    line.register("DAC0001")
    answer = site_mes("unit", "DAC0001", "--part", "PSU")
    assert answer.code == 1
    assert "exists under another part" in answer.err


def test_a_serial_of_two_parts_shows_the_newest_and_says_so(line, site_mes):
    """Two parts with one serial: the last registered is shown, the other named, and --part settles it."""
    line.register("X1")
    line.register("X1", line.BUNDLE)
    answer = site_mes("unit", "X1", "--json")
    assert answer.code == 0
    assert answer.document["unit"]["part"] == line.BUNDLE
    assert "there is also DAC-800G X1 (choose with --part)" in answer.err
    assert site_mes("unit", "X1", "--part", line.BUNDLE, "--json").document["unit"]["part"] == line.BUNDLE


def test_run_that_ended_in_error_reads_as_no_verdict(line, site_mes):
    """A station error never reads as a bad unit: no verdict, ERROR, and its reason."""
    from mes.vocabulary import RunEnding, Verdict

    started = line.start(line.register("DAC0001"), "final_test")
    line.finish(started, Verdict.NONE, RunEnding.ERROR, (None,) * 5, texts={}, over_ranges={}, reason="vna: no answer")
    out = site_mes("unit", "DAC0001").out
    assert "run 1 of final_test: no verdict, ERROR" in out
    assert "reason: vna: no answer" in out
    assert "not measured" in out


def test_journey_of_every_second_is_shown_in_utc(line, site_mes):
    """Times are UTC and say so."""
    line.register("DAC0001")
    assert "2026-03-02 08:00:" in site_mes("unit", "DAC0001").out
    assert site_mes("unit", "DAC0001", "--json").document["unit"]["registered_at"].endswith("Z")


def test_real_site_marks_what_is_simulated(open_line, mes, tmp_path):
    """At a real site there is no mark on the page, but there is one on a simulated unit and run."""
    url = f"sqlite:///{tmp_path / 'real.db'}"
    line = open_line(url, simulated=False)
    line.plan("final_test")
    line.run(line.register("DAC0001"), "final_test")
    line.simulated = True
    line.run(line.register("SIM0001"), "final_test")
    assert "SIMULATED" not in mes("unit", "DAC0001", "--db", url).out
    marked = mes("unit", "SIM0001", "--db", url).out.splitlines()
    assert marked[0].endswith("SIMULATED")
    assert any("COMPLETED  SIMULATED" in shown for shown in marked)
    assert mes("unit", "SIM0001", "--db", url, "--json").document["simulated"] is False


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_circumstances_of_a_run_are_told(line, site_mes):
    """Who was tested together, what was proven off, the pause, the ambient, the attempts and the files."""
    attempt = StepAttempt(outcome=Outcome.ERROR, started_s=0.5, duration_s=1.0, message="vna: no answer")
    step = StepResult(name="rf", outcome=Outcome.PASSED, started_s=3.0, duration_s=2.0, attempts=(attempt,))
    trace = Attachment(name="rf.s4p", media_type="text/plain", sha256="ab" * 32, size=1)
    group = line.new_id()
    units = [line.register(serial) for serial in ("DAC0001", "DAC0010", "DAC0002")]
    started = [
        line.start(unit, "final_test", group=group, slot=str(slot))
        for unit, slot in zip(units, (1, 10, 2), strict=True)
    ]
    run = line.finish(
        started[0], gap_s=720.0, ambient_celsius=23.46, safe="proven off: ac, load", steps=(step,), attachments=(trace,)
    )
    out = site_mes("unit", "DAC0001").out
    for told in (
        "together with DAC0002, DAC0010",
        "safe: proven off: ac, load",
        "resumed after a gap of 12 min",
        "ambient 23.5 °C",
        "step rf attempt 1 ERROR, tried again: vna: no answer",
        f"attachment rf.s4p: text/plain, 1 byte, sha256 {'ab' * 32}",
    ):
        assert f"      {told}\n" in out
    (event,) = (
        event for event in site_mes("unit", "DAC0001", "--json").document["timeline"] if event["event"] == "run"
    )
    assert [(partner["unit"]["serial"], partner["verdict"]) for partner in event["together"]] == [
        ("DAC0002", None),
        ("DAC0010", None),
    ]
    assert (event["group"], event["safe"], event["gap_s"]) == (str(group), "proven off: ac, load", 720.0)
    assert (event["ambient_celsius"], event["retried_attempts"]) == (23.46, 1)
    assert event["steps"][0]["attempts"] == [
        {"outcome": "ERROR", "started_s": 0.5, "duration_s": 1.0, "message": "vna: no answer"}
    ]
    assert event["attachments"] == [{"name": "rf.s4p", "media_type": "text/plain", "sha256": "ab" * 32, "size": 1}]
    (other,) = (
        event for event in site_mes("unit", "DAC0002", "--json").document["timeline"] if event["event"] == "run"
    )
    assert other["together"][0] | {"unit": None} == {
        "run": str(run),
        "unit": None,
        "name": "DAC0001",
        "slot": "1",
        "verdict": "PASSED",
        "ending": "COMPLETED",
    }
    assert (other["safe"], other["retried_attempts"]) == (None, None)
    assert "safe:" not in site_mes("unit", "DAC0002").out


def test_finished_run_without_proof_says_so(line, site_mes):
    """A power cut proves nothing off: that nobody saw the end is on the page, and is no empty line."""
    line.finish(line.start(line.register("DAC0001"), "final_test"), ending=RunEnding.ABORTED, safe="")
    assert "      safe: no proof recorded\n" in site_mes("unit", "DAC0001").out
