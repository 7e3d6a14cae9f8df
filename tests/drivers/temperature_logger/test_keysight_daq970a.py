"""The bus trace of the thermometer."""

import pytest

from drivers.errors import Garbled, OutOfRange, WrongInstrument
from drivers.exchange import Row, expected_exchange
from drivers.reading import Reading
from drivers.temperature_logger.keysight_daq970a import KeysightDaq970aThermometer

OK = ("SYST:ERR?", '+0,"No error"')


def configured(channels: str) -> tuple[Row, ...]:
    """What is sent before the scan."""
    commands = (f"CONF:TEMP TC,K,{channels}", f"TEMP:TRAN:TC:CHEC ON,{channels}", f"ROUT:SCAN {channels}")
    return tuple(row for command in commands for row in ((command, None), OK))


def card(slot: int, name: str) -> Row:
    """What is in a slot."""
    return f"SYST:CTYP? {slot}", f"Keysight Technologies,{name},MY1,1.02" if name else "Keysight Technologies,0,0,0"


def test_opening_finds_the_multiplexers() -> None:
    """A matrix card is none; without a multiplexer there is nothing to hang a thermocouple on."""
    hello = (("*IDN?", "Keysight Technologies,DAQ970A,MY1,A.02.03"), OK)
    with (
        expected_exchange(
            KeysightDaq970aThermometer, *hello, card(1, "DAQM901A"), card(2, ""), card(3, "DAQM904A"), opening=True
        ) as thermometer,
        pytest.raises(OutOfRange, match=r"no channel \[301\]"),
    ):
        thermometer.measure_temperatures([101, 301])
    with (
        pytest.raises(WrongInstrument, match="no DAQM901A in any slot"),
        expected_exchange(
            KeysightDaq970aThermometer, *hello, card(1, ""), card(2, ""), card(3, "DAQM904A"), opening=True
        ),
    ):
        raise AssertionError("opened")


def test_a_scan_is_read_in_order_and_an_open_thermocouple_is_over() -> None:
    """Open thermocouples are checked for before the scan; 9.9E37 is no temperature."""
    answer = "+2.31250000E+01,+9.90000000E+37,-4.00000000E+01"
    with expected_exchange(
        KeysightDaq970aThermometer, *configured("(@103,101,102)"), ("READ?", answer), OK, slots=[1]
    ) as thermometer:
        found = thermometer.measure_temperatures([103, 101, 102])
    assert found == (Reading(23.125, "degC"), Reading(None, "degC", over_range="OVER"), Reading(-40.0, "degC"))
    assert found[0].expanded_uncertainty == 1.0


@pytest.mark.parametrize("answer", ["+2.31250000E+01", "+2.31250000E+01,+2.3", "+2.31250000E+01,+9.91000000E+37"])
def test_a_cut_scan_is_garbled(answer: str) -> None:
    """A value missing, cut, or not measured: the whole scan is refused."""
    with (
        expected_exchange(
            KeysightDaq970aThermometer, *configured("(@101,102)"), ("READ?", answer), OK, slots=[1]
        ) as thermometer,
        pytest.raises(Garbled),
    ):
        thermometer.measure_temperatures([101, 102])


@pytest.mark.parametrize("channels", [[], [101, 101], [121], [201]])
def test_channels_that_are_not_there_never_reach_the_wire(channels: list[int]) -> None:
    """101 to 120 with one multiplexer in slot 1, each once."""
    with (
        expected_exchange(KeysightDaq970aThermometer, slots=[1]) as thermometer,
        pytest.raises(OutOfRange),
    ):
        thermometer.measure_temperatures(channels)


def test_making_it_safe_says_nothing() -> None:
    """It is no source of energy, and its multiplexers may carry another meter's path."""
    with expected_exchange(KeysightDaq970aThermometer, slots=[1]) as thermometer:
        thermometer.safe_state()


def test_a_channel_measures_resistance_with_its_leads() -> None:
    """Two wires, and what they add is in the uncertainty; an open is OVER."""
    rows = (("MEAS:RES? AUTO,DEF,(@103)", "+4.45000000E-01"), OK, ("MEAS:RES? AUTO,DEF,(@103)", "+9.90000000E+37"), OK)
    with expected_exchange(KeysightDaq970aThermometer, *rows, slots=[1]) as meter:
        closed, opened = meter.measure_resistance(103), meter.measure_resistance(103)
    assert (closed.value, closed.unit) == (0.445, "ohm")
    assert closed.expanded_uncertainty == pytest.approx(0.2, abs=1e-3)
    assert opened == Reading(None, "ohm", over_range="OVER")
    with expected_exchange(KeysightDaq970aThermometer, slots=[1]) as meter, pytest.raises(OutOfRange):
        meter.measure_resistance(203)
