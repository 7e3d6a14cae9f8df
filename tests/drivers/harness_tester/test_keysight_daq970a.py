"""The bus trace of the DAQ970A as a harness tester."""

from datetime import date
from typing import Any

import pytest

from drivers.errors import Garbled, LinkError, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.harness_tester.keysight_daq970a import KeysightDaq970aHarness
from drivers.reading import InstrumentIdentity, Reading

OK = ("SYST:ERR?", '+0,"No error"')
CARDS = {1: "DAQM904A", 2: "DAQM904A", 3: "DAQM901A"}
WHO = InstrumentIdentity(maker="Keysight Technologies", model="DAQ970A", serial="MY00000001", firmware="A.02.03")


def test_a_reading_carries_unit_doubt_time_and_instrument(clock: Any) -> None:
    """Four-wire: 0.010 % of the reading and 4 mohm in the 100 ohm range, as the data sheet class says."""
    clock.seconds = 90.0
    with expected_exchange(
        KeysightDaq970aHarness,
        ("MEAS:FRES? AUTO,DEF,(@301)", "+1.23450000E-01"),
        OK,
        clock=clock,
        cards=CARDS,
        identity=WHO,
        calibration_due=date(2026, 12, 31),
    ) as tester:
        reading = tester.measure_four_wire_resistance(301)
    assert reading == Reading(0.12345, "ohm")
    assert reading.expanded_uncertainty == pytest.approx(0.12345e-4 + 4e-3)
    assert reading.range == "100 ohm"
    assert reading.at == clock.utc()
    assert reading.instrument is WHO
    assert reading.calibration_due == date(2026, 12, 31)


def test_two_wire_doubts_the_leads_too() -> None:
    """Without nulling, 0.2 ohm of leads belong to the uncertainty; ranges reach 120 % of their names."""
    with expected_exchange(
        KeysightDaq970aHarness,
        ("MEAS:RES? AUTO,DEF,(@301)", "+1.15000000E+03"),
        OK,
        ("MEAS:RES? AUTO,DEF,(@301)", "+1.25000000E+03"),
        OK,
        cards=CARDS,
    ) as tester:
        first, second = tester.measure_resistance(301), tester.measure_resistance(301)
    assert first.range == "1000 ohm"
    assert first.expanded_uncertainty == pytest.approx(0.115 + 0.01 + 0.2)
    assert second.range == "10000 ohm"


def test_an_open_wire_is_over_range_and_no_number() -> None:
    """9.9E37 is an open circuit: a reading without a value, on the upper side of the range."""
    with expected_exchange(
        KeysightDaq970aHarness, ("MEAS:FRES? AUTO,DEF,(@301)", "+9.90000000E+37"), OK, cards=CARDS
    ) as tester:
        reading = tester.measure_four_wire_resistance(301)
    assert (reading.value, reading.over_range, reading.expanded_uncertainty) == (None, "OVER", None)
    assert reading.range == "1e+08 ohm"


@pytest.mark.parametrize(
    "answer", ["+1.23450000E-0", "+1.2345", "0,12345", "+9.91000000E+37", '+0,"No error"', "3450000E-01"]
)
def test_what_is_no_whole_number_is_garbled_and_poisons(answer: str) -> None:
    """Cut at either end, a comma, no value, another answer: refused, and the next question too."""
    with expected_exchange(KeysightDaq970aHarness, ("MEAS:FRES? AUTO,DEF,(@301)", answer), OK, cards=CARDS) as tester:
        with pytest.raises(Garbled, match=r"MEAS:FRES\?"):
            tester.measure_four_wire_resistance(301)
        with pytest.raises(LinkError, match=r"resync\(\)"):
            tester.measure_resistance(301)


def test_the_source_channel_is_the_callers_and_the_sense_is_ten_above() -> None:
    """Channels 301 to 310 are sources; a sense channel or another card's is refused before the wire."""
    with expected_exchange(
        KeysightDaq970aHarness, ("MEAS:FRES? AUTO,DEF,(@310)", "+1.00000000E+00"), OK, cards=CARDS
    ) as tester:
        assert tester.measure_four_wire_resistance(310) == Reading(1.0, "ohm")
        for channel in (300, 311, 111):
            with pytest.raises(OutOfRange, match=str(channel)):
                tester.measure_four_wire_resistance(channel)
            with pytest.raises(OutOfRange, match=str(channel)):
                tester.measure_resistance(channel)


def test_without_its_mux_card_the_meter_reaches_nothing() -> None:
    """Slot 3 must hold the DAQM901A that leads to the rows."""
    card = "Keysight Technologies,DAQM904A,MY00000002,1.02"
    with (
        pytest.raises(WrongInstrument, match="slot 3 holds no card"),
        expected_exchange(
            KeysightDaq970aHarness,
            ("*IDN?", "Keysight Technologies,DAQ970A,MY00000001,A.02.03-01.00-02.01-00.02-02-00"),
            OK,
            ("SYST:CTYP? 1", card),
            ("SYST:CTYP? 2", card),
            ("SYST:CTYP? 3", "Keysight Technologies,0,0,0"),
            opening=True,
        ),
    ):
        pass
