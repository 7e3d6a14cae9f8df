"""Instrument I/O: what goes wrong at the wire, and that nothing stays live after it. Rows 1 to 14 of docs/faults.md."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from drivers.errors import InstrumentError, WrongInstrument
from mes.vocabulary import RunEnding, Verdict
from sim_hardware.faults import Fault
from stations.limits import Measurand
from stations.plan import BoundStep, Record
from tests.stations.faults.supply_rig import (
    LATE_S,
    OUTPUT,
    POWER_UP,
    SHORT_PLAN,
    Way,
    energise,
    error,
    proven_safe,
    supply_rig,
)

OPEN_WIRE = Measurand("output", "V", low=40.0, high=60.0, over_range="fail")
FIRST = "output_voltage_at_10_230v"
N6700: Mapping[str, object] = {
    "driver": "power_supply/keysight_n6700",
    "serial": "MY00670001",
    "options": {"modules": {"1": "N6754A"}},
}


def under_power(measurand: Measurand, range_v: float, before: Callable[[], None] = lambda: None) -> BoundStep:
    """A step that measures the live output in a range of the meter's; `before` happens just before."""

    def read_output(fixture: Any, record: Record) -> None:
        energise(fixture)
        before()
        record("output", fixture.meter.measure_dc_voltage(range_v))

    return BoundStep("read_output", read_output, (measurand,), 60.0, True, "stop", False)


def test_nothing_goes_wrong_without_a_fault(way: Way) -> None:
    """The control: the same steps on the same bench pass, everything is proven off, the door unlocks."""
    with supply_rig(way) as rig:
        ended = rig.run(*SHORT_PLAN)
        assert (ended.verdict, ended.ending) == (Verdict.PASSED, RunEnding.COMPLETED), ended.reason
        proven_safe(rig, ended)


def test_row_01_another_instrument_answers(way: Way) -> None:
    """Wrong *IDN?: the bench is not opened, the message names both, and nothing was armed."""

    def disturb(bench: Any) -> None:
        bench.inject(
            "TCPIP0::ac::inst0::INSTR", Fault("identity", identity="Chroma ATE 61511,000000001,1.00,1.01,1.02")
        )

    with (
        pytest.raises(WrongInstrument, match=r"615110021.*found 000000001"),
        supply_rig(way, before=disturb),
    ):
        raise AssertionError("a bench with another AC source was opened")


@pytest.mark.parametrize("role", ["ac", "meter"])
def test_row_02_a_question_is_never_answered(way: Way, role: str) -> None:
    """Silence after one question: ERROR within the instrument's own limit, everything off and proven."""
    question = {"ac": r"^OUTP ON", "meter": r"^READ\?"}[role]
    with supply_rig(way, impatient=role) as rig:
        # A command is followed by the question for its errors, which is what stays without an answer.
        rig.fault(role, Fault("drop", match=r"SYST:ERR\?" if role == "ac" else question, nth=1))
        ended = rig.run(*SHORT_PLAN)
        error(rig, ended, "step operating_points", rig.resources[role], "no answer within")
        proven_safe(rig, ended)


def test_row_03_a_late_answer_is_read_past(way: Way) -> None:
    """The answer to a question that changes nothing comes late: asked again in step, and every value is right."""
    with supply_rig(way, impatient="ac") as rig:
        rig.fault(
            "ac",
            Fault("delay", match=r"^OUTP\?", nth=1, seconds=LATE_S[way]),
            step="power_up",
        )
        ended = rig.run(*SHORT_PLAN)
        if way == "over TCP" and ended.verdict is not Verdict.PASSED:
            # On a busy machine the answer may be later than all patience: then the wire is opened anew, what was set is
            # gone, and the run must not go on.
            assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ABORTED)
            assert "the connection was lost" in ended.reason
        else:
            assert ended.verdict is Verdict.PASSED, ended.reason
        proven_safe(rig, ended)


@pytest.mark.parametrize("kind", ["delay", "stale"])
def test_row_03_an_answer_to_another_question_is_no_value(way: Way, kind: Any) -> None:
    """Late, or the answer before it, to a question that triggers: ERROR; nothing is recorded, the next run is right."""
    with supply_rig(way, impatient="meter") as rig:
        rig.fault(
            "meter",
            Fault(kind, match=r"^READ\?", nth=1, seconds=LATE_S[way]),
        )
        ended = rig.run(*SHORT_PLAN)
        error(rig, ended, rig.resources["meter"], "READ?")
        assert FIRST not in rig.values
        proven_safe(rig, ended)
        rig.simulated.faults.clear()
        again = rig.run(POWER_UP)
        assert again.verdict is Verdict.PASSED, again.reason


@pytest.mark.parametrize(
    "fault",
    [
        Fault("truncate", match=r"^READ\?", nth=1, count=4),
        Fault("answer", match=r"^READ\?", nth=1, text="+5.03"),
    ],
    ids=["without its end", "with a line end"],
)
def test_row_04_a_cut_line_is_never_read_as_its_beginning(way: Way, fault: Fault) -> None:
    """Half a number is ERROR, whether the line ends there or not."""
    with supply_rig(way, impatient="meter") as rig:
        rig.fault("meter", fault)
        ended = rig.run(*SHORT_PLAN)
        error(rig, ended, rig.resources["meter"], "READ?")
        assert FIRST not in rig.values
        proven_safe(rig, ended)


@pytest.mark.parametrize("text", ["9.91E+37", "NAN"])
def test_row_05_no_value_is_an_error(way: Way, text: str) -> None:
    """What SCPI says for not-a-number is ERROR, never a number that may lie within limits."""
    with supply_rig(way) as rig:
        rig.fault("meter", Fault("answer", match=r"^READ\?", nth=1, text=text))
        ended = rig.run(*SHORT_PLAN)
        error(rig, ended, rig.resources["meter"], "says that there is no value")
        proven_safe(rig, ended)


@pytest.mark.parametrize(
    ("declared", "text"),
    [(OUTPUT, "+9.90000000E+37"), (OPEN_WIRE, "-9.90000000E+37")],
    ids=["undeclared", "fails"],
)
def test_row_05_beyond_the_range_is_what_the_measurand_declares(way: Way, declared: Measurand, text: str) -> None:
    """Infinity is no number: ERROR, or FAILED where the measurand says that it fails."""
    with supply_rig(way) as rig:
        resource = rig.configured("meter").resource
        infinite = Fault("answer", match=r"^READ\?", nth=1, text=text)
        ended = rig.run(under_power(declared, 100.0, lambda: rig.simulated.inject(resource, infinite)))
        if declared is OPEN_WIRE:
            assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.COMPLETED)
        else:
            error(rig, ended, "output is", "the instrument's range")
        assert rig.values.get("output") is None
        proven_safe(rig, ended)


def test_row_06_a_decimal_comma_is_no_number(way: Way) -> None:
    """ "12,05" of an instrument that speaks another language is ERROR, neither 12 nor two numbers."""
    with supply_rig(way) as rig:
        rig.fault("meter", Fault("answer", match=r"^READ\?", nth=1, text="12,05"))
        ended = rig.run(*SHORT_PLAN)
        error(rig, ended, rig.resources["meter"], "'12,05' is no number (a decimal comma)")
        proven_safe(rig, ended)


def test_row_07_an_instrument_that_refuses_ends_the_run(way: Way) -> None:
    """An entry in the error queue after a command: ERROR with the entry in the reason."""
    with supply_rig(way) as rig:
        rig.fault("load", Fault("error", match="LOAD ON", nth=1, code=-221, text="Settings conflict"))
        ended = rig.run(*SHORT_PLAN)
        error(rig, ended, rig.resources["load"], "'LOAD ON' refused", '-221,"Settings conflict"')
        proven_safe(rig, ended)


def test_row_08_the_wire_is_pulled_under_a_watchdog(way: Way) -> None:
    """Nobody can switch it off any more: its own watchdog does, and the record says that nobody has proven it."""
    with supply_rig(way, edit={"backfeed": N6700}, impatient="backfeed") as rig:
        device = rig.device("backfeed")

        def pull(fixture: Any, record: Record) -> None:
            fixture.connect_backfeed(True)
            fixture.backfeed.configure(48.0, 1.0)
            fixture.backfeed.set_output(True)
            seen.append(device.outputs[1].branch.is_on)
            rig.simulated.inject("TCPIP0::backfeed::inst0::INSTR", Fault("unplugged"))
            record("output", fixture.backfeed.measure_voltage())

        seen: list[bool] = []
        rig.fixture.prove_safe = lambda: []  # type: ignore[method-assign]
        ended = rig.run(BoundStep("pull", pull, (OUTPUT,), 600.0, True, "stop", False))
        assert seen == [True]
        assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
        assert rig.resources["backfeed"] in ended.reason
        assert ended.safe.startswith("OUTPUT MAY BE LIVE: backfeed is not proven safe"), ended.safe
        assert "backfeed" not in ended.safe.split("proven off:")[1]
        rig.simulated.clock.sleep(6.0)
        rig.simulated.power.advance()
        assert not device.outputs[1].branch.is_on, "the watchdog has not switched it off"
        assert not rig.door_is_unlocked


def test_row_08_without_a_watchdog_the_contactors_take_the_unit_off(way: Way) -> None:
    """The AC source has none: the run says that it may be live, and the unit behind its contactors is dead."""
    with supply_rig(way, impatient="ac") as rig:
        rig.fault("ac", Fault("unplugged"))
        ended = rig.run(*SHORT_PLAN)
        assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
        assert ended.safe.startswith("OUTPUT MAY BE LIVE: ac is not proven safe"), ended.safe
        assert "relays" in ended.safe.split("proven off:")[1]
        assert rig.live() == ["ac"]
        assert not rig.door_is_unlocked


@pytest.mark.parametrize("role", ["ac", "output_analyzer"])
def test_row_09_an_instrument_is_switched_off_and_on(way: Way, role: str) -> None:
    """Whoever hung up has lost what was set in it: ABORTED, no value of its power-on settings, no second try."""
    with supply_rig(way) as rig:
        rig.at_step("operating_points", lambda: rig.power_cycle(role))
        ended = rig.run(*SHORT_PLAN)
        assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ABORTED), ended
        assert f"instrument lost: {rig.resources[role]}" in ended.reason
        assert FIRST not in rig.values
        proven_safe(rig, ended)
        # What was set at the opening is set again: the AC source's range, the analyser's way to answer.
        again = rig.run(*SHORT_PLAN)
        assert again.verdict is Verdict.PASSED, again.reason


def test_row_09_a_question_is_not_asked_again_of_who_has_hung_up(way: Way) -> None:
    """A look may be repeated after silence, not over a new connection: the answer would be of another state."""
    with supply_rig(way) as rig:

        def look(fixture: Any, record: Record) -> None:
            energise(fixture)
            rig.power_cycle("ac")
            fixture.ac.drop_output(0.02)

        ended = rig.run(BoundStep("look", look, (OUTPUT,), 60.0, True, "stop", False))
        assert ended.ending is RunEnding.ABORTED, ended
        assert "'OUTP?'" in ended.reason
        proven_safe(rig, ended)


def test_row_10_an_output_that_stays_on(way: Way) -> None:
    """It reads ON after three OFFs: the record says that it may be live, the door stays locked."""
    with supply_rig(way, options={"ac": {"stuck_on": True}}) as rig:
        ended = rig.run(*SHORT_PLAN)
        assert ended.ending is RunEnding.ERROR
        assert ended.safe.startswith("OUTPUT MAY BE LIVE: ac is not proven safe"), ended.safe
        assert "it says ON" in ended.safe
        # The contactors have opened: what is still live ends in front of the unit.
        assert rig.live() == ["ac"]
        assert not rig.door_is_unlocked


def test_row_11_an_instrument_out_of_calibration_vouches_for_nothing(way: Way) -> None:
    """Everything within limits by a meter that was due yesterday: no PASS, and which instrument it was."""
    with supply_rig(way, edit={"meter": {"calibration_due": date(2026, 11, 1)}}) as rig:
        ended = rig.run(POWER_UP)
        error(rig, ended, "cannot pass", "meter", "2026-11-01")
        proven_safe(rig, ended)


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("OUTP OFF", "mains: 200 V were set and 0"),
        ("VOLT:AC 270", "mains: 200 V were set and 269"),
        ("*RST", "mains: 200 V were set and 0"),
    ],
)
def test_row_12_somebody_else_controls_the_source(way: Way, command: str, found: str) -> None:
    """A second client of the AC source: ERROR, not a failed unit, for the mains are not what this run has set."""
    with supply_rig(way) as rig:

        def rival_at_the_first_point(seconds: float, every_s: float = 0.05) -> None:
            rig.fixture.__dict__.pop("wait")
            rig.rival("ac", command)
            rig.fixture.wait(seconds, every_s)

        rig.at_step("operating_points", lambda: setattr(rig.fixture, "wait", rival_at_the_first_point))
        ended = rig.run(*SHORT_PLAN)
        error(rig, ended, "step operating_points", found)
        assert FIRST not in rig.values
        proven_safe(rig, ended)


def test_row_12_somebody_else_switches_it_on_again(way: Way) -> None:
    """While this run makes it safe a second client switches on: the read-back says so, and the third OFF holds."""
    with supply_rig(way) as rig:
        device = rig.device("ac")
        execute, meddled = device.execute, []

        def meddle(message: str) -> Any:
            answer = execute(message)
            if message == "OUTP OFF" and rig.values and len(meddled) < 2:
                meddled.append(message)
                execute("OUTP ON")
            return answer

        device.execute = meddle
        ended = rig.run(POWER_UP)
        assert len(meddled) == 2
        assert ended.verdict is Verdict.PASSED, ended.reason
        proven_safe(rig, ended)


def test_row_13_a_reset_that_disarms_the_watchdog_is_refused(way: Way) -> None:
    """After somebody's *RST the watchdog is off: the output is not switched on under it."""
    with supply_rig(way, edit={"backfeed": N6700}) as rig:

        def reset(fixture: Any, record: Record) -> None:
            fixture.connect_backfeed(True)
            fixture.backfeed.configure(48.0, 1.0)
            rig.rival("backfeed", "*RST")
            fixture.backfeed.set_output(True)

        ended = rig.run(BoundStep("reset", reset, (OUTPUT,), 60.0, True, "stop", False))
        error(rig, ended, rig.resources["backfeed"], "the watchdog is not armed")
        assert not rig.device("backfeed").outputs[1].branch.is_on


@pytest.mark.parametrize("declared", [OUTPUT, OPEN_WIRE], ids=["undeclared", "fails"])
def test_row_14_an_overload_is_never_a_number(way: Way, declared: Measurand) -> None:
    """50 V in the 10 V range: the meter's overload, not its full scale; ERROR or FAILED as declared."""
    with supply_rig(way) as rig:
        ended = rig.run(under_power(declared, 10.0))
        if declared is OPEN_WIRE:
            assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.COMPLETED)
        else:
            error(rig, ended, "output is above the instrument's range")
        assert rig.values.get("output") is None
        proven_safe(rig, ended)


def test_row_02_a_bench_that_is_silent_from_the_start_is_not_opened(way: Way) -> None:
    """An instrument that never answers: nothing is armed."""
    with (
        pytest.raises(InstrumentError, match="no answer within"),
        supply_rig(way, impatient="ac", before=lambda bench: bench.inject("TCPIP0::ac::inst0::INSTR", Fault("drop"))),
    ):
        raise AssertionError("a bench with a silent AC source was opened")
