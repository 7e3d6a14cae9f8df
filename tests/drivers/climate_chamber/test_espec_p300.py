"""The bus trace of the climate chamber."""

import pytest

from drivers.climate_chamber.espec_p300 import EspecP300
from drivers.errors import DeviceError, Garbled, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.reading import Reading

LIMITS = ("TEMP?", "23.1,23.0,130.0,-40.0")
STANDBY = (("MODE?", "CONSTANT"), ("MODE, STANDBY", "OK:MODE, STANDBY"), ("MODE?", "STANDBY"))


def test_opening_asks_for_the_controller_and_stands_by() -> None:
    """A chamber that was left running is not left heating."""
    rows = (("TYPE?", "T,T,P300,130.0"), ("ROM?", "P300 2.13"), *STANDBY)
    with expected_exchange(EspecP300, *rows, opening=True, serial="CH1") as chamber:
        assert (chamber.identity.model, chamber.identity.serial) == ("P300", "CH1")


def test_another_controller_is_refused() -> None:
    """The dialect is that of two controllers only."""
    with (
        pytest.raises(WrongInstrument, match="found F4T"),
        expected_exchange(EspecP300, ("TYPE?", "T,F4T,180.0"), opening=True),
    ):
        raise AssertionError("opened")


def test_a_temperature_is_set_read_back_and_started() -> None:
    """The set point is proven before the chamber starts, and that it runs afterwards."""
    rows = (
        LIMITS,
        ("TEMP, S45.0", "OK:TEMP, S45.0"),
        ("TEMP?", "23.1,45.0,130.0,-40.0"),
        ("MODE, CONSTANT", "OK:MODE, CONSTANT"),
        ("MODE?", "CONSTANT"),
    )
    with expected_exchange(EspecP300, *rows) as chamber:
        chamber.set_temperature(45.0)


def test_a_setting_that_is_not_held_is_an_error_and_nothing_starts() -> None:
    """OK: is believed only when the set point reads back."""
    rows = (LIMITS, ("TEMP, S45.0", "OK:TEMP, S45.0"), LIMITS)
    with expected_exchange(EspecP300, *rows) as chamber, pytest.raises(DeviceError, match="holds 23 degC"):
        chamber.set_temperature(45.0)


def test_a_refusal_says_what_was_refused() -> None:
    """NA: is the chamber's error, not the wire's: the line goes on."""
    rows = (LIMITS, ("TEMP, S45.0", "NA:PROTECT ON"), ("MON?", "23.1,,STANDBY,0"))
    with expected_exchange(EspecP300, *rows) as chamber:
        with pytest.raises(DeviceError, match=r"'TEMP, S45.0' refused: PROTECT ON"):
            chamber.set_temperature(45.0)
        assert chamber.measure_temperature() == Reading(23.1, "degC")


def test_temperatures_outside_the_chamber_s_own_limits_are_refused() -> None:
    """Which limits is the chamber's setting; steps of 0.1 K are its resolution."""
    with expected_exchange(EspecP300, LIMITS, LIMITS) as chamber:
        for celsius in (130.1, -41.0):
            with pytest.raises(OutOfRange, match="outside -40 to 130"):
                chamber.set_temperature(celsius)
        with pytest.raises(OutOfRange, match=r"steps of 0\.1 K"):
            chamber.set_temperature(45.05)


def test_an_alarm_is_no_temperature() -> None:
    """With an alarm the air is not under control; the codes are named."""
    rows = (("MON?", "87.2,,STANDBY,2"), ("ALARM?", "2,3,8"))
    with expected_exchange(EspecP300, *rows) as chamber, pytest.raises(DeviceError, match="alarms 3, 8"):
        chamber.measure_temperature()


@pytest.mark.parametrize("answer", ["23,1,,STANDBY,0", "23.1,,STANDBY", "23.1,,IDLE,0", "NaN,,STANDBY,0", "CONSTANT"])
def test_an_answer_that_is_cut_or_foreign_is_garbled(answer: str) -> None:
    """A decimal comma, a cut line, an unknown mode and another question's answer are no temperature."""
    probes = (("TYPE?", "T,P300,130.0"), ("MODE?", "STANDBY"))
    rows = (("MON?", answer), *probes, ("MON?", answer))
    with expected_exchange(EspecP300, *rows) as chamber, pytest.raises(Garbled, match="expected an answer to 'MON"):
        chamber.measure_temperature()


def test_safe_is_standby_by_read_back() -> None:
    """A chamber that goes on heating is not safe; one that is switched off is left off."""
    with expected_exchange(EspecP300, *STANDBY) as chamber:
        chamber.safe_state()
    with expected_exchange(EspecP300, ("MODE?", "OFF")) as chamber:
        chamber.stop()
    rows = (*STANDBY[:2], ("MODE?", "CONSTANT"))
    with expected_exchange(EspecP300, *rows) as chamber, pytest.raises(NotSafe, match="the chamber says CONSTANT"):
        chamber.safe_state()
