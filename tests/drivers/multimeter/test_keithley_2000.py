"""The bus trace of the Keithley 2000: CONF instead of SENS:FUNC."""

from typing import Any

import pytest

from drivers.errors import Garbled, OutOfRange
from drivers.exchange import expected_exchange
from drivers.multimeter.keithley_2000 import Keithley2000
from drivers.reading import Reading

OK = ("SYST:ERR?", '0,"No error"')


def configured(function: str, how: str) -> list[Any]:
    texts = (f"CONF:{function}", f"SENS:{function}:NPLC 1", f"SENS:{function}:RANG{how}")
    return [row for text in texts for row in ((text, None), OK)]


@pytest.mark.parametrize(
    ("method", "function", "wanted", "top", "unit"),
    [
        ("measure_dc_voltage", "VOLT:DC", 12.0, "100", "V"),
        ("measure_dc_current", "CURR:DC", 2.0, "3", "A"),
        ("measure_resistance", "RES", 50.0, "100", "ohm"),
        ("measure_four_wire_resistance", "FRES", 50.0, "100", "ohm"),
    ],
)
def test_every_function_in_the_second_dialect(method: str, function: str, wanted: float, top: str, unit: str) -> None:
    """CONF chooses the function and ends continuous triggering, then READ? answers one number."""
    rows = (*configured(function, f" {top}"), ("READ?", "+1.20000000E+00"), OK)
    with expected_exchange(Keithley2000, *rows) as meter:
        reading = getattr(meter, method)(wanted)
    assert (reading, reading.range) == (Reading(1.2, unit), f"{top} {unit}")


def test_opening_strips_unit_and_time_from_the_answers() -> None:
    """FORM:ELEM READ leaves the number alone."""
    idn = ("*IDN?", "KEITHLEY INSTRUMENTS INC.,MODEL 2000,1234567,A20 /A02")
    with expected_exchange(Keithley2000, idn, OK, ("FORM:ELEM READ", None), OK, opening=True) as meter:
        assert meter.identity.model == "MODEL 2000"


def test_a_number_with_its_unit_is_not_read_in_part() -> None:
    """If the format was changed at the front, nothing is guessed."""
    rows = (*configured("FRES", ":AUTO ON"), ("READ?", "+1.20000000E+00OHM4W"), OK)
    with expected_exchange(Keithley2000, *rows) as meter, pytest.raises(Garbled):
        meter.measure_four_wire_resistance()


def test_an_open_is_over(clock: Any) -> None:
    """9.9E37 of an automatic range is an open."""
    rows = (*configured("FRES", ":AUTO ON"), ("READ?", "+9.90000000E+37"), OK, ("SENS:FRES:RANG?", "1.000000E+08"))
    with expected_exchange(Keithley2000, *rows, clock=clock) as meter:
        assert meter.measure_four_wire_resistance() == Reading(None, "ohm", over_range="OVER")


def test_a_range_that_is_none_is_garbled() -> None:
    """A range that this model does not have belongs to another question."""
    rows = (*configured("VOLT:DC", ":AUTO ON"), ("READ?", "+1.20000000E+00"), OK, ("SENS:VOLT:DC:RANG?", "7.0"))
    with expected_exchange(Keithley2000, *rows) as meter, pytest.raises(Garbled, match="no range"):
        meter.measure_dc_voltage()


def test_one_ohm_range_belongs_to_the_other_meter() -> None:
    """The limits are each model's own."""
    with expected_exchange(Keithley2000) as meter, pytest.raises(OutOfRange, match="0 to 3 A"):
        meter.measure_dc_current(3.1)
