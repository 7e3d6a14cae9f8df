"""The bus trace of the oscilloscope."""

from typing import Any

import numpy as np
import pytest

from drivers.errors import DeviceError, Garbled, InstrumentError, OutOfRange
from drivers.exchange import definite_block, expected_exchange
from drivers.oscilloscope.keysight_dsox3000 import KeysightDsox3000

OK = ("SYST:ERR?", '+0,"No error"')


def commands(*texts: str) -> list[Any]:
    return [row for text in texts for row in ((text, None), OK)]


def channel(unit: str = "VOLT", probe: str = "10", coupling: str = "DC", full: str = "80", offset: str = "40") -> Any:
    names = ("DISP 1", "IMP ONEM", f"UNIT {unit}", f"PROB {probe}", f"COUP {coupling}", "BWL 1", f"RANG {full}")
    return commands(*(f":CHAN1:{name}" for name in names), f":CHAN1:OFFS {offset}")


TIMEBASE = commands(":ACQ:TYPE NORM", ":TIM:MODE MAIN", ":TIM:REF CENT", ":TIM:RANG 0.02", ":TIM:POS 0.005")
TRIGGER = commands(
    ":TRIG:MODE EDGE", ":TRIG:SWE NORM", ":TRIG:EDGE:SOUR CHAN1", ":TRIG:EDGE:SLOP NEG", ":TRIG:EDGE:LEV 45"
)
START = [(":AER?", "+0"), (":SING", None), OK, (":AER?", "+0"), (":AER?", "+1")]
RUNNING = (":OPER:COND?", "+40")
STOPPED = (":OPER:COND?", "+0")
READ = commands(
    ":WAV:SOUR CHAN1", ":WAV:FORM WORD", ":WAV:BYT LSBF", ":WAV:UNS 1", ":WAV:POIN:MODE NORM", ":WAV:POIN 5000"
)
PREAMBLE = "+1,+0,{points},+1,+4.0E-06,-5.0E-03,+0,+1.0E-03,+4.0E+01,+32768"


def configured(scope: KeysightDsox3000) -> None:
    scope.configure_channel(1, full_scale=80.0, offset=40.0, unit_per_volt=10.0, bandwidth_limited=True)
    scope.configure_timebase(0.02, 0.005)


def acquired(codes: Any, preamble: str | None = None) -> list[Any]:
    answer = preamble or PREAMBLE.format(points=len(codes))
    block = definite_block(np.asarray(codes, dtype="<u2").tobytes())
    return [*channel(), *TIMEBASE, *TRIGGER, *START, STOPPED, *READ, (":WAV:PRE?", answer), (":WAV:DATA?", block), OK]


def test_a_record_is_scaled_by_its_preamble(clock: Any) -> None:
    """(code - reference) times step plus origin, from 5 ms before the trigger on."""
    with expected_exchange(KeysightDsox3000, *acquired([32768, 33768, 31768]), clock=clock) as scope:
        configured(scope)
        scope.arm(1, 45.0, "FALL")
        assert scope.wait_for_trigger(1.0)
        wave = scope.read_waveform(1)
    np.testing.assert_allclose(wave.values, [40.0, 41.0, 39.0])
    np.testing.assert_allclose(wave.times_s, [-5e-3, -4.996e-3, -4.992e-3])
    assert wave.unit == "V"


@pytest.mark.parametrize("code", [256, 511, 65280, 65535])
def test_clipped_samples_are_no_waveform(clock: Any, code: int) -> None:
    """The true peak of a clipped record is unknown."""
    with expected_exchange(KeysightDsox3000, *acquired([32768, code]), clock=clock) as scope:
        configured(scope)
        scope.arm(1, 45.0, "FALL")
        scope.wait_for_trigger(1.0)
        with pytest.raises(DeviceError, match="clipped: 1 of 2 samples are beyond the 80 V"):
            scope.read_waveform(1)


def test_missing_samples_are_no_waveform(clock: Any) -> None:
    """Code 0 is a hole in the record."""
    with expected_exchange(KeysightDsox3000, *acquired([32768, 0]), clock=clock) as scope:
        configured(scope)
        scope.arm(1, 45.0, "FALL")
        scope.wait_for_trigger(1.0)
        with pytest.raises(DeviceError, match="1 of 2 samples are missing"):
            scope.read_waveform(1)


@pytest.mark.parametrize(
    "preamble",
    [
        "+0,+0,2,+1,+4.0E-06,-5.0E-03,+0,+1.0E-03,+4.0E+01,+32768",
        "+1,+0,3,+1,+4.0E-06,-5.0E-03,+0,+1.0E-03,+4.0E+01,+32768",
        "+1,+0,2,+1,+0.0E-06,-5.0E-03,+0,+1.0E-03,+4.0E+01,+32768",
        "+1,+0,2,+1,+4.0E-06,-5.0E-03,+0,9.9E+37,+4.0E+01,+32768",
    ],
    ids=["bytes", "three points", "no step", "infinite"],
)
def test_a_preamble_that_does_not_fit_its_block_is_garbled(clock: Any, preamble: str) -> None:
    """Points, format and scale belong to the block, or nothing does."""
    rows = acquired([32768, 32768], preamble)
    with expected_exchange(KeysightDsox3000, *rows, clock=clock) as scope:
        configured(scope)
        scope.arm(1, 45.0, "FALL")
        scope.wait_for_trigger(1.0)
        with pytest.raises(Garbled):
            scope.read_waveform(1)


def test_an_edge_that_never_comes_ends_at_the_deadline(clock: Any) -> None:
    """The wait ends after its time and the record's length, and the acquisition is stopped."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 0.1

    rows = [*channel(), *TIMEBASE, *TRIGGER, *START, RUNNING, RUNNING, RUNNING, RUNNING, *commands(":STOP")]
    with expected_exchange(KeysightDsox3000, *rows, clock=CoarseClock()) as scope:
        configured(scope)
        scope.arm(1, 45.0, "FALL")
        assert not scope.wait_for_trigger(0.25)
        with pytest.raises(InstrumentError, match="no record"):
            scope.read_waveform(1)


def test_a_scope_that_never_arms_is_an_error(clock: Any) -> None:
    """An edge before the trigger is armed would be missed, so that nothing is started then."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 1.5

    rows = [*channel(), *TIMEBASE, *TRIGGER, (":AER?", "+0"), *commands(":SING"), *[(":AER?", "+0")] * 3]
    with expected_exchange(KeysightDsox3000, *rows, clock=CoarseClock()) as scope:
        configured(scope)
        with pytest.raises(DeviceError, match="not armed"):
            scope.arm(1, 45.0, "FALL")


def test_a_forced_acquisition(clock: Any) -> None:
    """Started, armed, forced and waited for."""
    rows = [*channel(), *TIMEBASE, *commands(":TRIG:SWE NORM"), *START, *commands(":TRIG:FORC"), RUNNING, STOPPED]
    with expected_exchange(KeysightDsox3000, *rows, clock=clock) as scope:
        configured(scope)
        scope.acquire_now()


def test_a_clamp_shows_amperes(clock: Any) -> None:
    """10 mV/A is 100 A per volt at the input."""
    with expected_exchange(KeysightDsox3000, *channel("AMP", "100", "AC", "400", "0"), clock=clock) as scope:
        scope.configure_channel(
            1, full_scale=400.0, unit="A", unit_per_volt=100.0, bandwidth_limited=True, coupling="AC"
        )


@pytest.mark.parametrize(
    ("number", "options", "said"),
    [
        (5, {"full_scale": 1.0}, "no channel 5"),
        (1, {"full_scale": 1000.0}, "1000 is outside 0.008 to 40 V"),
        (1, {"full_scale": 0.5, "offset": 50.0}, "offset 50 is outside -2 to 2 V at 0.5 V"),
        (1, {"full_scale": 4.0, "offset": 50.5}, "offset 50.5 is outside -50 to 50 V"),
        (1, {"full_scale": 1.0, "unit_per_volt": 0.0}, "unit per volt 0"),
        (1, {"full_scale": float("nan")}, "nan is outside"),
    ],
)
def test_what_the_input_cannot_show_never_reaches_the_wire(number: int, options: dict[str, float], said: str) -> None:
    """A kilovolt needs a probe, and half a volt of ripple on 50 V needs AC coupling."""
    with expected_exchange(KeysightDsox3000) as scope, pytest.raises(OutOfRange, match=said):
        scope.configure_channel(number, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("span_s", "before_s"), [(0.0, 0.0), (501.0, 0.0), (0.02, 0.021), (0.02, -0.001)])
def test_a_record_that_cannot_be_never_reaches_the_wire(span_s: float, before_s: float) -> None:
    """20 ns to 500 s, and the trigger lies in it."""
    with expected_exchange(KeysightDsox3000) as scope, pytest.raises(OutOfRange):
        scope.configure_timebase(span_s, before_s)


def test_nothing_is_armed_or_read_before_it_is_configured() -> None:
    """What the last user set is unknown."""
    with expected_exchange(KeysightDsox3000) as scope:
        for act in (
            lambda: scope.arm(1, 1.0, "RISE"),
            lambda: scope.wait_for_trigger(1.0),
            scope.acquire_now,
            lambda: scope.read_waveform(1),
        ):
            with pytest.raises(InstrumentError):
                act()
