"""DUT and fixture: what a unit or its fixture does to the bench. Rows 15 to 21 of docs/faults.md."""

from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from sim_hardware.faults import Fault
from stations.events import StepEnded
from stations.plan import BoundStep, Record
from tests.stations.faults.supply_rig import OUTPUT, POWER_UP, Way, energise, error, proven_safe, supply_rig


def test_row_15_an_empty_fixture_is_no_failed_unit(way: Way) -> None:
    """No unit: ERROR that asks for it, before anything is energised; without the check its earth would have failed."""
    with supply_rig(way, unit=False) as rig:
        ended = rig.run("output_check", "ground_bond", "withstand", "power_on")
        error(rig, ended, "step output_check", "is there a supply in the fixture?")
        assert rig.steps == {
            "output_check": "ERROR",
            "ground_bond": "SKIPPED",
            "withstand": "SKIPPED",
            "power_on": "SKIPPED",
        }
        proven_safe(rig, ended)


def test_row_15_a_shorted_unit_fails_before_power(way: Way) -> None:
    """A short across the output: FAILED by its resistance, and the mains were never on."""
    with supply_rig(way, defects=[{"kind": "ShortedOutput", "ohm": 0.02}]) as rig:
        switched: list[str] = []
        execute = rig.device("ac").execute

        def watched(message: str) -> Any:
            switched.extend([message] if message == "OUTP ON" else [])
            return execute(message)

        rig.device("ac").execute = watched
        ended = rig.run("output_check", "ground_bond", "withstand", "power_on")
        assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.COMPLETED)
        assert rig.steps["output_check"] == "FAILED"
        assert switched == []
        proven_safe(rig, ended)


def test_row_16_a_breakdown_trips_the_tester(way: Way) -> None:
    """Insulation breaks down at 1 kV: the tester trips, the unit FAILED, is discharged, and never sees the mains."""
    with supply_rig(way, defects=[{"kind": "NickedInsulation", "volt": 1000.0}]) as rig:
        ended = rig.run("output_check", "ground_bond", "withstand", "power_on")
        assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.COMPLETED)
        assert rig.steps["withstand"] == "FAILED"
        assert rig.steps["power_on"] == "SKIPPED"
        assert rig.values["withstand_judgement"] in ("HIGH", "ARC")
        assert rig.device("hipot").output.output_v == 0.0
        proven_safe(rig, ended)


@pytest.mark.parametrize(
    ("role", "fault"),
    [
        ("load", Fault("error", match="LOAD ON", text="Settings conflict", code=-221)),
        ("meter", Fault("answer", match=r"^READ\?", text="+4.90000000E+01")),
    ],
    ids=["nothing draws it", "it still reads 49 V"],
)
def test_row_17_what_is_still_charged_stays_behind_the_door(way: Way, role: str, fault: Fault) -> None:
    """Every source is off and the output is not: NOT proven off, ERROR, and the door is not unlocked."""
    with supply_rig(way) as rig:
        rig.fault(role, fault, step="power_up")
        ended = rig.run(POWER_UP)
        assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
        assert ended.safe.startswith("OUTPUT MAY BE LIVE: output is not proven dead"), ended.safe
        assert "unit" not in ended.safe.split("proven off:")[1]
        assert not rig.door_is_unlocked
        assert rig.live() == (["unit"] if role == "load" else [])


def test_row_18_a_unit_that_hangs_ends_with_its_step(way: Way) -> None:
    """A supply that never comes up, and a step that would wait for it for ever: the step's own limit ends it."""
    with supply_rig(way) as rig:

        def wait_for_ever(fixture: Any, record: Record) -> None:
            fixture.connect_mains(60.0)
            fixture.ac.set_output(True)
            while fixture.output_v() < 40.0:
                fixture.wait(0.5)

        ended = rig.run(BoundStep("wait_for_ever", wait_for_ever, (OUTPUT,), 6.0, True, "stop", False))
        error(rig, ended, "step wait_for_ever did not end within its 6 s")
        if way == "in process":
            (took,) = (event.duration_s for event in rig.events if isinstance(event, StepEnded))
            assert 6.0 <= took < 7.0
        proven_safe(rig, ended)


def test_row_19_a_unit_with_another_serial_number_inside_is_stopped(way: Way) -> None:
    """The label says one number and its memory another: FAILED, and nothing more is measured under the label's."""
    with supply_rig(way, defects=[{"kind": "WrongSerial", "serial": "PSU7777777"}]) as rig:
        ended = rig.run(POWER_UP, "identity", "operating_points")
        assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.COMPLETED)
        assert "PSU7777777" in str(rig.values["serial_agrees"])
        assert rig.steps == {"power_up": "PASSED", "identity": "FAILED", "operating_points": "SKIPPED"}
        proven_safe(rig, ended)


def test_row_21_the_interlock_opens_in_the_middle_of_a_step(way: Way) -> None:
    """Somebody opens the cover under power: ABORTED in the middle of the step, off, and no value after it."""
    with supply_rig(way) as rig:

        def open_cover(fixture: Any, record: Record) -> None:
            energise(fixture)
            fixture.draw(0.2)
            rig.device("io").set_input(0, False)
            fixture.wait(2.0)
            record("output", fixture.output_voltage())

        step = BoundStep("open_cover", open_cover, (OUTPUT,), 60.0, True, "stop", False)
        ended = rig.run(step)
        assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ABORTED), ended
        assert "interlock opened" in ended.reason
        assert "output" not in rig.values
        proven_safe(rig, ended)
