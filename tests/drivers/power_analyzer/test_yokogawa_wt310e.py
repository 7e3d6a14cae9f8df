"""The bus trace of the WT300E analysers."""

from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, InstrumentError, OutOfRange
from drivers.exchange import expected_exchange
from drivers.power_analyzer.yokogawa_wt310e import YokogawaWt310e
from drivers.reading import InstrumentIdentity, Reading

OK = (":STAT:ERR?", '0,"No error"')
VALUES = ":NUM:NORM:VAL?"
OPTIONS = ("*OPT?", "C7,EX2,G5")


def who(model: str = "WT310E") -> InstrumentIdentity:
    return InstrumentIdentity(maker="YOKOGAWA", model=model, serial="C2UE00001", firmware="F1.04")


def commands(*texts: str) -> list[Any]:
    return [row for text in texts for row in ((text, None), OK)]


def applied(mode: str, volt: str, ampere: str) -> list[Any]:
    return commands(f":INP:MODE {mode}", ":INP:VOLT:AUTO OFF", f":INP:VOLT:RANG {volt}", ":INP:CURR:AUTO OFF", ampere)


def items(element: int) -> list[Any]:
    names = [f":NUM:NORM:ITEM{place} {name},{element}" for place, name in enumerate(("U", "I", "P", "LAMB"), 1)]
    return commands(":NUM:NORM:NUM 4", *names)


AC = applied("RMS", "300", ":INP:CURR:RANG 20")
SENSOR = [
    *commands(":INP:MODE DC", ":INP:VOLT:AUTO OFF", ":INP:VOLT:RANG 60", ":INP:CURR:SRAT:ELEM2 1"),
    *commands(":INP:CURR:AUTO OFF", ":INP:CURR:RANG EXT,0.1"),
]


def test_four_numbers_are_read_after_a_whole_update(clock: Any) -> None:
    """U, I, P and the factor of one element, of an update that began after the call: two periods later."""
    rows = (*AC, *items(1), (VALUES, "230.02E+00,13.500E+00,3.0748E+03,0.9902E+00"))
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who()) as analyzer:
        analyzer.configure_element(1, voltage_range_v=230.0, current_range_a=15.0)
        found = analyzer.measure(1)
    assert clock.now() == 0.5
    assert found.voltage == Reading(230.02, "V")
    assert found.current == Reading(13.5, "A")
    assert found.power == Reading(3074.8, "W")
    assert found.power_factor == Reading(0.9902, "1")
    assert found.voltage.expanded_uncertainty == pytest.approx(0.230 + 0.15, abs=1e-3)
    assert found.power.expanded_uncertainty == pytest.approx(3.0748 + 3.0, abs=1e-3)
    assert (found.current.range, found.power.range) == ("20 A", "6000 W")


def test_a_sensor_scales_the_current_range(clock: Any) -> None:
    """60 A through 1 mV/A is 60 mV on the sensor input: its 100 mV range, which is 100 A."""
    rows = (OPTIONS, *SENSOR, *items(2), (VALUES, "50.120E+00,59.980E+00,3.0062E+03,1.0000E+00"))
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who("WT333E")) as analyzer:
        analyzer.configure_element(2, voltage_range_v=60.0, current_range_a=60.0, sensor_v_per_a=1e-3, dc=True)
        found = analyzer.measure(2)
    assert (found.current, found.current.range) == (Reading(59.98, "A"), "100 A")
    assert found.current.expanded_uncertainty == pytest.approx(0.05998 + 0.2, abs=1e-4)


def test_elements_set_differently_are_measured_in_turns(clock: Any) -> None:
    """All elements of a WT333E share their ranges: the other element's come first, and its update is waited for."""
    measured = (VALUES, "1.0000E+00,1.0000E+00,1.0000E+00,1.0000E+00")
    rows = (*AC, OPTIONS, *SENSOR, *AC, *items(1), measured, *SENSOR, *items(2), measured, measured)
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who("WT333E")) as analyzer:
        analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
        analyzer.configure_element(2, voltage_range_v=60.0, current_range_a=60.0, sensor_v_per_a=1e-3, dc=True)
        analyzer.measure(1)
        analyzer.measure(2)
        analyzer.measure(2)


def test_automatic_ranges_are_given_time_and_asked_for(clock: Any) -> None:
    """While it looks for its range there is no data; afterwards it says which one it took."""
    rows = (
        *applied("RMS", "600", ":INP:CURR:RANG 20")[:6],
        *commands(":INP:VOLT:AUTO ON", ":INP:CURR:AUTO OFF", ":INP:CURR:RANG 20", ":INP:CURR:AUTO ON"),
        *items(1),
        (VALUES, "NAN,NAN,NAN,NAN"),
        (VALUES, "230.02E+00,1.0000E+00,230.00E+00,1.0000E+00"),
        (":INP:VOLT:RANG?", "300.0E+00"),
        (":INP:CURR:RANG?", "1.0E+00"),
    )
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who()) as analyzer:
        analyzer.configure_element(1)
        found = analyzer.measure(1)
    assert (found.voltage.range, found.current.range) == ("300 V", "1 A")
    assert clock.now() == 0.75


def test_beyond_a_range_is_over(clock: Any) -> None:
    """INF is a side of the range; the power of a current that is not known is not known either."""
    rows = (*AC, *items(1), (VALUES, "230.02E+00,INF,INF,INF"))
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who()) as analyzer:
        analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
        found = analyzer.measure(1)
    assert found.voltage == Reading(230.02, "V")
    assert {found.current.over_range, found.power.over_range, found.power_factor.over_range} == {"OVER"}
    assert found.power.expanded_uncertainty is None


def test_no_data_raises_and_names_what_is_missing(clock: Any) -> None:
    """NAN is never taken for a number."""
    rows = (*AC, *items(1), (VALUES, "230.02E+00,0.0000E+00,0.0000E+00,NAN"))
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who()) as analyzer:
        analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
        with pytest.raises(DeviceError, match="no value for LAMB,1"):
            analyzer.measure(1)


def test_fewer_numbers_than_items_are_garbled(clock: Any) -> None:
    """A cut line cannot shift the power into the current."""
    rows = (*AC, *items(1), (VALUES, "230.02E+00,13.500E+00,3.0748E+03"))
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who()) as analyzer:
        analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
        with pytest.raises(Garbled, match="expected 4 numbers"):
            analyzer.measure(1)


def test_distortion_is_a_ratio_to_the_fundamental(clock: Any) -> None:
    """The analyser says per cent, synchronised to the element's voltage."""
    chosen = commands(":HARM:PLLS U1", ":HARM:THD IEC", ":NUM:NORM:NUM 2")
    chosen += commands(":NUM:NORM:ITEM1 ITHD,1", ":NUM:NORM:ITEM2 I,1")
    rows = (*AC, OPTIONS, *chosen, (VALUES, "4.210E+00,14.000E+00"))
    with expected_exchange(YokogawaWt310e, *rows, clock=clock, identity=who()) as analyzer:
        analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
        found = analyzer.measure_current_distortion(1)
    assert found.value == pytest.approx(0.0421)
    assert found.unit == "1"
    assert found.expanded_uncertainty == pytest.approx(0.0015 * 0.0421 + 0.0035 * 20.0 / 14.0)


def test_distortion_needs_its_option(clock: Any) -> None:
    """Without /G5 the analyser has no harmonics."""
    with expected_exchange(YokogawaWt310e, *AC, ("*OPT?", "C7,EX2"), clock=clock, identity=who()) as analyzer:
        analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
        with pytest.raises(DeviceError, match="/G5"):
            analyzer.measure_current_distortion(1)


@pytest.mark.parametrize(
    ("model", "element", "options", "said"),
    [
        ("WT310E", 1, {"current_range_a": 54.0}, "54 A is above the 20 A"),
        ("WT310EH", 1, {"current_range_a": 54.0}, "54 A is above the 40 A"),
        ("WT310E", 1, {"voltage_range_v": 601.0}, "601 V is outside 0 to 600 V"),
        ("WT310E", 2, {}, "has no element 2, only 1"),
        ("WT332E", 2, {}, "has no element 2, only 1, 3"),
        ("WT310E", 1, {"sensor_v_per_a": 0.0}, r"outside 0\.001 to 9999 mV/A"),
    ],
)
def test_what_the_model_cannot_do_never_reaches_the_wire(
    clock: Any, model: str, element: int, options: dict[str, float], said: str
) -> None:
    """A bench whose analyser cannot carry the unit is refused, and the limit is named."""
    with (
        expected_exchange(YokogawaWt310e, clock=clock, identity=who(model)) as analyzer,
        pytest.raises(OutOfRange, match=said),
    ):
        analyzer.configure_element(element, **options)  # type: ignore[arg-type]


def test_a_sensor_beyond_its_input_is_refused(clock: Any) -> None:
    """300 A through 10 mV/A is 3 V; the sensor input of /EX2 ends at 2 V."""
    with (
        expected_exchange(YokogawaWt310e, OPTIONS, clock=clock, identity=who()) as analyzer,
        pytest.raises(OutOfRange, match="sensor voltage 3 V is outside 0 to 2 V"),
    ):
        analyzer.configure_element(1, current_range_a=300.0, sensor_v_per_a=0.01)


def test_an_element_without_ranges_is_not_measured(clock: Any) -> None:
    """What the last user set is unknown."""
    with (
        expected_exchange(YokogawaWt310e, clock=clock, identity=who()) as analyzer,
        pytest.raises(InstrumentError, match="configure it first"),
    ):
        analyzer.measure(1)


def test_opening_turns_headers_off_before_the_error_queue_is_read() -> None:
    """With headers on, no answer is a number."""
    rows = (("*IDN?", "YOKOGAWA,WT310E,C2UE00001,F1.04"), (":COMM:HEAD OFF", None), OK)
    prepared = commands(":SYST:COMM:COMM WT300", ":NUM:FORM ASC", ":RATE 250MS", ":INP:CFAC 3", ":INP:FILT:FREQ ON")
    with expected_exchange(YokogawaWt310e, *rows, *prepared, opening=True) as analyzer:
        assert analyzer.identity.model == "WT310E"
