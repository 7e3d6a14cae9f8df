"""The bus trace of the hipot analyser."""

import threading
from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, LinkTimeout, NotSafe, OutOfRange
from drivers.exchange import expected_exchange
from drivers.reading import Reading
from drivers.safety_tester.chroma_19053 import Chroma19053

OK = ("SYST:ERR?", '+0,"No error"')
RUNNING = ("SAFE:STAT?", "RUNNING")
STOPPED = ("SAFE:STAT?", "STOPPED")
START = (("SAFE:STAR", None), OK)
STOP = (("SAFE:STOP", None), OK, STOPPED)


def commands(*texts: str) -> list[Any]:
    return [row for text in texts for row in ((text, None), OK)]


IR = commands("SAFE:STEP1:IR 100", "SAFE:STEP1:IR:LIM 1e+07", "SAFE:STEP1:IR:TIME 2")
DC = commands("SAFE:STEP1:DC 300", "SAFE:STEP1:DC:LIM 0.001", "SAFE:STEP1:DC:TIME:RAMP 0.5", "SAFE:STEP1:DC:TIME 1")


def result(code: str, value: str) -> list[Any]:
    return [("SAFE:RES:ALL?", code), ("SAFE:RES:ALL:MMET?", value)]


@pytest.mark.parametrize(
    ("code", "value", "judgement", "reading"),
    [
        ("116", "1.234560E+09", "PASS", Reading(1.23456e9, "ohm")),
        ("116", "9.900000E+37", "PASS", Reading(None, "ohm", over_range="OVER")),
        ("66", "2.500000E+06", "LOW", Reading(2.5e6, "ohm")),
        ("65", "4.000000E+10", "HIGH", Reading(4e10, "ohm")),
        ("113", "1.000000E+08", "STOPPED", Reading(1e8, "ohm")),
        ("114", "1.000000E+08", "CANNOT_TEST", Reading(1e8, "ohm")),
    ],
)
def test_insulation_is_judged_and_read(clock: Any, code: str, value: str, judgement: str, reading: Reading) -> None:
    """The tester's own judgement and the ohms go together; above the range is OVER, not a number."""
    with expected_exchange(
        Chroma19053, *IR, *START, RUNNING, RUNNING, STOPPED, *result(code, value), clock=clock
    ) as tester:
        outcome = tester.measure_insulation_resistance(100.0, 2.0, 1e7)
    assert (outcome.judgement, outcome.reading) == (judgement, reading)
    assert outcome.reading.at == clock.utc()


@pytest.mark.parametrize(
    ("code", "value", "judgement"),
    [
        ("116", "7.000000E-05", "PASS"),
        ("49", "1.200000E-03", "HIGH"),
        ("50", "0.000000E+00", "LOW"),
        ("51", "3.000000E-04", "ARC"),
    ],
)
def test_withstand_is_judged_and_read(clock: Any, code: str, value: str, judgement: str) -> None:
    """Leakage is read in amperes; too little current says that the lead was not connected."""
    with expected_exchange(Chroma19053, *DC, *START, STOPPED, *result(code, value), clock=clock) as tester:
        outcome = tester.measure_dc_withstand(300.0, 0.5, 1.0, 1e-3)
    assert (outcome.judgement, outcome.reading) == (judgement, Reading(float(value), "A"))


def coarse(clock: Any) -> Any:
    """A clock on which every wait takes 3.5 s."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 3.5

    return CoarseClock()


def test_a_test_that_never_ends_is_stopped_and_proven_stopped(clock: Any) -> None:
    """The deadline is the dwell and a grace; then SAFE:STOP goes out and is read back."""
    rows = (RUNNING, RUNNING, RUNNING)
    with (
        expected_exchange(Chroma19053, *IR, *START, *rows, *STOP, clock=coarse(clock)) as tester,
        pytest.raises(DeviceError, match="still runs after 7 s"),
    ):
        tester.measure_insulation_resistance(100.0, 2.0, 1e7)


def test_a_tester_that_cannot_be_stopped_is_named_beside_the_first_error(clock: Any) -> None:
    """The failure of the stop is attached to what went wrong first and does not replace it."""
    with (
        expected_exchange(
            Chroma19053,
            *IR,
            *START,
            ("SAFE:STAT?", "WHAT"),
            ("*IDN?", "Chroma,19053,1,4.30"),
            ("*OPC?", "1"),
            OK,
            ("SAFE:STOP", None),
            OK,
            RUNNING,
            RUNNING,
            RUNNING,
            clock=coarse(clock),
        ) as tester,
        pytest.raises(Garbled, match="RUNNING or STOPPED") as raised,
    ):
        tester.measure_insulation_resistance(100.0, 2.0, 1e7)
    assert any("says RUNNING" in note for note in raised.value.__notes__)


def test_ctrl_c_while_the_voltage_is_on_stops_the_test(clock: Any) -> None:
    """Whatever ends the wait, the high voltage goes off first."""

    class InterruptedClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    with (
        expected_exchange(Chroma19053, *IR, *START, RUNNING, *STOP, clock=InterruptedClock()) as tester,
        pytest.raises(KeyboardInterrupt),
    ):
        tester.measure_insulation_resistance(100.0, 2.0, 1e7)


def test_another_thread_can_stop_a_running_test(clock: Any) -> None:
    """An abort does not wait for the end of the dwell; the result then says STOPPED."""

    class AbortingClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            thread = threading.Thread(target=tester.safe_state)
            thread.start()
            thread.join()

    with expected_exchange(
        Chroma19053,
        *IR,
        *START,
        RUNNING,
        *STOP,
        STOPPED,
        *result("112", "1.000000E+08"),
        clock=AbortingClock(),
    ) as tester:
        assert tester.measure_insulation_resistance(100.0, 2.0, 1e7).judgement == "STOPPED"


def test_a_start_is_never_sent_twice(clock: Any) -> None:
    """A start whose error queue was not answered may have started: the test is stopped, not started again."""
    with (
        expected_exchange(
            Chroma19053,
            *IR,
            ("SAFE:STAR", None),
            ("SYST:ERR?", LinkTimeout("no answer")),
            ("*IDN?", "Chroma,19053,1,4.30"),
            ("*OPC?", "1"),
            OK,
            *STOP,
            clock=clock,
        ) as tester,
        pytest.raises(LinkTimeout),
    ):
        tester.measure_insulation_resistance(100.0, 2.0, 1e7)


def test_nothing_measured_is_no_result(clock: Any) -> None:
    """9.91E37 with whatever judgement is a device error: a result without a value proves nothing."""
    with (
        expected_exchange(Chroma19053, *IR, *START, STOPPED, *result("116", "9.910000E+37"), clock=clock) as tester,
        pytest.raises(DeviceError, match="ended PASS and nothing was measured"),
    ):
        tester.measure_insulation_resistance(100.0, 2.0, 1e7)


@pytest.mark.parametrize("code", ["115", "33", "11"])
def test_a_code_that_is_no_end_of_this_test_is_garbled(clock: Any, code: str) -> None:
    """Still testing, another mode's code, and a cut one are not judged."""
    with (
        expected_exchange(Chroma19053, *IR, *START, STOPPED, ("SAFE:RES:ALL?", code), clock=clock) as tester,
        pytest.raises(Garbled, match="no code"),
    ):
        tester.measure_insulation_resistance(100.0, 2.0, 1e7)


def test_safe_state_is_stop_and_proof(clock: Any) -> None:
    """SAFE:STOP is believed only when the tester says STOPPED, for which a charged unit is given time."""
    with expected_exchange(Chroma19053, *STOP) as tester:
        tester.safe_state()
    with expected_exchange(Chroma19053, ("SAFE:STOP", None), OK, RUNNING, RUNNING, STOPPED, clock=clock) as tester:
        tester.safe_state()
    rows = (RUNNING, RUNNING, RUNNING)
    with (
        expected_exchange(Chroma19053, ("SAFE:STOP", None), OK, *rows, clock=coarse(clock)) as tester,
        pytest.raises(NotSafe, match="by hand"),
    ):
        tester.safe_state()


@pytest.mark.parametrize("arguments", [(49.0, 1.0, 1e7), (1001.0, 1.0, 1e7), (100.0, -1.0, 1e7), (100.0, 1.0, 9e4)])
def test_insulation_outside_the_tester_never_reaches_the_wire(arguments: tuple[float, float, float]) -> None:
    """50 to 1000 V, 0.1 Mohm to 50 Gohm."""
    with expected_exchange(Chroma19053) as tester, pytest.raises(OutOfRange):
        tester.measure_insulation_resistance(*arguments)


@pytest.mark.parametrize(
    "arguments", [(6001.0, 1.0, 1.0, 1e-3), (300.0, -0.1, 1.0, 1e-3), (300.0, 1.0, 1e4, 1e-3), (300.0, 1.0, 1.0, 0.02)]
)
def test_withstand_outside_the_tester_never_reaches_the_wire(arguments: tuple[float, float, float, float]) -> None:
    """50 to 6000 V, up to 10 mA."""
    with expected_exchange(Chroma19053) as tester, pytest.raises(OutOfRange):
        tester.measure_dc_withstand(*arguments)
