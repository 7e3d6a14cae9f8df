"""The gate asked again at the end of a run, as its record arrives: one answer for a run, and only where it is no."""

import pytest

from mes.records import DefinitionReleased, LotIdentity, MaterialDefinition, parse_record
from mes.vocabulary import Tracking


def finish_answers(site_mes, serial):
    """What was refused at the end of runs of a unit: the rules of each."""
    timeline = site_mes("unit", serial, "--json").document["timeline"]
    asked = [event for event in timeline if event["event"] == "gate" and event["phase"] == "FINISH"]
    return [[refusal["rule"] for refusal in event["refusals"]] for event in asked]


def held(site_mes, *what):
    """Place a hold."""
    assert site_mes("hold", *what, "--by", "ann", "--reason", "recalled").code == 0


def test_run_that_arrives_late_is_held_for_what_came_meanwhile(line, site_mes):
    """Two cables tested at a station that was cut off; one of them holds a lot that was held in the meantime."""
    lot = line.receive("P1")
    with line.delivery():
        bad, good = line.register("C1"), line.register("C2")
        line.install(bad, "near", lot=lot)
        for unit in (bad, good):
            line.finish(line.start(unit, "final_test"))
        held(site_mes, "--lot", "P1", "--ever")
    assert finish_answers(site_mes, "C1") == [["held"]]
    assert finish_answers(site_mes, "C2") == []
    assert "HELD AT FINISH, put aside: final_test" in site_mes("unit", "C1").out
    told = [entry["act"] for entry in site_mes("trail", "C1", "--json").document["trail"]]
    assert "gate HELD AT FINISH final_test at final-1" in told


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_equipment_and_defects_stop_the_unit_at_the_end_too(line, site_mes):
    """A fixture that was held while it was at work, and a defect that was found on the unit meanwhile."""
    unit, other = line.register("C1"), line.register("C2")
    started = line.start(unit, "final_test"), line.start(other, "final_test")
    held(site_mes, "--fixture", "F1")
    line.finish(started[0])
    assert finish_answers(site_mes, "C1") == [["held"]]
    assert site_mes("release", _hold(site_mes), "--by", "zoe", "--reason", "mended", "--meaning", "approved").code == 0
    assert site_mes("defect", "C2", "BENT-PIN", "--by", "ann").code == 0
    line.finish(started[1])
    assert finish_answers(site_mes, "C2") == [["open_defect"]]


def test_change_and_overdrawn_lot_stop_the_unit_at_the_end_too(line, site_mes, digest_of):
    """An engineering change stopped the revision meanwhile; more of a lot went in than there was."""
    changed, overdrawn = line.register("C1"), line.register("B1", line.BUNDLE)
    started = line.start(changed, "final_test"), line.start(overdrawn, "bundle_test")
    assert site_mes("receive", "WIRE", "W1", "--maker", "Leoni", "--quantity", "0.5", "--unit", "m").code == 0
    line.install(overdrawn, "wire", lot=LotIdentity(maker="Leoni", part="WIRE", lot="W1"))
    material = MaterialDefinition(
        part=line.CABLE,
        revision="B",
        description="longer",
        tracking=Tracking.UNIT,
        serial_pattern="C.*",
        supersedes=("A",),
    )
    line.tell(DefinitionReleased(**line.envelope(), material=material, digest=digest_of("B")))
    for one in started:
        line.finish(one)
    assert finish_answers(site_mes, "C1") == [["revision"]]
    assert finish_answers(site_mes, "B1") == [["lot_overdrawn"]]


def _hold(site_mes):
    (hold,) = site_mes("holds", "--json").document["holds"]
    return hold["id"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_record_that_is_sent_again_is_not_answered_again(line, site_mes):
    """A lost reply costs a repetition and no second decision; the answer can be read by the run's id."""
    unit = line.register("C1")
    held(site_mes, "--serial", "C1")
    with line.delivery():
        line.finish(line.start(unit, "final_test"))
        entries = list(line.spooled)
    line.ledger.append(entries)
    assert finish_answers(site_mes, "C1") == [["held"]]
    decision = line.ledger.at_finish(entries_run(entries))
    assert decision.request.unit == unit
    assert line.ledger.at_finish(line.new_id()) is None


def entries_run(entries):
    """The run that these records are of."""
    (run,) = {parse_record(entry.body).run for entry in entries}
    return run
