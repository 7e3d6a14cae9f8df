"""The bus trace of an Open Rack V3 supply."""

from typing import Any

import pytest
from pymodbus.framer import FramerRTU

from drivers.capabilities import SupplyEvent, SupplyIdentity
from drivers.errors import DeviceError, OutOfRange
from drivers.exchange import Row, expected_exchange
from drivers.reading import InstrumentIdentity, Reading
from drivers.supply_telemetry.orv3_modbus import Orv3Modbus


def frame(content: str) -> bytes:
    """A frame of unit 1 with its CRC."""
    raw = bytes.fromhex(f"01 {content}")
    return raw + FramerRTU.compute_CRC(raw).to_bytes(2, "big")


def row(question: str, answer: str) -> Row:
    """One question and its answer; rows spell what is ASCII as text."""
    sent = frame(question)
    return (sent.decode() if sent.isascii() else sent, frame(answer))


def read(register: int, *values: int) -> Row:
    """Holding registers from this one on."""
    content = "".join(f"{value:04X}" for value in values)
    return row(f"03 {register:04X} {len(values):04X}", f"03 {2 * len(values):02X} {content}")


def write(register: int, value: int) -> Row:
    """One holding register, echoed."""
    return row(f"06 {register:04X} {value:04X}", f"06 {register:04X} {value:04X}")


def words(text: str, count: int) -> list[int]:
    """A text as its registers hold it: the first character high, filled up with NUL."""
    content = text.encode().ljust(2 * count, b"\0")
    return [int.from_bytes(content[k : k + 2], "big") for k in range(0, 2 * count, 2)]


@pytest.mark.parametrize(
    ("method", "register", "raw", "expected"),
    [
        ("read_output_voltage", 79, 0xC800, Reading(50.0, "V")),
        ("read_output_current", 80, 3840, Reading(60.0, "A")),
        ("read_output_power", 82, 24_000, Reading(3000.0, "W")),
        ("read_bulk_voltage", 83, 26_880, Reading(420.0, "V")),
        ("read_power_factor", 86, 511, Reading(0.998046875, "1")),
        ("read_input_power", 87, 0xF000, Reading(7680.0, "W")),
        ("read_input_voltage", 88, 14_736, Reading(230.25, "V")),
        ("read_input_current", 89, 0xD800, Reading(54.0, "A")),
    ],
)
def test_a_value_is_its_register_over_a_power_of_two(method: str, register: int, raw: int, expected: Reading) -> None:
    """Unsigned: the upper half of the range is no negative power."""
    with expected_exchange(Orv3Modbus, read(register, raw)) as supply:
        assert getattr(supply, method)() == expected


def test_temperatures_are_signed() -> None:
    """Q7: -40 degC to 125 degC, the cold rack included."""
    with expected_exchange(Orv3Modbus, read(69, 0xEC00, 0x3E80), read(69, 0x7FFF, 0x8000)) as supply:
        assert supply.read_temperatures() == (Reading(-40.0, "degC"), Reading(125.0, "degC"))
        over, under = supply.read_temperatures()
        assert (over.over_range, under.over_range) == ("OVER", "UNDER")


def test_a_saturated_register_is_no_number() -> None:
    """All ones is where the register ends."""
    with expected_exchange(Orv3Modbus, read(82, 0xFFFF)) as supply:
        assert supply.read_output_power() == Reading(None, "W", over_range="OVER")


def test_the_identity_is_five_texts() -> None:
    """Padding is not part of them."""
    with expected_exchange(
        Orv3Modbus,
        read(104, *words("ACME", 8)),
        read(8, *words("PSU-3K  ", 8)),
        read(24, *words("PS0001", 16)),
        read(48, *words("1.04", 4)),
        read(16, *words("2026-01-05", 8)),
    ) as supply:
        assert supply.read_identity() == SupplyIdentity("ACME", "PSU-3K", "PS0001", "1.04", "2026-01-05")


def test_a_register_without_text_is_refused() -> None:
    """Erased memory is not a serial number."""
    with (
        expected_exchange(Orv3Modbus, read(104, *[0xFFFF] * 8)) as supply,
        pytest.raises(DeviceError, match="registers 104 to 111 hold no text"),
    ):
        supply.read_identity()


@pytest.mark.parametrize(
    ("alarms", "names"),
    [
        ((0, 0, 0, 0, 0), ()),
        ((0x0100, 0x0101, 0, 0, 0), ("AC_LOSS",)),
        ((0x0200, 0, 0x000F, 0, 0), ("OVER_CURRENT", "OVER_VOLTAGE", "SHORT_CIRCUIT", "UNDER_VOLTAGE")),
        ((0x0C00, 0, 0, 0x0101, 0), ("FAN_FAULT", "OVER_TEMPERATURE")),
        ((0x0004, 0, 0, 0, 0), ("OVER_TEMPERATURE_WARNING",)),
        ((0x0200, 0, 0x0400, 0, 0), ("ALARM_62.10",)),
        ((0x0800, 0, 0, 0, 0), ("ALARM_60.11",)),
        ((0, 0, 0, 0, 0x0001), ("ALARM_64.0",)),
    ],
)
def test_alarms_are_named_and_no_bit_goes_unheard(alarms: tuple[int, ...], names: tuple[str, ...]) -> None:
    """The first register sums up the others; alone it is told by its bit."""
    with expected_exchange(Orv3Modbus, read(60, *alarms)) as supply:
        assert supply.read_alarms() == names


def test_fan_duty_is_written_and_read_back() -> None:
    """In hundredths of a percent; all ones gives the fans back."""
    rows = [write(112, 5000), read(112, 5000), write(112, 0xFFFF), read(112, 0xFFFF), write(112, 1), read(112, 0)]
    with expected_exchange(Orv3Modbus, *rows) as supply:
        supply.set_fan_duty(0.5)
        supply.set_fan_duty(None)
        with pytest.raises(DeviceError, match="holds 0 after 1"):
            supply.set_fan_duty(0.0001)


@pytest.mark.parametrize("duty", [-0.01, 1.01, float("nan")])
def test_a_duty_that_is_none_never_reaches_the_wire(duty: float) -> None:
    """0 to 1."""
    with expected_exchange(Orv3Modbus) as supply, pytest.raises(OutOfRange, match="duty"):
        supply.set_fan_duty(duty)


def test_fans_output_and_clearing() -> None:
    """Each is one register."""
    rows = [read(67, 9000, 9016), write(114, 0), read(114, 0), write(113, 1), write(134, 1)]
    with expected_exchange(Orv3Modbus, *rows) as supply:
        assert supply.read_fan_speeds() == (Reading(9000.0, "1/min"), Reading(9016.0, "1/min"))
        supply.set_output(False)
        supply.clear_alarms()
        supply.clear_events()
        supply.safe_state()


def test_the_black_box_is_read_entry_by_entry() -> None:
    """Each says its own number, so that none is read twice or skipped."""
    rows = [read(128, 2), write(129, 0), read(130, 0, 1, 0, 1225), write(129, 1), read(130, 1, 2, 1, 4464)]
    with expected_exchange(Orv3Modbus, *rows) as supply:
        assert supply.read_events() == (SupplyEvent("AC_LOSS", 12.25), SupplyEvent("FAN_FAULT", 700.0))


@pytest.mark.parametrize(("entry", "message"), [((1, 1, 0, 0), "got entry 1"), ((0, 9, 0, 0), "code 9")])
def test_an_entry_that_is_not_the_one_asked_for_is_refused(entry: tuple[int, ...], message: str) -> None:
    """Somebody else selected another, or the code is not known."""
    with (
        expected_exchange(Orv3Modbus, read(128, 1), write(129, 0), read(130, *entry)) as supply,
        pytest.raises(DeviceError, match=message),
    ):
        supply.read_events()


def test_opening_says_nothing_to_a_supply_that_may_not_be_there() -> None:
    """The station opens its line before the first supply has power."""
    with expected_exchange(Orv3Modbus, opening=True, serial="A1") as supply:
        assert supply.identity.serial == "A1"
        supply.close()
        supply.close()


def test_resync_asks_for_the_longest_block(clock: Any) -> None:
    """No other question has an answer of sixteen registers."""
    with expected_exchange(Orv3Modbus, read(24, *words("PS0001", 16)), clock=clock) as supply:
        supply.resync()
        assert clock.now() >= 1.0


@pytest.mark.parametrize(
    ("suffix", "message"),
    [
        ("unit=0", "unit=0 is outside 1 to 255"),
        ("unit=one", "no whole number"),
        ("unit=1&unit=2", "not understood"),
        ("address=1", "'address' is not understood"),
        ("layout=tower", "layout 'tower'"),
        ("baud=1", "outside"),
        ("nonsense", "not understood"),
    ],
)
def test_a_resource_that_makes_no_sense_is_refused(place: Any, suffix: str, message: str) -> None:
    """Before anything is opened."""
    with pytest.raises(OutOfRange, match=message):
        Orv3Modbus.open(f"/dev/ttyNOWHERE?{suffix}", place)


def test_power_of_a_large_supply_has_fewer_fraction_bits() -> None:
    """A 12 kW supply counts quarters of a watt."""
    identity = InstrumentIdentity(maker="", model="", serial="", firmware="")
    with expected_exchange(Orv3Modbus, read(82, 48_000)) as supply:
        large = Orv3Modbus("line", supply._port, "hpr", identity, supply.clock)
        assert large.read_output_power() == Reading(12_000.0, "W")
