"""The bus traces of the DC supplies: one capability through two dialects, with and without channel lists."""

from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.power_supply.keysight_n5700 import KeysightN5700
from drivers.power_supply.keysight_n6700 import KeysightN6700
from drivers.reading import InstrumentIdentity, Reading

OK = ("SYST:ERR?", '+0,"No error"')
N5767A = InstrumentIdentity(maker="Agilent Technologies", model="N5767A", serial="1", firmware="A.01.02")
ZERO = "+1.200000E-03"


def commands(*texts: str) -> list[Any]:
    return [row for text in texts for row in ((text, None), OK)]


def asked(question: str, answer: str) -> list[Any]:
    return [(question, answer), OK]


def mainframe(*rows: Any, **options: Any) -> Any:
    return expected_exchange(KeysightN6700, *rows, modules={1: "N6754A", 2: "N6733B"}, **options)


def supply(*rows: Any, **options: Any) -> Any:
    return expected_exchange(KeysightN5700, *rows, identity=N5767A, **options)


def off(channel: int) -> list[Any]:
    at = f"(@{channel})"
    return [
        *commands(f"OUTP OFF,{at}"),
        (f"OUTP? {at}", "0"),
        *asked(f"MEAS:VOLT? {at}", ZERO),
        *asked(f"MEAS:CURR? {at}", ZERO),
    ]


PLAIN_OFF = [*commands("OUTP OFF"), ("OUTP?", "0"), *asked("MEAS:VOLT?", ZERO), *asked("MEAS:CURR?", ZERO)]


def test_opening_a_mainframe_finds_its_modules_and_switches_all_off() -> None:
    """Every output is off before the first of them is asked to prove it."""
    rows = [
        ("*IDN?", "Keysight Technologies,N6701C,MY1,E.02.07.3067"),
        OK,
        ("SYST:CHAN:COUN?", "2"),
        ("SYST:CHAN:MOD? (@1)", '"N6754A"'),
        ("SYST:CHAN:MOD? (@2)", "N6733B"),
        *commands("OUTP OFF,(@1)", "OUTP OFF,(@2)"),
        *off(1),
        *off(2),
    ]
    with expected_exchange(KeysightN6700, *rows, opening=True, serial="MY1") as driver:
        assert driver.identity.model == "N6701C"


def test_a_module_without_known_rating_is_refused() -> None:
    """Nothing would be checked against its limits."""
    rows = [
        ("*IDN?", "Keysight Technologies,N6701C,MY1,E.02.07"),
        OK,
        ("SYST:CHAN:COUN?", "1"),
        ("SYST:CHAN:MOD? (@1)", "N6784A"),
    ]
    with (
        pytest.raises(WrongInstrument, match="N6784A in channel 1"),
        expected_exchange(KeysightN6700, *rows, opening=True),
    ):
        pass


def test_opening_a_single_supply() -> None:
    """Maker in capitals or not; five fields of identification."""
    rows = [("*IDN?", "AGILENT TECHNOLOGIES,N5767A,US1,A.01.02,REV:C"), OK, *commands("OUTP OFF"), *PLAIN_OFF]
    with expected_exchange(KeysightN5700, *rows, opening=True) as driver:
        assert driver.identity.firmware == "A.01.02,REV:C"


def test_the_same_settings_in_two_dialects() -> None:
    """VOLT 48,(@2) … and VOLT 48."""
    with mainframe(*commands("VOLT 12,(@2)", "CURR 1.5,(@2)")) as driver:
        driver.configure(12.0, 1.5, channel=2)
    with supply(*commands("VOLT 48", "CURR 10")) as driver:
        driver.configure(48.0, 10.0)


def test_a_protection_that_rises_comes_first_and_one_that_falls_last() -> None:
    """In the other order the N5700 refuses and the N6700 trips."""
    with mainframe(
        ("VOLT? (@1)", "+1.20000E+01"), *commands("VOLT:PROT 55,(@1)", "VOLT 48,(@1)", "CURR 5,(@1)")
    ) as driver:
        driver.configure(48.0, 5.0, overvoltage_v=55.0)
    with supply(("VOLT?", "+4.80000E+01"), *commands("VOLT 12", "VOLT:PROT 14", "CURR 5")) as driver:
        driver.configure(12.0, 5.0, overvoltage_v=14.0)


def test_on_is_read_back_and_off_is_proven() -> None:
    """By the state and by the meters."""
    with mainframe(*commands("OUTP ON,(@2)"), ("OUTP? (@2)", "1"), *off(2)) as driver:
        driver.set_output(True, channel=2)
        driver.set_output(False, channel=2)


def test_an_output_that_stays_off_names_its_condition() -> None:
    """Tripped by overvoltage."""
    rows = [*commands("OUTP ON"), ("OUTP?", "0"), ("STAT:QUES:COND?", "1")]
    with supply(*rows) as driver, pytest.raises(DeviceError, match="questionable condition is 1"):
        driver.set_output(True)


def test_an_output_that_reads_on_after_off_is_not_safe() -> None:
    """The other outputs have been switched off all the same."""
    rows = [*commands("OUTP OFF,(@1)", "OUTP OFF,(@2)", "OUTP OFF,(@1)"), ("OUTP? (@1)", "1")]
    with mainframe(*rows) as driver, pytest.raises(NotSafe, match="output 1 was switched off and reads on"):
        driver.safe_state()


def test_a_voltage_on_an_output_that_reads_off_is_not_safe(clock: Any) -> None:
    """Either its relay is welded or something else feeds it: from here nobody can tell."""

    class CoarseClock(type(clock)):  # type: ignore[misc]
        def sleep(self, seconds: float) -> None:
            self.seconds += 2.0

    live = [*asked("MEAS:VOLT?", "+4.800000E+01"), *asked("MEAS:CURR?", ZERO)]
    rows = [*commands("OUTP OFF", "OUTP OFF"), ("OUTP?", "0"), *live, *live, *live]
    with supply(*rows, clock=CoarseClock()) as driver, pytest.raises(NotSafe, match=r"has 48\.0 V"):
        driver.safe_state()


def test_clearing_a_protection_does_not_switch_on() -> None:
    """Off first, then clear, then the proof."""
    with mainframe(*commands("OUTP OFF,(@1)", "OUTP:PROT:CLE (@1)"), *off(1)) as driver:
        driver.clear_protection()


def test_readings_carry_the_class_of_the_data_sheet() -> None:
    """Of the reading and of the rating of the module in that channel."""
    with mainframe(*asked("MEAS:VOLT? (@2)", "+1.200000E+01"), *asked("MEAS:CURR? (@2)", "-5.000000E-01")) as driver:
        volt, ampere = driver.measure_voltage(channel=2), driver.measure_current(channel=2)
    assert (volt, ampere) == (Reading(12.0, "V"), Reading(-0.5, "A"))
    assert volt.expanded_uncertainty == pytest.approx(0.012 + 0.020)
    assert ampere.expanded_uncertainty == pytest.approx(0.00075 + 0.005)


@pytest.mark.parametrize("answer", ["+1.200000E+0", "12,0", "9.91E37"])
def test_a_cut_or_foreign_number_is_garbled(answer: str) -> None:
    """These supplies answer NR3, so a cut answer is told from a whole one."""
    with supply(*asked("MEAS:VOLT?", answer)) as driver, pytest.raises(Garbled):
        driver.measure_voltage()


def test_the_watchdog_is_armed_and_read_back() -> None:
    """The delay first; feeding it is a question that also says whether it is armed."""
    with mainframe(
        *commands("OUTP:PROT:WDOG:DEL 5", "OUTP:PROT:WDOG ON"),
        ("OUTP:PROT:WDOG?", "1"),
        ("OUTP:PROT:WDOG?", "0"),
        *commands("OUTP:PROT:WDOG OFF"),
    ) as driver:
        driver.arm_watchdog(5)
        with pytest.raises(DeviceError, match="not armed"):
            driver.feed_watchdog()
        driver.disarm_watchdog()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda d: d.configure(61.3, 1.0), r"voltage 61\.3 V is outside 0 to 61\.2 V"),
        (lambda d: d.configure(12.0, 21.0), "current limit"),
        (lambda d: d.configure(12.0, 1.0, overvoltage_v=67.0), "overvoltage protection"),
        (lambda d: d.configure(12.0, 1.0, overvoltage_v=11.0), "trips at 12 V"),
        (lambda d: d.configure(12.0, 3.0, channel=2), "current limit"),
        (lambda d: d.configure(12.0, 1.0, channel=3), "no channel 3"),
        (lambda d: d.set_output(True, channel=0), "no channel 0"),
        (lambda d: d.measure_voltage(channel=5), "no channel 5"),
        (lambda d: d.arm_watchdog(0), "watchdog"),
        (lambda d: d.arm_watchdog(1.5), "watchdog"),
    ],
)
def test_what_the_mainframe_cannot_do_never_reaches_the_wire(act: Any, said: str) -> None:
    """Each channel has the limits of its module."""
    with mainframe() as driver, pytest.raises(OutOfRange, match=said):
        act(driver)


def test_a_single_supply_has_one_channel_and_a_gap_below_its_protection() -> None:
    """95 % of the protection is the highest voltage."""
    with supply() as driver:
        with pytest.raises(OutOfRange, match="has 1 alone"):
            driver.set_output(True, channel=2)
        with pytest.raises(OutOfRange, match=r"needs 50\.5263 V at least"):
            driver.configure(48.0, 1.0, overvoltage_v=50.0)
