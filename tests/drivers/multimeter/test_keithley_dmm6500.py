"""The bus trace of the DMM6500."""

from datetime import date
from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.multimeter.keithley_dmm6500 import KeithleyDmm6500
from drivers.reading import Reading

OK = ("SYST:ERR?", '0,"No error;0;0 0"')
IDN = ("*IDN?", "KEITHLEY INSTRUMENTS,MODEL DMM6500,04580001,1.7.12b")


def commands(*texts: str) -> list[Any]:
    return [row for text in texts for row in ((text, None), OK)]


def read(answer: str) -> list[Any]:
    return [("READ?", answer), OK]


VOLT = commands('SENS:FUNC "VOLT:DC"', "SENS:VOLT:DC:NPLC 1", "SENS:VOLT:DC:RANG 100")
AUTO = commands('SENS:FUNC "FRES"', "SENS:FRES:NPLC 1", "SENS:FRES:RANG:AUTO ON")


def test_a_voltage_carries_its_range_and_doubt(clock: Any) -> None:
    """50 V in the 100 V range: 40 ppm of the reading and 6 ppm of the range, and when the calibration ends."""
    due = date(2027, 1, 31)
    with expected_exchange(KeithleyDmm6500, *VOLT, *read("5.000000E+01"), clock=clock, calibration_due=due) as meter:
        reading = meter.measure_dc_voltage(60.0)
    assert reading == Reading(50.0, "V")
    assert reading.expanded_uncertainty == pytest.approx(50.0 * 4e-5 + 100.0 * 6e-6)
    assert (reading.range, reading.at, reading.calibration_due) == ("100 V", clock.utc(), due)


def test_what_is_set_already_is_not_set_again() -> None:
    """The second reading of one range is one question."""
    with expected_exchange(KeithleyDmm6500, *VOLT, *read("5.000000E+01"), *read("5.000001E+01")) as meter:
        meter.measure_dc_voltage(100.0)
        assert meter.measure_dc_voltage(100.0) == Reading(50.00001, "V")


def test_an_automatic_range_is_asked_for() -> None:
    """The doubt of a reading is that of the range which the meter chose."""
    rows = (*AUTO, *read("2.500000E+00"), ("SENS:FRES:RANG?", "1.000000E+01"))
    with expected_exchange(KeithleyDmm6500, *rows) as meter:
        reading = meter.measure_four_wire_resistance()
    assert (reading, reading.range) == (Reading(2.5, "ohm"), "10 ohm")
    assert reading.expanded_uncertainty == pytest.approx(2.5 * 8.5e-5 + 10.0 * 1e-4)


@pytest.mark.parametrize(("answer", "side"), [("9.900000E+37", "OVER"), ("-9.900000E+37", "UNDER")])
def test_an_overload_keeps_its_sign(answer: str, side: Any) -> None:
    """9.9E37 is no voltage but a side of the range."""
    with expected_exchange(KeithleyDmm6500, *VOLT, *read(answer)) as meter:
        reading = meter.measure_dc_voltage(100.0)
    assert reading == Reading(None, "V", over_range=side)
    assert reading.expanded_uncertainty is None


@pytest.mark.parametrize("answer", ["9.910000E+37", "5,000000E+01", "5.00"])
def test_what_is_no_value_raises(answer: str) -> None:
    """Not-a-number, a decimal comma and a cut line are never a voltage."""
    with (
        expected_exchange(KeithleyDmm6500, *VOLT, ("READ?", answer), OK) as meter,
        pytest.raises(Garbled),
    ):
        meter.measure_dc_voltage(100.0)


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("measure_dc_voltage", 1001.0),
        ("measure_dc_current", 10.0),
        ("measure_resistance", 1e9),
        ("measure_dc_voltage", -1.0),
        ("measure_dc_voltage", float("nan")),
    ],
)
def test_a_range_the_meter_lacks_never_reaches_the_wire(method: str, value: float) -> None:
    """10 A needs the rear terminals; the message names the highest range."""
    with expected_exchange(KeithleyDmm6500) as meter, pytest.raises(OutOfRange, match="is outside 0 to"):
        getattr(meter, method)(value)


def test_two_wires_add_their_leads() -> None:
    """The doubt of a two-wire resistance holds the leads."""
    rows = commands('SENS:FUNC "RES"', "SENS:RES:NPLC 1", "SENS:RES:RANG 10")
    with expected_exchange(KeithleyDmm6500, *rows, *read("1.000000E+00")) as meter:
        doubt = meter.measure_resistance(10.0).expanded_uncertainty
    assert doubt is not None
    assert doubt > 0.2


def test_after_a_refusal_everything_is_set_again() -> None:
    """What the meter holds after an error is unknown."""
    refused = [("READ?", "5.000000E+01"), ("SYST:ERR?", '-222,"Data out of range"'), OK]
    with expected_exchange(KeithleyDmm6500, *VOLT, *refused, *VOLT, *read("5.000000E+01")) as meter:
        with pytest.raises(DeviceError, match="-222"):
            meter.measure_dc_voltage(100.0)
        meter.measure_dc_voltage(100.0)


def test_opening_asks_for_the_language_before_anything_else() -> None:
    """The error queue of a meter that speaks TSP would never answer."""
    with expected_exchange(KeithleyDmm6500, IDN, ("*LANG?", "SCPI"), OK, opening=True) as meter:
        assert meter.identity.serial == "04580001"


@pytest.mark.parametrize("language", ["TSP", "SCPI2000", "SCPI34401"])
def test_another_language_is_refused_and_the_reboot_named(language: str) -> None:
    """*LANG SCPI alone changes nothing until the meter is switched off and on."""
    with (
        pytest.raises(WrongInstrument, match=rf"speaks {language}.*\*LANG SCPI.*reboot"),
        expected_exchange(KeithleyDmm6500, IDN, ("*LANG?", language), opening=True),
    ):
        pass
