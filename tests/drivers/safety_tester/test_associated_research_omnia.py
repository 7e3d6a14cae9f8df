"""The bus trace of the tester that answers with ACK and NAK."""

from typing import Any, BinaryIO

import pytest

from drivers.errors import DeviceError, Garbled, LinkTimeout, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import Row, expected_exchange
from drivers.place import Place
from drivers.reading import Reading
from drivers.safety_tester.associated_research_omnia import AssociatedResearchOmnia as Omnia

ACK, NAK = "\x06", "\x15"
IDENTITY = "ASSOCIATED RESEARCH,8204,1234567,6.50"
AC = "ACW,1500,10.000,0.500,1.0,3.0,9,0.0,100.000,0.000,50,OFF,OFF"
DC = "DCW,2121,1000.0,0.0,0.5,1.0,0.0,0.0,9,0.0,ON,OFF,OFF,AUTO,OFF"
IR = "IR,500,0.0,10.000,0.1,1.0,0.0,0.0"
BOND = "GND,40.00,8.00,100.0,0.0,8.00,0.00,2.0,0.0,0.00,50"


def acknowledged(*texts: str) -> list[Row]:
    """Commands that are answered by ACK alone."""
    return [(text, ACK) for text in texts]


def set_up(step: str) -> list[Row]:
    """A step that was taken and reads back, with the interlock closed."""
    told = acknowledged("RESET", "FL 1", "SS 1", "SD", f"ADD2 {step}", "SF 1")
    return [*told, ("LS?", f"{ACK}01,{step}"), ("RI?", f"{ACK}1")]


def showing(data: str, question: str = "TD?") -> Row:
    """What the tester shows."""
    return question, ACK + data


def coarse(clock: Any) -> Any:
    """A clock on which every wait takes 3.5 s."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 3.5

    return CoarseClock()


START: Row = ("TEST", ACK)
SAFE = (("RESET", ACK), showing("01,ACW,ABORT,0.000,,"))


def test_opening_asks_who_it_is_and_resets() -> None:
    """Nothing that was running goes on."""
    rows = (("*IDN?", ACK + IDENTITY), ("RESET", ACK), showing("01,,,,"))
    with expected_exchange(Omnia, *rows, opening=True, serial="1234567") as tester:
        assert (tester.identity.model, tester.identity.firmware) == ("8204", "6.50")


def test_the_tester_answers_over_tcp_as_over_serial(tcp_instrument: Any, place: Place) -> None:
    """The same lines through a raw socket; closing resets the tester first."""
    heard: list[bytes] = []
    answers = {b"*IDN?\n": IDENTITY, b"RESET\n": "", b"TD?\n": "01,,,,"}

    def serve(wire: BinaryIO, number: int) -> None:
        while line := wire.readline():
            heard.append(line)
            wire.write((ACK + answers[line] + "\n").encode())
            wire.flush()

    with Omnia.open(tcp_instrument(serve).resource, place, serial="1234567") as tester:
        assert tester.identity.maker == "ASSOCIATED RESEARCH"
    assert heard == [b"*IDN?\n", *[b"RESET\n", b"TD?\n"] * 2]


def test_another_model_is_refused() -> None:
    """The fields of ADD2 are those of one model."""
    with (
        pytest.raises(WrongInstrument, match="found ASSOCIATED RESEARCH 7704"),
        expected_exchange(Omnia, ("*IDN?", f"{ACK}ASSOCIATED RESEARCH,7704,1,6.50"), opening=True),
    ):
        raise AssertionError("opened")


@pytest.mark.parametrize(
    ("status", "value", "judgement"),
    [
        ("Pass", "2.100", "PASS"),
        ("HI-LIMIT", "14.000", "HIGH"),
        ("HI-Lmt T", "14.000", "HIGH"),
        ("LO-LIMIT", "0.007", "LOW"),
        ("ARC-FAIL", "12.000", "ARC"),
    ],
)
def test_ac_withstand_is_milliampere(clock: Any, status: str, value: str, judgement: str) -> None:
    """Both limits and the reading are in milliampere on the wire, in ampere above it."""
    running = (showing("01,ACW,Ramp,0.750,1.000,"), showing("01,ACW,Dwell,1.500,2.100,"))
    ended = f"01,ACW,{status},1.500,{value},"
    rows = (*set_up(AC), START, *running, showing(ended), showing(ended, "RD 1?"))
    with expected_exchange(Omnia, *rows, clock=coarse(clock)) as tester:
        outcome = tester.measure_ac_withstand(1500.0, 50.0, 1.0, 3.0, 0.01, 0.0005)
    assert outcome.judgement == judgement
    assert outcome.reading.value == pytest.approx(float(value) * 1e-3)
    assert outcome.reading.unit == "A"


def test_dc_withstand_is_always_microampere(clock: Any) -> None:
    """1 mA is 1000 on the wire, whatever the size of the current."""
    ended = "01,DCW,PASS,2.121,4.200,"
    rows = (*set_up(DC), START, showing("01,DCW,Ramp,,,"), showing(ended), showing(ended, "RD 1?"))
    with expected_exchange(Omnia, *rows, clock=coarse(clock)) as tester:
        assert tester.measure_dc_withstand(2121.0, 0.5, 1.0, 1e-3).reading.value == pytest.approx(4.2e-6)


def test_insulation_is_megohm_and_above_the_range_over(clock: Any) -> None:
    """A meter beyond its range shows its top with a sign before it."""
    ended = "01,IR,PASS,0.500,>50000,"
    rows = (*set_up(IR), START, showing("01,IR,Dwell,,,"), showing(ended), showing(ended, "RD 1?"))
    with expected_exchange(Omnia, *rows, clock=coarse(clock)) as tester:
        assert tester.measure_insulation_resistance(500.0, 1.0, 1e7).reading == Reading(None, "ohm", over_range="OVER")


def test_ground_bond_is_milliohm(clock: Any) -> None:
    """40 A at up to 8 V."""
    ended = "01,GND,PASS,40.00,23.500,"
    rows = (*set_up(BOND), START, showing("01,GND,Dwell,,,"), showing(ended), showing(ended, "RD 1?"))
    with expected_exchange(Omnia, *rows, clock=coarse(clock)) as tester:
        assert tester.measure_ground_bond(40.0, 2.0, 0.1).reading.value == pytest.approx(0.0235)


def test_a_pass_that_comes_too_early_is_the_one_of_an_older_test(clock: Any) -> None:
    """Two seconds of ground bond cannot have passed at once: the tester shows what it found before."""
    ended = "01,GND,PASS,40.00,23.500,"
    rows = (*set_up(BOND), START, showing(ended), showing(ended, "RD 1?"))
    with (
        expected_exchange(Omnia, *rows, clock=clock) as tester,
        pytest.raises(DeviceError, match="PASS 0 s after TEST, of 2 s"),
    ):
        tester.measure_ground_bond(40.0, 2.0, 0.1)


def test_a_nak_is_a_refusal_and_nothing_starts() -> None:
    """NAK is the tester's error, not the wire's; TEST is not sent after it."""
    rows = (*acknowledged("RESET", "FL 1", "SS 1", "SD"), (f"ADD2 {BOND}", NAK))
    with expected_exchange(Omnia, *rows) as tester, pytest.raises(DeviceError, match="refused by NAK"):
        tester.measure_ground_bond(40.0, 2.0, 0.1)


def test_a_step_that_reads_back_differently_is_not_started() -> None:
    """What stands in the tester is compared with what was told before any voltage."""
    other = BOND.replace("100.0", "510.0")
    rows = (*set_up(BOND)[:-2], ("LS?", f"{ACK}01,{other}"))
    with expected_exchange(Omnia, *rows) as tester, pytest.raises(DeviceError, match="nothing started"):
        tester.measure_ground_bond(40.0, 2.0, 0.1)


def test_an_open_interlock_is_not_started() -> None:
    """RI? 0: the tester is not asked to test."""
    rows = (*set_up(BOND)[:-1], ("RI?", f"{ACK}0"))
    with expected_exchange(Omnia, *rows) as tester, pytest.raises(DeviceError, match="interlock is open"):
        tester.measure_ground_bond(40.0, 2.0, 0.1)


def test_a_start_that_was_not_answered_is_reset_and_not_repeated(clock: Any) -> None:
    """It may have started: the tester is brought back into step, reset, and proven idle."""
    probes = (("*IDN?", ACK + IDENTITY), ("RI?", f"{ACK}1"))
    rows = (*set_up(AC), ("TEST", LinkTimeout("no answer")), *probes, *SAFE)
    with expected_exchange(Omnia, *rows, clock=clock) as tester, pytest.raises(LinkTimeout, match="TEST"):
        tester.measure_ac_withstand(1500.0, 50.0, 1.0, 3.0, 0.01, 0.0005)


def test_ctrl_c_while_the_voltage_is_on_resets(clock: Any) -> None:
    """Whatever ends the wait, the high voltage goes off first."""

    class InterruptedClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    rows = (*set_up(AC), START, showing("01,ACW,Ramp,0.750,1.000,"), *SAFE)
    with expected_exchange(Omnia, *rows, clock=InterruptedClock()) as tester, pytest.raises(KeyboardInterrupt):
        tester.measure_ac_withstand(1500.0, 50.0, 1.0, 3.0, 0.01, 0.0005)


def test_a_tester_that_goes_on_after_reset_is_not_safe(clock: Any) -> None:
    """RESET is believed only when no test runs any more, for which a charged unit is given time."""
    dwell = showing("01,DCW,Dwell,2.121,1.000,")
    with (
        expected_exchange(Omnia, ("RESET", ACK), dwell, dwell, dwell, clock=coarse(clock)) as tester,
        pytest.raises(NotSafe, match="still runs"),
    ):
        tester.safe_state()
    with expected_exchange(Omnia, ("RESET", ACK), dwell, SAFE[1], clock=clock) as tester:
        tester.safe_state()


@pytest.mark.parametrize("frame", ["01,GND,PASS,40.00,23.5,", f"{ACK}01,GND,PASS", f"{ACK}23.5", "\x0601;GND;PASS"])
def test_a_frame_without_ack_or_cut_is_garbled(clock: Any, frame: str) -> None:
    """Asked once more after coming back into step, then refused."""
    probes = (("*IDN?", ACK + IDENTITY), ("RI?", f"{ACK}1"))
    rows = (*set_up(BOND), START, showing("01,GND,PASS,40.00,23.5,"), ("RD 1?", frame), *probes, ("RD 1?", frame))
    with expected_exchange(Omnia, *rows, clock=clock) as tester, pytest.raises(Garbled, match="expected ACK"):
        tester.measure_ground_bond(40.0, 2.0, 0.1)


def test_the_result_of_another_step_is_not_this_one_s(clock: Any) -> None:
    """Step and mode of the result are compared; an older result is never taken for this test's."""
    rows = (*set_up(BOND), START, showing("01,GND,PASS,40.00,23.5,"), showing("01,ACW,PASS,1.500,2.1,", "RD 1?"))
    with (
        expected_exchange(Omnia, *rows, clock=clock) as tester,
        pytest.raises(Garbled, match="expected step 01 of GND"),
    ):
        tester.measure_ground_bond(40.0, 2.0, 0.1)


def test_settings_between_the_tester_s_steps_are_refused() -> None:
    """A limit is never rounded in silence."""
    with expected_exchange(Omnia) as tester:
        with pytest.raises(OutOfRange, match="between the steps of 1 V"):
            tester.measure_dc_withstand(2121.3, 0.5, 1.0, 1e-3)
        with pytest.raises(OutOfRange, match="between the steps of 1e-06 A"):
            tester.measure_ac_withstand(1500.0, 50.0, 1.0, 3.0, 0.01, 0.0004567)
        with pytest.raises(OutOfRange, match="outside 1 to 40 A"):
            tester.measure_ground_bond(45.0, 2.0, 0.1)
        with pytest.raises(OutOfRange, match="needs over 8 V"):
            tester.measure_ground_bond(40.0, 2.0, 0.3)
