"""The bus traces of the electronic loads: the same dialect in front of one channel and behind CHAN n."""

from typing import Any

import pytest

from drivers.capabilities import LoadRating
from drivers.electronic_load.chroma_63200a import Chroma63200a
from drivers.electronic_load.chroma_63600 import Chroma63600
from drivers.errors import DeviceError, Garbled, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.reading import InstrumentIdentity, Reading

OK = ("SYST:ERR?", '+0,"No error"')
MODEL = "63212A-150-1200"
IDN = f"Chroma,{MODEL},632120001,1.06"
IDENTITY = InstrumentIdentity(maker="Chroma", model=MODEL, serial="632120001", firmware="1.06")


def commands(*texts: str) -> list[Any]:
    return [row for text in texts for row in ((text, None), OK)]


def asked(question: str, answer: str) -> list[Any]:
    return [(question, answer), OK]


OFF = [*commands("LOAD OFF"), ("LOAD?", "OFF"), *asked("MEAS:CURR?", "0.012")]


def load(*rows: Any, **options: Any) -> Any:
    return expected_exchange(Chroma63200a, *rows, identity=IDENTITY, **options)


def module(*rows: Any) -> Any:
    return expected_exchange(Chroma63600, *rows, channel=3, module="63640-80-80")


def test_the_name_of_a_model_is_its_rating() -> None:
    """12 kW, 150 V, 1200 A; and 400 W, 80 V, 80 A of a module, left or right or whole."""
    with load() as driver:
        assert driver.rating == LoadRating(voltage_v=150.0, current_a=1200.0, power_w=12000.0)
    assert Chroma63200a.rating_of("63206A-150-600") == LoadRating(voltage_v=150.0, current_a=600.0, power_w=6000.0)
    assert Chroma63600.rating_of("63640-80-80") == LoadRating(voltage_v=80.0, current_a=80.0, power_w=400.0)
    assert Chroma63600.rating_of("63610-80-20L") == LoadRating(voltage_v=80.0, current_a=20.0, power_w=100.0)
    for cls in (Chroma63200a, Chroma63600):
        with pytest.raises(WrongInstrument, match="names are such as"):
            cls.rating_of("6314A")


def test_opening_switches_off_and_takes_the_high_range() -> None:
    """The set values of a low range would be refused above it."""
    with expected_exchange(Chroma63200a, ("*IDN?", IDN), OK, *OFF, *commands("MODE CCH"), *OFF, opening=True) as driver:
        assert driver.rating.power_w == 12000.0


def test_opening_a_mainframe_finds_its_first_module() -> None:
    """CHAN 1 is refused and CHAN 2 passed over; what is selected says so."""
    absent = ("SYST:ERR?", '-222,"Data out of range"')
    off = [
        *commands("CHAN 3;:LOAD OFF"),
        ("CHAN 3;:LOAD?", "OFF"),
        *asked("CHAN 3;:MEAS:CURR?", "0.001"),
    ]
    rows = [
        ("*IDN?", "CHROMA,63600-5,636000001,1.92"),
        OK,
        ("CHAN 1", None),
        absent,
        OK,
        ("CHAN?", "5"),
        ("CHAN 2", None),
        OK,
        ("CHAN?", "5"),
        ("CHAN 3", None),
        OK,
        ("CHAN?", "3"),
        ("CHAN:ID?", "CHROMA,63640-80-80,636400001,1.92,1.92"),
        *off,
        *commands("CHAN 3;:MODE CCH"),
        *off,
    ]
    with expected_exchange(Chroma63600, *rows, opening=True) as driver:
        assert (driver.channel, driver.module) == (3, "63640-80-80")
        assert driver.rating.power_w == 400.0


def test_a_mainframe_without_modules_is_refused() -> None:
    """Nothing can be loaded with it."""
    rows = [row for n in range(1, 11) for row in ((f"CHAN {n}", None), OK, ("CHAN?", "0"))]
    with (
        pytest.raises(WrongInstrument, match="no module"),
        expected_exchange(Chroma63600, ("*IDN?", "CHROMA,63600-5,1,1.92"), OK, *rows, opening=True),
    ):
        pass


def test_current_is_set_before_the_mode() -> None:
    """An input that is on must not draw what an earlier test has left; slew rates are A/us on the wire."""
    with load(
        *commands("CURR:STAT:RISE 3", "CURR:STAT:FALL 3", "CURR:STAT:L1 237.6", "MODE CCH"),
        *commands("CURR:STAT:RISE 24", "CURR:STAT:FALL 24", "CURR:STAT:L1 10", "MODE CCH"),
    ) as driver:
        driver.set_constant_current(237.6, slew_a_s=3e6)
        driver.set_constant_current(10.0)


def test_every_message_to_a_module_selects_it() -> None:
    """The front panel may have selected another one."""
    with module(
        *commands(
            *(f"CHAN 3;:{c}" for c in ("CURR:STAT:RISE 0.25", "CURR:STAT:FALL 0.25", "CURR:STAT:L1 50", "MODE CCH"))
        ),
        *commands("CHAN 3;:LOAD ON"),
        ("CHAN 3;:LOAD?", "ON"),
        *asked("CHAN 3;:MEAS:VOLT?", "12.0123"),
    ) as driver:
        driver.set_constant_current(50.0, slew_a_s=2.5e5)
        driver.set_input(True)
        assert driver.measure_voltage() == Reading(12.0123, "V")


def test_resistance_and_power_have_modes_of_their_own() -> None:
    """CRH and CPH."""
    with load(*commands("RES:STAT:L1 0.5", "MODE CRH", "POW:STAT:L1 3000", "MODE CPH")) as driver:
        driver.set_constant_resistance(0.5)
        driver.set_constant_power(3000.0)


def test_a_dynamic_current_is_two_levels_two_times_and_a_slope() -> None:
    """Low first, without end."""
    with load(
        *commands(
            "CURR:DYN:L1 50",
            "CURR:DYN:L2 130",
            "CURR:DYN:T1 0.01",
            "CURR:DYN:T2 0.005",
            "CURR:DYN:RISE 0.25",
            "CURR:DYN:FALL 0.25",
            "CURR:DYN:REP 0",
            "MODE CCDH",
        )
    ) as driver:
        driver.set_dynamic_current(50.0, 130.0, 0.01, 0.005, 2.5e5)


def test_an_input_that_stays_off_names_its_trips() -> None:
    """OVP and fan failure (bit 7, which one public driver has wrong)."""
    rows = [*commands("LOAD ON"), ("LOAD?", "OFF"), ("STAT:CHAN:COND?", "130")]
    with load(*rows) as driver, pytest.raises(DeviceError, match="OVP, FAN"):
        driver.set_input(True)


@pytest.mark.parametrize(
    ("register", "names"),
    [("0", ()), ("1", ("OTP",)), ("24", ("OPP", "REVERSE")), ("352", ("SYNC", "MAX", "INHIBIT"))],
)
def test_trips_have_names(register: str, names: tuple[str, ...]) -> None:
    """The condition register, bit by bit."""
    with load(("STAT:CHAN:COND?", register)) as driver:
        assert driver.read_trips() == names


def test_a_register_that_is_none_is_garbled() -> None:
    """ON is no register."""
    with load(("STAT:CHAN:COND?", "ON")) as driver, pytest.raises(Garbled):
        driver.read_trips()


def test_an_input_that_reads_on_after_off_is_not_safe() -> None:
    """LOAD OFF was sent and it says ON."""
    with load(*commands("LOAD OFF"), ("LOAD?", "ON")) as driver, pytest.raises(NotSafe, match="says ON"):
        driver.safe_state()


def test_current_into_an_input_that_reads_off_is_not_safe(clock: Any) -> None:
    """A shorted power stage draws whatever LOAD? says."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 0.6

    drawn = asked("MEAS:CURR?", "88.0")
    rows = [*commands("LOAD OFF"), ("LOAD?", "OFF"), *drawn, *drawn, *drawn]
    with load(*rows, clock=CoarseClock()) as driver, pytest.raises(NotSafe, match=r"draws 88\.0 A"):
        driver.safe_state()


def test_a_short_is_read_back() -> None:
    """On, and an off that is not believed."""
    rows = [*commands("LOAD:SHOR ON"), ("LOAD:SHOR?", "ON"), *commands("LOAD:SHOR OFF"), ("LOAD:SHOR?", "ON")]
    with load(*rows) as driver:
        driver.set_short(True)
        with pytest.raises(DeviceError, match="reads otherwise"):
            driver.set_short(False)


def test_readings_carry_the_class_of_the_data_sheet() -> None:
    """0.025 % and 0.025 % of 150 V; 0.05 % and 0.05 % of 1200 A; 0.1 % and 0.1 % of 12 kW; infinity is over-range."""
    rows = [
        *asked("MEAS:VOLT?", "50.000"),
        *asked("MEAS:CURR?", "200.00"),
        *asked("MEAS:POW?", "10000.0"),
        *asked("MEAS:VOLT?", "9.9E37"),
    ]
    with load(*rows) as driver:
        readings = [driver.measure_voltage(), driver.measure_current(), driver.measure_power()]
        assert driver.measure_voltage() == Reading(None, "V", over_range="OVER")
    assert readings == [Reading(50.0, "V"), Reading(200.0, "A"), Reading(10000.0, "W")]
    assert [r.expanded_uncertainty for r in readings] == pytest.approx([0.05, 0.7, 22.0])


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda d: d.set_constant_current(1200.1), f"current 1200.1 A is outside 0 to 1200 A of the {MODEL}"),
        (lambda d: d.set_constant_current(-0.1), "current"),
        (lambda d: d.set_constant_current(1.0, slew_a_s=2.5e7), "slew rate"),
        (lambda d: d.set_constant_power(12001.0), "power"),
        (lambda d: d.set_constant_resistance(1e-4), "resistance"),
        (lambda d: d.set_dynamic_current(200.0, 100.0, 0.01, 0.01, 1e6), "low current"),
        (lambda d: d.set_dynamic_current(0.0, 1300.0, 0.01, 0.01, 1e6), "high current"),
        (lambda d: d.set_dynamic_current(0.0, 100.0, 1e-6, 0.01, 1e6), "low time"),
        (lambda d: d.set_dynamic_current(0.0, 100.0, 0.01, 101.0, 1e6), "high time"),
    ],
)
def test_what_the_load_cannot_do_never_reaches_the_wire(act: Any, said: str) -> None:
    """The message names the model and its limits."""
    with load() as driver, pytest.raises(OutOfRange, match=said):
        act(driver)
