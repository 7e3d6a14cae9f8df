"""The bus trace of the AC source."""

from typing import Any

import pytest

from drivers.ac_source.chroma_61500 import Chroma61500
from drivers.errors import DeviceError, Garbled, LinkTimeout, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.reading import InstrumentIdentity, Reading

IDN = "Chroma ATE 61505,123456,1.00,1.01,1.02"
IDENTITY = InstrumentIdentity(maker="Chroma ATE", model="61505", serial="123456", firmware="1.00,1.01,1.02")
OK = ("SYST:ERR?", '+0,"No error"')


def commands(*texts: str) -> list[Any]:
    return [row for text in texts for row in ((text, None), OK)]


def asked(question: str, answer: str) -> list[Any]:
    return [(question, answer), OK]


OFF = [*commands("OUTP OFF"), ("OUTP?", "OFF"), *asked("MEAS:VOLT:AC?", "0.02")]
PREPARED = commands(
    "OUTP:MODE FIXED", "OUTP:COUP AC", "VOLT:RANG HIGH", "FUNC:SHAP A", "FUNC:SHAP:A SINE", "CURR:LIM 16"
)


def source(*rows: Any, **options: Any) -> Any:
    return expected_exchange(Chroma61500, *rows, identity=IDENTITY, **options)


def test_opening_switches_off_before_anything_is_set() -> None:
    """Maker and model come in one field; the range is changed only once the output is proven off."""
    rows = [("*IDN?", IDN), OK, *OFF, *PREPARED, *OFF]
    with expected_exchange(Chroma61500, *rows, opening=True, serial="123456") as driver:
        assert driver.identity == IDENTITY


@pytest.mark.parametrize(
    "answer", ["Chroma ATE 62012,1,1.00,1.01", "Chroma ATE 61599,1,1.00,1.01", "KEYSIGHT 61505,1,1.0,1"]
)
def test_another_instrument_is_refused(answer: str) -> None:
    """A DC source, a model without known rating, another maker."""
    with (
        pytest.raises(WrongInstrument),
        expected_exchange(Chroma61500, ("*IDN?", answer), opening=True),
    ):
        pass


def test_voltage_and_frequency_are_set() -> None:
    """277 V, 60 Hz."""
    with source(*commands("VOLT:AC 277", "FREQ 60")) as driver:
        driver.configure(277.0, 60.0)


def test_the_output_comes_on_at_a_phase_and_reads_back() -> None:
    """OUTP ON after the angle, believed when it reads ON."""
    with source(*commands("PHAS:ON 90", "OUTP ON"), ("OUTP?", "ON")) as driver:
        driver.set_output(True, phase_deg=90.0)


def test_an_output_that_stays_off_names_its_condition() -> None:
    """A protection is still latched."""
    rows = [*commands("PHAS:ON 0", "OUTP ON"), ("OUTP?", "OFF"), ("STAT:QUES:COND?", "2")]
    with source(*rows) as driver, pytest.raises(DeviceError, match="condition is 2"):
        driver.set_output(True)


def test_off_is_believed_when_the_meter_agrees(clock: Any) -> None:
    """What hangs on the output may discharge for a moment; then it must be near zero."""
    rows = [*commands("OUTP OFF"), ("OUTP?", "OFF"), *asked("MEAS:VOLT:AC?", "61.3"), *asked("MEAS:VOLT:AC?", "0.4")]
    with source(*rows, clock=clock) as driver:
        driver.set_output(False)


def test_an_output_that_reads_on_after_off_is_not_safe() -> None:
    """OUTP OFF was sent and it says ON."""
    with source(*commands("OUTP OFF"), ("OUTP?", "ON")) as driver, pytest.raises(NotSafe, match="says ON"):
        driver.safe_state()


def test_a_voltage_on_an_output_that_reads_off_is_not_safe(clock: Any) -> None:
    """A welded relay: the source's own meter knows better than its state."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 1.5

    live = asked("MEAS:VOLT:AC?", "230.1")
    rows = [*commands("OUTP OFF"), ("OUTP?", "OFF"), *live, *live, *live]
    with source(*rows, clock=CoarseClock()) as driver, pytest.raises(NotSafe, match=r"230\.1 V are measured"):
        driver.safe_state()


PULSE = [
    ("OUTP?", "ON"),
    ("FREQ?", "50.00"),
    *commands(
        "TRIG OFF",
        "PULS:VOLT:AC 0",
        "PULS:FREQ 50.00",
        "PULS:SHAP A",
        "PULS:SPH 90",
        "PULS:COUN 1",
        "PULS:DCYC 100",
        "PULS:PER 20",
        "OUTP:MODE PULSE",
        "TRIG ON",
    ),
]


def test_a_dropout_is_one_pulse_of_no_voltage(clock: Any) -> None:
    """20 ms from 90 degrees on; the output is back in its fixed mode when the call returns."""
    rows = [*PULSE, ("TRIG:STAT?", "RUNNING"), ("TRIG:STAT?", "OFF"), *commands("OUTP:MODE FIXED")]
    with source(*rows, clock=clock) as driver:
        driver.drop_output(0.020, phase_deg=90.0)
    assert clock.now() == pytest.approx(0.020)


def test_a_dropout_that_does_not_end_is_switched_off(clock: Any) -> None:
    """After its length and a grace; the unit must not be left to a dropout that comes later."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 3.0

    running = ("TRIG:STAT?", "RUNNING")
    with (
        source(*PULSE, running, running, *OFF, clock=CoarseClock()) as driver,
        pytest.raises(DeviceError, match="has not ended"),
    ):
        driver.drop_output(0.020, phase_deg=90.0)


def test_ctrl_c_in_a_dropout_switches_off(clock: Any) -> None:
    """Whatever ends the wait."""

    class InterruptedClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    with (
        source(*PULSE, ("TRIG:STAT?", "RUNNING"), *OFF, clock=InterruptedClock()) as driver,
        pytest.raises(KeyboardInterrupt),
    ):
        driver.drop_output(0.020, phase_deg=90.0)


def test_nothing_can_drop_out_of_an_output_that_is_off() -> None:
    """The pulse is not even programmed."""
    with source(("OUTP?", "OFF")) as driver, pytest.raises(DeviceError, match="output is off"):
        driver.drop_output(0.020)


def test_readings_carry_the_class_of_the_data_sheet() -> None:
    """0.1 % and 0.6 V; 0.2 % and 0.2 % of 16 A; peaks and power by theirs."""
    rows = [
        *asked("MEAS:VOLT:AC?", "230.00"),
        *asked("MEAS:CURR:AC?", "10.000"),
        *asked("MEAS:POW:AC?", "2290.0"),
        *asked("MEAS:POW:AC:PFAC?", "0.996"),
        *asked("MEAS:CURR:INR?", "38.20"),
    ]
    with source(*rows) as driver:
        volt, ampere, watt = driver.measure_voltage(), driver.measure_current(), driver.measure_power()
        assert driver.measure_power_factor() == Reading(0.996, "1")
        assert driver.measure_inrush_current() == Reading(38.2, "A")
    assert (volt, ampere, watt) == (Reading(230.0, "V"), Reading(10.0, "A"), Reading(2290.0, "W"))
    assert volt.expanded_uncertainty == pytest.approx(0.83)
    assert ampere.expanded_uncertainty == pytest.approx(0.052)
    assert watt.expanded_uncertainty == pytest.approx(6.87 + 14.4)


@pytest.mark.parametrize("answer", ["230,1", "9.91E37", "", "9.9E37", "ON"])
def test_what_is_no_voltage_is_garbled(answer: str) -> None:
    """A decimal comma, no value, nothing, infinity, a word."""
    rows = [("MEAS:VOLT:AC?", answer)] + ([OK] if answer else [])
    with source(*rows) as driver, pytest.raises(Garbled):
        driver.measure_voltage()


def test_a_refusal_in_the_queue_is_raised() -> None:
    """The queue is asked in a message of its own, and everything in it is told."""
    rows = [("VOLT:AC 200", None), ("SYST:ERR?", '-222,"Data out of range"'), ("SYST:ERR?", '-221,"x"'), OK]
    with source(*rows) as driver, pytest.raises(DeviceError, match=r"-222.*-221"):
        driver.configure(200.0, 50.0)


def test_switching_on_is_never_sent_twice() -> None:
    """After a failure of the wire nobody knows whether it is on: only off may be sent again."""
    rows = [*commands("PHAS:ON 0"), ("OUTP ON", None), ("SYST:ERR?", LinkTimeout("no answer"))]
    with source(*rows, ("*IDN?", IDN), ("*OPC?", "1"), OK, *OFF) as driver:
        with pytest.raises(LinkTimeout):
            driver.set_output(True)
        driver.safe_state()


def test_a_reset_is_waited_for_on_the_clock(clock: Any) -> None:
    """Seven seconds in which a 61500 answers nothing; then it is prepared anew."""
    rows = [("*RST", None), OK, *OFF, *PREPARED]
    with source(*rows, clock=clock) as driver:
        driver.reset()
    assert clock.now() >= 7.0


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda d: d.configure(301.0, 50.0), "voltage 301 V is outside 0 to 300 V of the 61505"),
        (lambda d: d.configure(-1.0, 50.0), "voltage"),
        (lambda d: d.configure(230.0, 14.9), "frequency"),
        (lambda d: d.configure(float("nan"), 50.0), "voltage"),
        (lambda d: d.set_output(True, phase_deg=360.0), "phase"),
        (lambda d: d.drop_output(0.0), "dropout"),
        (lambda d: d.drop_output(0.02, phase_deg=-1.0), "phase"),
    ],
)
def test_what_the_source_cannot_do_never_reaches_the_wire(act: Any, said: str) -> None:
    """The message names the model and its limits."""
    with source() as driver, pytest.raises(OutOfRange, match=said):
        act(driver)
