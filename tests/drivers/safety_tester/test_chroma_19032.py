"""The bus trace of the safety analyser: what it has beyond the hipot tester of its family."""

from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, OutOfRange
from drivers.exchange import Row, expected_exchange
from drivers.reading import Reading
from drivers.safety_tester.chroma_19032 import Chroma19032

OK = ("SYST:ERR?", '+0,"No error"')
RUNNING = ("SAFE:STAT?", "RUNNING")
STOPPED = ("SAFE:STAT?", "STOPPED")
START = (("SAFE:STAR", None), OK)


def commands(*texts: str) -> list[Row]:
    """Commands with the error queue after each."""
    return [row for text in texts for row in ((text, None), OK)]


def result(code: str, value: str) -> list[Row]:
    """How a test ended."""
    return [("SAFE:RES:ALL?", code), ("SAFE:RES:ALL:MMET?", value)]


AC = commands(
    "SAFE:PRES:AC:FREQ 60",
    "SAFE:STEP1:AC 1500",
    "SAFE:STEP1:AC:LIM 0.01",
    "SAFE:STEP1:AC:LIM:LOW 0.0005",
    "SAFE:STEP1:AC:TIME:RAMP 1",
    "SAFE:STEP1:AC:TIME 3",
)
BOND = commands("SAFE:STEP1:GB 25", "SAFE:STEP1:GB:LIM 0.1", "SAFE:STEP1:GB:TIME 2")


@pytest.mark.parametrize(
    ("code", "value", "judgement"),
    [
        ("116", "2.100000E-03", "PASS"),
        ("33", "1.400000E-02", "HIGH"),
        ("34", "7.000000E-06", "LOW"),
        ("35", "1.200000E-02", "ARC"),
        ("112", "1.000000E-03", "STOPPED"),
    ],
)
def test_ac_withstand_is_judged_and_read(clock: Any, code: str, value: str, judgement: str) -> None:
    """Frequency first, then the step; too little current says that nothing was connected."""
    with expected_exchange(Chroma19032, *AC, *START, RUNNING, STOPPED, *result(code, value), clock=clock) as tester:
        outcome = tester.measure_ac_withstand(1500.0, 60.0, 1.0, 3.0, 0.01, 0.0005)
    assert (outcome.judgement, outcome.reading) == (judgement, Reading(float(value), "A"))


@pytest.mark.parametrize(
    ("code", "value", "judgement", "reading"),
    [
        ("116", "1.240000E-02", "PASS", Reading(0.0124, "ohm")),
        ("17", "2.300000E-01", "HIGH", Reading(0.23, "ohm")),
        ("17", "9.900000E+37", "HIGH", Reading(None, "ohm", over_range="OVER")),
        ("18", "1.000000E-04", "LOW", Reading(1e-4, "ohm")),
    ],
)
def test_ground_bond_is_judged_and_read(clock: Any, code: str, value: str, judgement: str, reading: Reading) -> None:
    """An earth through which the current does not go is HIGH and OVER, not a number."""
    with expected_exchange(Chroma19032, *BOND, *START, STOPPED, *result(code, value), clock=clock) as tester:
        outcome = tester.measure_ground_bond(25.0, 2.0, 0.1)
    assert (outcome.judgement, outcome.reading) == (judgement, reading)


def test_an_open_interlock_is_named(clock: Any) -> None:
    """114 with nothing measured is no result; what to look at is said."""
    rows = (*BOND, *START, STOPPED, *result("114", "9.910000E+37"))
    with (
        expected_exchange(Chroma19032, *rows, clock=clock) as tester,
        pytest.raises(DeviceError, match="CANNOT_TEST and nothing was measured; check the interlock"),
    ):
        tester.measure_ground_bond(25.0, 2.0, 0.1)


@pytest.mark.parametrize("code", ["33", "49", "66", "115"])
def test_a_code_of_another_mode_is_no_end_of_this_test(clock: Any, code: str) -> None:
    """The result of an older test is never taken for this one's."""
    rows = (*BOND, *START, STOPPED, ("SAFE:RES:ALL?", code))
    with expected_exchange(Chroma19032, *rows, clock=clock) as tester, pytest.raises(Garbled, match="ended GB test"):
        tester.measure_ground_bond(25.0, 2.0, 0.1)


@pytest.mark.parametrize(
    "arguments",
    [
        (5001.0, 50.0, 1.0, 1.0, 0.01, 0.0),
        (1500.0, 55.0, 1.0, 1.0, 0.01, 0.0),
        (1500.0, 50.0, 1.0, 1.0, 0.2, 0.0),
        (1500.0, 50.0, 1.0, 1.0, 0.01, 0.01),
        (1500.0, 50.0, -1.0, 1.0, 0.01, 0.0),
    ],
)
def test_ac_outside_the_tester_never_reaches_the_wire(arguments: tuple[float, ...]) -> None:
    """50 to 5000 V at 50 or 60 Hz, up to 100 mA, the low limit below the high one."""
    with expected_exchange(Chroma19032) as tester, pytest.raises(OutOfRange):
        tester.measure_ac_withstand(*arguments)


@pytest.mark.parametrize("arguments", [(2.0, 1.0, 0.1), (46.0, 1.0, 0.1), (25.0, 1.0, 0.6), (40.0, 1.0, 0.25)])
def test_ground_bond_outside_the_tester_never_reaches_the_wire(arguments: tuple[float, float, float]) -> None:
    """3 to 45 A, and no more than 8 V: 40 A through 0.25 ohm is out of its reach, and would pass as an open."""
    with expected_exchange(Chroma19032) as tester, pytest.raises(OutOfRange):
        tester.measure_ground_bond(*arguments)


DC = commands("SAFE:STEP1:DC 1000", "SAFE:STEP1:DC:LIM 0.001", "SAFE:STEP1:DC:TIME:RAMP 0.5", "SAFE:STEP1:DC:TIME 1")


@pytest.mark.parametrize(("shown", "charging"), [("4.320000E-07", Reading(4.32e-7, "A")), ("9.910000E+37", None)])
def test_the_charging_current_is_looked_at_while_the_voltage_rises(
    clock: Any, shown: str, charging: Reading | None
) -> None:
    """Halfway up the ramp; a tester that shows nothing then says so, and nobody makes a number of it."""
    rows = [*DC, *START, ("SAFE:FETC? MMET", shown), STOPPED, *result("116", "2.000000E-09")]
    with expected_exchange(Chroma19032, *rows, clock=clock) as tester:
        outcome = tester.measure_charged_dc_withstand(1000.0, 0.5, 1.0, 1e-3)
    assert (outcome.judgement, outcome.charging) == ("PASS", charging)


def test_a_ramp_too_short_to_look_at_is_refused(clock: Any) -> None:
    """Before anything is sent."""
    with expected_exchange(Chroma19032, clock=clock) as tester, pytest.raises(OutOfRange, match="ramp"):
        tester.measure_charged_dc_withstand(1000.0, 0.05, 1.0, 1e-3)
