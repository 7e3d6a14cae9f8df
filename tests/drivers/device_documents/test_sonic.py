"""Outputs and tables of SONiC: the captured state database, and the outputs that say the same."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.device_documents.onie_eeprom import TlvCode
from drivers.device_documents.sonic import (
    parse_fans,
    parse_neighbour_table,
    parse_sensors,
    parse_supplies,
    parse_syseeprom,
    parse_transceiver_presence,
)
from drivers.device_documents.sonic_state_db import StateDb
from drivers.device_documents.sonic_transceiver import parse_transceivers
from drivers.device_documents.switch_state import Band, ModuleIdentity, SwitchSensor, TableNeighbour
from drivers.errors import DocumentError


def ruled(*rows: tuple[str, ...]) -> str:
    """A table as SONiC prints it: a header, a rule as wide as each column, rows that stand right in their columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "".join(f"{line}\n" for line in lines)


PRESENCE = """Port       Presence
---------  -----------
Ethernet0  Present
Ethernet4  Not present
"""
SUPPLIES = ruled(
    ("PSU", "Model", "Serial", "HW Rev", "Voltage (V)", "Current (A)", "Power (W)", "Status", "LED"),
    ("PSU 1", "0J6J4K", "CN-0J6J4K-17972-5AF-0086-A00", "1", "12.19", "8.37", "102.70", "WARNING", "green"),
    ("PSU 2", "0J6J4K", "CN-0J6J4K-17972-5AF-008M-A00", "A", "12.18", "10.07", "122.00", "OK", "green"),
)
FANS = ruled(
    ("Drawer", "LED", "FAN", "Speed", "Direction", "Presence", "Status", "Timestamp"),
    ("drawer1", "red", "fan1", "30%", "intake", "Present", "OK", "20200813 01:32:30"),
    ("drawer2", "green", "fan2", "50%", "intake", "Present", "Not OK", "20200813 01:32:30"),
    ("drawer3", "green", "fan3", "50%", "intake", "Present", "Updating", "20200813 01:32:30"),
)
SENSORS = ruled(
    ("Sensor", "Temperature", "High TH", "Low TH", "Crit High TH", "Crit Low TH", "Warning", "Timestamp"),
    ("CPU Core 0", "34.5", "85", "N/A", "100", "N/A", "False", "20200813 01:32:30"),
    ("Outlet", "61.0", "60", "0", "70", "-5", "True", "20200813 01:32:30"),
)
TABLE = """Capability codes: (R) Router, (B) Bridge, (O) Other
LocalPort    RemoteDevice    RemotePortID    Capability    RemotePortDescr
-----------  --------------  --------------  ------------  -----------------
Ethernet0    spine1          Ethernet1       BR
Ethernet4    spine2          Ethernet1       BR            to leaf1 port 4
--------------------------------------------------
Total entries displayed:  2
"""
EEPROM = """TlvInfo Header:
   Id String:    TlvInfo
   Version:      1
   Total Length: 170
TLV Name             Code      Len  Value
-------------------  ------  -----  --------------------------
Product Name         0X21        8  S6100-ON
Serial Number        0X23       20  TH0F6N2RCET0007600NG
Vendor Extension     0XFD        7
CRC-32               0XFE        4  0xAC518FB3

(checksum valid)
"""
MODULES = """Ethernet0: SFP EEPROM detected
        Application Advertisement: 400GAUI-8 C2M - Host Assign (0x1) - 400ZR - Media Assign (0x1)
                                   100GAUI-2 C2M - Host Assign (0x55) - 400ZR - Media Assign (0x1)
        Connector: No separable connector
        Identifier: QSFP28 or later
        Length Cable Assembly(m): 3
        Specification compliance:
                10/40G Ethernet Compliance Code: 40G Active Cable (XLPPI)
        Vendor Date Code(YYYY-MM-DD Lot): 2017-01-13
        Vendor Name: Mellanox
        Vendor OUI: 00-02-c9
        Vendor PN: MFA1A00-C003
        Vendor Rev: AC
        Vendor SN: MT1706FT02064
        ChannelMonitorValues:
                RX1Power: 0.3802dBm
                RX2Power: -0.4871dBm
                RX3Power: -0.0860dBm
                RX4Power: 0.3830dBm
                TX1Bias: 6.7500mA
                TX1Power: N/A
                TX2Bias: 6.7500mA
                TX2Power: N/A
                TX3Bias: 6.7500mA
                TX3Power: N/A
                TX4Bias: 6.7500mA
                TX4Power: N/A
        ChannelThresholdValues:
                RxPowerHighAlarm  : 3.4001dBm
                RxPowerHighWarning: 2.4000dBm
                RxPowerLowAlarm   : -13.5067dBm
                RxPowerLowWarning : -9.5001dBm
                TxBiasHighAlarm   : 10.0000mA
                TxBiasHighWarning : 9.5000mA
                TxBiasLowAlarm    : 0.5000mA
                TxBiasLowWarning  : 1.0000mA
        ModuleMonitorValues:
                Temperature: 30.9258C
                Vcc: 3.2824Volts
        ModuleThresholdValues:
                TempHighAlarm  : 75.0000C
                TempHighWarning: 70.0000C
                TempLowAlarm   : -5.0000C
                TempLowWarning : 0.0000C
                VccHighAlarm   : 3.6300Volts
                VccHighWarning : 3.4650Volts
                VccLowAlarm    : 2.9700Volts
                VccLowWarning  : 3.1349Volts

Ethernet4: SFP EEPROM Not detected
"""
PARSERS: dict[Callable[..., Any], str] = {
    parse_transceiver_presence: PRESENCE,
    parse_supplies: SUPPLIES,
    parse_fans: FANS,
    parse_sensors: SENSORS,
    parse_neighbour_table: TABLE,
    parse_syseeprom: EEPROM,
    parse_transceivers: MODULES,
}
every_parser = pytest.mark.parametrize("parse", PARSERS)


@pytest.fixture(scope="module")
def state_db(captured: Path) -> StateDb:
    """SONiC's own mock of its state database."""
    return StateDb((captured / "cli_show_outputs/sonic-utilities_mock_tables/state_db.json").read_bytes())


def test_the_captured_database_and_the_output_say_the_same_of_a_module(state_db: StateDb) -> None:
    """Ethernet0's entries are what `show interfaces transceiver eeprom --dom` prints of it."""
    (identity,), (monitor,) = parse_transceivers(MODULES)
    assert identity == next(m for m in state_db.modules() if m.port == "Ethernet0")
    assert monitor == next(m for m in state_db.monitors() if m.port == "Ethernet0")
    assert identity == ModuleIdentity(
        "Ethernet0", "QSFP28 or later", "Mellanox", "MFA1A00-C003", "MT1706FT02064", "AC", "2017-01-13", 3.0
    )
    assert monitor.rx_power_dbm == (0.3802, -0.4871, -0.0860, 0.3830)
    assert monitor.tx_power_dbm == (None,) * 4
    assert monitor.tx_bias_a == pytest.approx((0.00675,) * 4)
    assert monitor.temperature_band == Band(75.0, 70.0, 0.0, -5.0)
    assert monitor.tx_power_band is None


def test_the_captured_database_and_the_outputs_say_the_same_of_supplies_and_fans(state_db: StateDb) -> None:
    """An overloaded supply is a warning in both, a fan that is being updated is not OK in both."""
    assert parse_supplies(SUPPLIES) == state_db.supplies()
    assert [s.ok for s in state_db.supplies()] == [False, True]
    assert parse_fans(FANS) == state_db.fans()
    assert [f.ok for f in state_db.fans()] == [True, False, False]


def test_the_captured_database_tells_the_eeprom(state_db: StateDb) -> None:
    """Entries by their ONIE type, as the output gives them."""
    entries = state_db.syseeprom()
    assert entries[TlvCode.SERIAL_NUMBER] == "TH0F6N2RCET0007600NG"
    assert entries[TlvCode.MAC_COUNT] == "384"
    assert len(entries) == 15
    assert parse_syseeprom(EEPROM).items() <= entries.items()


def test_captured_modules_are_those_that_are_plugged(state_db: StateDb) -> None:
    """A copper port has an entry without a module; a module without thresholds has none, not zeros."""
    ports = {m.port: m for m in state_db.modules()}
    assert set(ports) == {f"Ethernet{n}" for n in (0, 4, 8, 12, 40, 64, 72)}
    assert ports["Ethernet8"].length_m == 10.0
    monitors = {m.port: m for m in state_db.monitors()}
    assert monitors["Ethernet72"].temperature_band is None
    assert monitors["Ethernet8"].tx_power_band == Band(6.9999, 4.9999, -7.5007, -10.5012)
    assert len(monitors["Ethernet8"].rx_power_dbm) == 8


def test_a_captured_database_of_one_asic_is_read(captured: Path) -> None:
    """Supplies of which nothing but presence is known have no values."""
    folder = captured / "cli_show_outputs/sonic-utilities_mock_tables"
    database = StateDb((folder / "asic0" / "state_db.json").read_bytes())
    assert [(s.ok, s.power_w) for s in database.supplies()] == [(True, None), (True, None)]
    with pytest.raises(DocumentError, match="Checksum: is not valid"):
        database.syseeprom()
    assert StateDb((folder / "appl_db.json").read_bytes()).modules() == ()


def test_the_other_outputs() -> None:
    """Presence, temperatures and the short neighbour table."""
    assert parse_transceiver_presence(PRESENCE) == {"Ethernet0": True, "Ethernet4": False}
    assert parse_sensors(SENSORS) == (
        SwitchSensor("CPU Core 0", 34.5, Band(100.0, 85.0, None, None), False),
        SwitchSensor("Outlet", 61.0, Band(70.0, 60.0, 0.0, -5.0), True),
    )
    assert parse_neighbour_table(TABLE) == (
        TableNeighbour("Ethernet0", "spine1", "Ethernet1", None),
        TableNeighbour("Ethernet4", "spine2", "Ethernet1", "to leaf1 port 4"),
    )


@every_parser
def test_an_output_cut_between_lines_is_refused_or_says_less(parse: Callable[..., Any]) -> None:
    """Every value that is still read is one of the whole output's."""
    lines = PARSERS[parse].splitlines(keepends=True)
    whole = repr(parse(PARSERS[parse]))
    for count in range(len(lines)):
        try:
            read = parse("".join(lines[:count]))
        except DocumentError:
            continue
        assert set(re.findall(r"[\w.+-]+", repr(read))) - {"None"} <= set(re.findall(r"[\w.+-]+", whole))


@every_parser
def test_an_output_cut_within_a_line_is_refused(parse: Callable[..., Any]) -> None:
    """A last line without an end may hold half a number."""
    text = PARSERS[parse]
    for end in range(1, len(text)):
        if text[end - 1] != "\n":
            with pytest.raises(DocumentError):
                parse(text[:end])


@every_parser
@settings(max_examples=40)
@given(place=st.integers(0, 2200), gone=st.integers(0, 30), garbage=st.binary(max_size=40))
def test_damaged_bytes_are_an_error_or_a_reading(
    parse: Callable[..., Any], place: int, gone: int, garbage: bytes
) -> None:
    """Nothing but `DocumentError` comes out of a reader."""
    content = PARSERS[parse].encode()
    try:
        parse(content[:place] + garbage + content[place + gone :], complete=True)
    except DocumentError as error:
        assert str(error)  # noqa: PT017 - the law is that it is this kind of error, or none


@pytest.mark.parametrize(
    ("parse", "old", "new", "message"),
    [
        (parse_supplies, "12.19", "12,19", "is no number"),
        (parse_supplies, "WARNING", "ASLEEP ", "none of OK, NOT OK"),
        (parse_supplies, "PSU 2", "PSU 1", "lists PSU 1 twice"),
        (parse_fans, "intake   Present", "intake Present  ", "does not keep to the columns"),
        (parse_fans, "30%", "130", "outside 0 to 100"),
        (parse_sensors, "Crit Low TH", "Crit Low XX", "has the columns"),
        (parse_sensors, "34.5", "nan ", "is no number"),
        (parse_neighbour_table, "displayed:  2", "displayed:  3", "counts 3 neighbours and lists 2"),
        (parse_neighbour_table, "Total entries displayed:  2\n", "", "the table is cut"),
        (parse_syseeprom, "(checksum valid)", "(*** checksum invalid)", "is not '.checksum valid.'"),
        (parse_syseeprom, "0X23", "0X21", "lists Serial Number twice"),
        (parse_transceivers, "-0.4871dBm", "-0.4871", "is not in dBm"),
        (parse_transceivers, "-0.4871dBm", "-0.4871mW", "is not in dBm"),
        (parse_transceivers, "                RX2Power: -0.4871dBm\n", "", "one is missing"),
        (parse_transceivers, "        Vendor SN: MT1706FT02064\n", "", "does not say 'Vendor SN'"),
        (parse_transceivers, "        Vendor OUI:", "        Vendor SN: X\n        Vendor OUI:", "'Vendor SN' twice"),
        (parse_transceivers, "Ethernet4:", "Ethernet0:", "lists Ethernet0 twice"),
        (parse_transceivers, "        ModuleThresholdValues:\n", "", "belongs|no ModuleThresholdValues|no entry"),
    ],
)
def test_what_is_wrong_is_named(parse: Callable[..., Any], old: str, new: str, message: str) -> None:
    """The message says where to look."""
    assert old in PARSERS[parse]
    with pytest.raises(DocumentError, match=message):
        parse(PARSERS[parse].replace(old, new, 1))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('{"PSU_INFO|PSU 1": {"presence": "maybe", "status": "true"}}', "neither true nor false"),
        ('{"PSU_INFO|PSU 1": {"presence": "true"}}', "has no 'status'"),
        ('{"PSU_INFO|PSU 1": {"presence": "true", "status": "true", "power": "1e"}}', "is no number"),
        ('{"PSU_INFO|PSU 1": {"presence": true, "status": "true"}}', "a truth value, not a string"),
        ('{"PSU_INFO": {"presence": "true", "status": "true"}}', "without a key"),
        ('{"PSU_INFO|a": {}, "PSU_INFO|a": {"b": "c"}}', "said twice"),
        ("{}", "holds no table"),
        ("[]", "not an object"),
    ],
)
def test_a_table_that_is_not_of_its_kind_is_refused(table: str, message: str) -> None:
    """Redis holds texts; what a text is to be is known by its field."""
    with pytest.raises(DocumentError, match=message):
        StateDb(table).supplies()
