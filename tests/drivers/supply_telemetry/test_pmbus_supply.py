"""The bus trace of a supply on PMBus."""

from typing import Any

import pytest

from drivers.capabilities import SupplyEvent, SupplyIdentity
from drivers.errors import DeviceError, LinkError, OutOfRange
from drivers.exchange import Row, expected_exchange
from drivers.pmbus import packet_error_code
from drivers.reading import Reading
from drivers.supply_telemetry.pmbus_supply import PmbusSupply

VOUT_MODE = 0x20


def read(command: int, content: str) -> Row:
    """One read of device 58h with its check byte."""
    raw = bytes.fromhex(content)
    check = packet_error_code(bytes((0xB0, command, 0xB1)) + raw)
    return f"read 58h {command} {len(raw) + 1}", raw + bytes((check,))


def block(command: int, content: bytes) -> list[Row]:
    """A block is asked for its length, then read whole."""
    whole = bytes((len(content),)) + content
    return [(f"read 58h {command} 1", whole[:1]), read(command, whole.hex())]


def write(command: int, content: str = "", cml: str = "00") -> list[Row]:
    """A write with its check byte, then STATUS_CML."""
    raw = bytes.fromhex(content)
    sent = raw + bytes((packet_error_code(bytes((0xB0, command)) + raw),))
    return [(f"write 58h {command} {sent.hex(' ').upper()}", None), read(0x7E, cml)]


@pytest.mark.parametrize(
    ("method", "command", "word", "expected"),
    [
        ("read_input_voltage", 0x88, "98F3", Reading(230.0, "V")),
        ("read_input_current", 0x89, "60D3", Reading(13.5, "A")),
        ("read_output_current", 0x8C, "20EB", Reading(100.0, "A")),
        ("read_output_power", 0x96, "E80B", Reading(2000.0, "W")),
        ("read_input_power", 0x97, "1112", Reading(2116.0, "W")),
    ],
)
def test_a_value_is_one_linear11_word(method: str, command: int, word: str, expected: Reading) -> None:
    """Low byte first, check byte last."""
    with expected_exchange(PmbusSupply, read(command, word)) as supply:
        assert getattr(supply, method)() == expected


def test_the_output_voltage_is_read_under_vout_mode() -> None:
    """12 V at N = -9 is 1800h."""
    with expected_exchange(PmbusSupply, read(VOUT_MODE, "17"), read(0x8B, "0018")) as supply:
        assert supply.read_output_voltage() == Reading(12.0, "V")


def test_a_wrong_vout_mode_is_no_voltage() -> None:
    """Another format, or another exponent than the product's: refused before the voltage is read."""
    with (
        expected_exchange(PmbusSupply, read(VOUT_MODE, "40"), read(VOUT_MODE, "16"), exponent=-9) as supply,
    ):
        with pytest.raises(DeviceError, match="direct"):
            supply.read_output_voltage()
        with pytest.raises(DeviceError, match="exponent -10"):
            supply.read_output_voltage()


def test_temperatures_and_installed_fans() -> None:
    """FAN_CONFIG_1_2 says that there is one fan; a second is not asked for."""
    with expected_exchange(
        PmbusSupply,
        read(0x8D, "1900"),
        read(0x8E, "3D00"),
        read(0x8F, "FB07"),
        read(0x3A, "80"),
        read(0x90, "E823"),
    ) as supply:
        assert [reading.value for reading in supply.read_temperatures()] == [25.0, 61.0, -5.0]
        assert supply.read_fan_speeds() == (Reading(16_000.0, "1/min"),)


def test_the_identity_is_five_blocks() -> None:
    """MFR_ID, MFR_MODEL, MFR_SERIAL, MFR_REVISION, MFR_DATE."""
    rows = [
        *block(0x99, b"ACME"),
        *block(0x9A, b"CRPS-2K  "),
        *block(0x9E, b"PS0001"),
        *block(0x9B, b"1.04\0"),
        *block(0x9D, b"260105"),
    ]
    with expected_exchange(PmbusSupply, *rows) as supply:
        assert supply.read_identity() == SupplyIdentity("ACME", "CRPS-2K", "PS0001", "1.04", "260105")


@pytest.mark.parametrize(
    ("word", "details", "names"),
    [
        (0x0000, {}, ()),
        (0x0840, {}, ()),
        (0x8020, {0x7A: "80"}, ("OVER_VOLTAGE",)),
        (0xC010, {0x7A: "10", 0x7B: "C0"}, ("OVER_CURRENT", "SHORT_CIRCUIT", "UNDER_VOLTAGE")),
        (0x2008, {0x7C: "18"}, ("AC_LOSS",)),
        (0x0404, {0x81: "80", 0x7D: "C0"}, ("FAN_FAULT", "OVER_TEMPERATURE", "OVER_TEMPERATURE_WARNING")),
        (0x2000, {0x7C: "20"}, ("STATUS_7Ch.5",)),
        (0x0002, {0x7E: "20"}, ("STATUS_7Eh.5",)),
        (0x8000, {0x7A: "00"}, ("STATUS_WORD.15",)),
        (0x1201, {}, ("STATUS_WORD.0", "STATUS_WORD.12", "STATUS_WORD.9")),
        (0x0008, {}, ("STATUS_WORD.3",)),
    ],
)
def test_alarms_are_named_and_no_bit_goes_unheard(word: int, details: dict[int, str], names: tuple[str, ...]) -> None:
    """STATUS_WORD leads to the registers; what none of them explains is told by its bit."""
    order = [register for register in (0x7D, 0x7E, 0x81, 0x7C, 0x7B, 0x7A) if register in details]
    for register in details:
        assert register in order
    by_bit = {1: 0x7E, 2: 0x7D, 10: 0x81, 13: 0x7C, 14: 0x7B, 15: 0x7A}
    rows = [read(by_bit[bit], details[by_bit[bit]]) for bit in sorted(by_bit) if word >> bit & 1]
    with expected_exchange(PmbusSupply, read(0x79, word.to_bytes(2, "little").hex()), *rows) as supply:
        assert supply.read_alarms() == names


def test_fan_duty_is_in_percent_and_read_back() -> None:
    """FAN_COMMAND_1 is a floor, so zero gives the fans back; 50 % is 800 * 2^-4."""
    rows = [*write(0x3B, "20E3"), read(0x3B, "20E3"), *write(0x3B, "0080"), read(0x3B, "0000")]
    rows += [*write(0x3B, "20E3"), read(0x3B, "1E00")]
    with expected_exchange(PmbusSupply, *rows) as supply:
        supply.set_fan_duty(0.5)
        supply.set_fan_duty(None)
        with pytest.raises(DeviceError, match="holds 30 % after 50 %"):
            supply.set_fan_duty(0.5)


@pytest.mark.parametrize("duty", [-0.01, 1.01, float("nan")])
def test_a_duty_that_is_none_never_reaches_the_wire(duty: float) -> None:
    """0 to 1."""
    with expected_exchange(PmbusSupply) as supply, pytest.raises(OutOfRange, match="duty"):
        supply.set_fan_duty(duty)


def test_operation_and_clearing() -> None:
    """Off is 00h, on 80h, and both are read back."""
    rows = [*write(0x01, "00"), read(0x01, "00"), *write(0x01, "80"), read(0x01, "00"), *write(0x03), *write(0xD3)]
    with expected_exchange(PmbusSupply, *rows) as supply:
        supply.set_output(False)
        with pytest.raises(DeviceError, match="holds 00h after 80h"):
            supply.set_output(True)
        supply.clear_alarms()
        supply.clear_events()
        supply.safe_state()


def test_the_black_box_is_read_entry_by_entry() -> None:
    """Each says its own number."""
    rows = [
        read(0xD0, "02"),
        *write(0xD1, "00"),
        *block(0xD2, bytes.fromhex("0001 C9040000")),
        *write(0xD1, "01"),
        *block(0xD2, bytes.fromhex("0102 70110100")),
    ]
    with expected_exchange(PmbusSupply, *rows) as supply:
        assert supply.read_events() == (SupplyEvent("AC_LOSS", 12.25), SupplyEvent("FAN_FAULT", 700.0))


@pytest.mark.parametrize(
    ("entry", "message"), [("0101 00000000", "got entry 1"), ("0000 00000000", "code 0"), ("0001 00", "3 bytes")]
)
def test_an_entry_that_is_not_the_one_asked_for_is_refused(entry: str, message: str) -> None:
    """Another entry, an unknown code, another length."""
    rows = [read(0xD0, "01"), *write(0xD1, "00"), *block(0xD2, bytes.fromhex(entry))]
    with expected_exchange(PmbusSupply, *rows) as supply, pytest.raises(DeviceError, match=message):
        supply.read_events()


def test_a_supply_without_power_does_not_acknowledge() -> None:
    """The bus says so, and the next question is asked as if nothing had been."""
    absent = LinkError("not acknowledged")
    with expected_exchange(PmbusSupply, ("read 58h 136 3", absent), read(0x88, "98F3")) as supply:
        with pytest.raises(LinkError, match="not acknowledged"):
            supply.read_input_voltage()
        assert supply.read_input_voltage() == Reading(230.0, "V")


def test_opening_says_nothing_to_a_supply_that_may_not_be_there() -> None:
    """The station opens its bus before the first supply has power."""
    with expected_exchange(PmbusSupply, opening=True, serial="A1") as supply:
        assert supply.identity.serial == "A1"
        supply.close()
        supply.close()


@pytest.mark.parametrize("suffix", ["address=0xB0", "exponent=16", "unit=1", "address=", "address"])
def test_a_resource_that_makes_no_sense_is_refused(place: Any, suffix: str) -> None:
    """Before anything is opened; an address has seven bits."""
    with pytest.raises(OutOfRange):
        PmbusSupply.open(f"/dev/i2c-99?{suffix}", place)
