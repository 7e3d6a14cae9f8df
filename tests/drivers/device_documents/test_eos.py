"""Outputs of EOS switches: captured ones beside the truth that came with them, cut and changed ones."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.device_documents.cable_map import PlannedCable, Port, compare
from drivers.device_documents.eos import parse_cooling, parse_power, parse_temperatures, parse_transceivers
from drivers.device_documents.eos_inventory import parse_inventory
from drivers.device_documents.eos_lldp import parse_neighbour_table, parse_neighbours
from drivers.device_documents.eos_transceiver import parse_transceiver_detail, parse_transceiver_hardware
from drivers.device_documents.switch_state import Band
from drivers.errors import DocumentError

Capture = Callable[[str], tuple[bytes, list[dict[str, str]]]]

COOLING = """System cooling status is: Ok
Ambient temperature: 22C
Airflow: front-to-back
Fan              Status          Configured Speed     Actual Speed
---------------- --------------- ---------------- ----------------
1/1              Ok                           35%              34%
PowerSupply5     Not Inserted                 N/A              N/A
"""
POWER = """Power                        Input  Output  Output
Supply Model       Capacity Current Current  Power Status              Uptime
------ ----------- -------- ------- ------- ------ ------ -------------------
1      PWR-500AC-R     500W   0.35A   5.34A  64.8W Ok     1087 days, 21:24:36
2      PWR-500AC-R     500W   0.38A   5.77A  70.0W Ok       617 days, 8:39:45
Total  --             1000W      --      -- 134.8W --                      --
"""
TEMPERATURES = """System temperature status is: Ok

Supervisor 1:
                                                                 Alert  Critical
                                               Temp    Setpoint  Limit     Limit
Sensor  Description                             (C)         (C)    (C)       (C)
------- ----------------------------------- ------- ----------- ------ ---------
1       Digital Temperature Sensor on cpu0     36.0   (65) 63.8     95       105
2       Board sensor                            N/A   (65) 63.8     95       105
"""
MODULES = """If device is externally calibrated, only calibrated values are printed.
                               Bias      Optical   Optical
          Temp       Voltage   Current   Tx Power  Rx Power
Port      (Celsius)  (Volts)   (mA)      (dBm)     (dBm)     Last Update
-----     ---------  --------  --------  --------  --------  -------------------
Et1        27.92      3.23      19.94     N/A      -2.39     0:00:06 ago
Et2        N/A        N/A       N/A       N/A       N/A      N/A
"""
INVENTORY = """System information
  Model                    Description
  ------------------------ ----------------------------------------------------
  DCS-7060X-32             32 QSFP100 1RU
  HW Version  Serial Number  Mfg Date   Epoch
  ----------- -------------- ---------- -----
  02.00       JPE13120702    2013-03-27 01.00
System has 2 power supply slots
  Slot Model            Serial Number
  ---- ---------------- ----------------
  1    PWR-460AC-F      K192KU00241CZ
System has 1 fan modules
  Module  Number of Fans  Model            Serial Number
  ------- --------------- ---------------- ----------------
  1       2               FAN-7000-F       N/A
System has 33 ports
  Type               Count
  ------------------ -----
  Management         1
  Switched           32
System has 32 transceiver slots
  Port Manufacturer     Model            Serial Number    Rev
  ---- ---------------- ---------------- ---------------- ----
  1    Arista Networks  QSFP-100G-SR4    XCW1225FD753     0002
  2    Not Present
  3    Some Maker Ltd   CAB-Q-Q-100G     AB C             A1
"""
TABLE = """Last table change time   : 0:00:02 ago
Number of table inserts  : 2
Port          Neighbor Device ID       Neighbor Port ID    TTL
Et1           spine1                   Ethernet1           120
Et2           spine2                   Ethernet1           120
"""
DETAIL = """Interface Ethernet1 detected 1 LLDP neighbors:

  Neighbor 2cc2.6081.eaf9/"Ethernet7", age 12 seconds
  Discovered 0:01:11 ago; Last changed 0:01:11 ago
  - Chassis ID type: MAC address (4)
    Chassis ID     : 2cc2.6081.eaf9
  - Port ID type: Interface name (5)
    Port ID     : "Ethernet7"
  - Time To Live: 120 seconds
  - System Name: "spine1"
    Enabled Capabilities: Bridge, Router
  - IEEE802.1/IEEE802.3 Link Aggregation
    Port ID                : 0

Interface Ethernet2 detected 0 LLDP neighbors:
"""
DETAILED_MODULES = """mA: milliamperes, dBm: decibels (milliwatts), NA or N/A: not applicable.
                         High Alarm  High Warn   Low Alarm   Low Warn
           Temperature   Threshold   Threshold   Threshold   Threshold
Port       (Celsius)     (Celsius)   (Celsius)   (Celsius)   (Celsius)
-------    ------------  ----------  ----------  ----------  ----------
Et1        27.48         80.00       75.00       -5.00       0.00
                         High Alarm  High Warn   Low Alarm   Low Warn
           Current       Threshold   Threshold   Threshold   Threshold
Port       (mA)          (mA)        (mA)        (mA)        (mA)
-------    ------------  ----------  ----------  ----------  ----------
Et1        N/A           38.30       37.35       0.00        1.00
"""
HARDWARE = """Name: Et1
Media type: 1000BASE-LX
Maximum module power (W): 1.0
Wavelength (nm): 1310

Name: Et2
Module presence: not detected
"""
PARSERS: dict[Callable[..., Any], str] = {
    parse_cooling: COOLING,
    parse_power: POWER,
    parse_temperatures: TEMPERATURES,
    parse_transceivers: MODULES,
    parse_inventory: INVENTORY,
    parse_neighbour_table: TABLE,
    parse_neighbours: DETAIL,
    parse_transceiver_detail: DETAILED_MODULES,
    parse_transceiver_hardware: HARDWARE,
}
every_parser = pytest.mark.parametrize("parse", PARSERS)


def number(text: str) -> float | None:
    return None if text == "N/A" else float(text.rstrip("%CAW"))


def test_captured_cooling(eos_capture: Capture) -> None:
    """Every fan, the missing one of a supply included."""
    raw, truth = eos_capture("show_environment_cooling")
    cooling = parse_cooling(raw, complete=True)
    said = [(f.name, f.status, None if f.speed is None else round(100 * f.speed), f.present) for f in cooling.fans]
    assert said == [(t["fan"], t["status"], number(t["actual_speed"]), t["status"] != "Not Inserted") for t in truth]
    assert (cooling.status, cooling.ambient_c, cooling.airflow) == ("Ok", 22.0, "front-to-back")


@pytest.mark.parametrize("which", ["1", "2", "3"])
def test_captured_supplies(eos_capture: Capture, which: str) -> None:
    """With and without uptimes and totals; one has lost its input."""
    raw, truth = eos_capture(f"show_environment_power{which}")
    said = [(s.name, s.part, s.status, s.current_a, s.power_w, s.ok) for s in parse_power(raw)]
    assert said == [
        (
            t["power_supply_location"],
            t["power_supply_pid"],
            t["power_supply_status"],
            number(t["power_supply_output"]),
            number(t["power_supply_watts_using"]),
            t["power_supply_status"] == "Ok",
        )
        for t in truth
    ]


def test_a_captured_switch_without_supplies(eos_capture: Capture) -> None:
    """A virtual switch says so, and that is no cut table."""
    assert parse_power(eos_capture("show_environment_power4")[0]) == ()


def test_captured_temperatures(eos_capture: Capture) -> None:
    """Sensors are numbered by module, so the module is part of their name."""
    raw, truth = eos_capture("show_environment_temperature")
    status, sensors = parse_temperatures(raw, complete=True)
    assert status == "Ok"
    assert [(s.name, s.temperature_c, s.band.high_warning, s.band.high_alarm) for s in sensors] == [
        (
            f"{t['module']}: {t['sensor']} {t['description']}",
            *(number(t[k]) for k in ("current_value", "alert_limit", "critical_limit")),
        )
        for t in truth
    ]


def test_captured_transceivers(eos_capture: Capture) -> None:
    """N/A is no value, not zero."""
    raw, truth = eos_capture("show_interfaces_transceiver")
    read = [
        (
            m.port,
            m.temperature_c,
            m.voltage_v,
            m.tx_bias_a[0] and round(m.tx_bias_a[0] * 1e3, 6),
            *m.tx_power_dbm,
            *m.rx_power_dbm,
        )
        for m in parse_transceivers(raw)
    ]
    keys = ("temp", "voltage", "bias_current", "tx_power", "rx_power")
    assert read == [(t["port"], *(number(t[key]) for key in keys)) for t in truth]


def test_captured_thresholds(eos_capture: Capture) -> None:
    """A table a quantity; what the header calls mA comes out in A."""
    raw, truth = eos_capture("show_interfaces_transceiver_detail")
    names = {"Temperature": "temperature", "Voltage": "voltage", "Current": "bias"}
    keys = ("current_value", "high_alarm_threshold", "high_warn_threshold", "low_warn_threshold", "low_alarm_threshold")
    read = parse_transceiver_detail(raw, complete=True)
    assert [(m.port, m.quantity) for m in read] == [
        (t["port"], names.get(t["type"], t["type"].lower().replace(" ", "_"))) for t in truth
    ]
    for monitored, told in zip(read, truth, strict=True):
        band, scale = monitored.band, 1e-3 if monitored.quantity == "bias" else 1.0
        values = (monitored.value, band.high_alarm, band.high_warning, band.low_warning, band.low_alarm)
        assert values == pytest.approx([scale * float(told[key]) for key in keys])


@pytest.mark.parametrize("which", ["01", "02"])
def test_captured_hardware(eos_capture: Capture, which: str) -> None:
    """What is plugged, and what is not."""
    raw, truth = eos_capture(f"show_interfaces_transceiver_hardware_{which}")
    read = [
        (m.port, m.media_type or "", m.present, m.module_power_w, m.wavelength_m and round(m.wavelength_m * 1e9))
        for m in parse_transceiver_hardware(raw, complete=True)
    ]
    assert read == [
        (
            t["name"],
            t["media_type"],
            t["module_presence"] != "not detected",
            number(t["max_module_power"] or "N/A"),
            number(t["wavelength"] or "N/A"),
        )
        for t in truth
    ]


@pytest.mark.parametrize("which", ["", "1", "2"])
def test_captured_inventories(eos_capture: Capture, which: str) -> None:
    """Their blanks were squeezed by whoever captured them; the words can still be told apart."""
    raw, truth = eos_capture(f"show_inventory{which}")
    unit = parse_inventory(raw, complete=True)
    assert (unit.model, unit.serial, unit.revision) == tuple(truth[0][key] for key in ("pid", "sn", "vid"))
    assert unit.description == truth[0]["descr"].strip()
    said = [(p.slot, p.model, p.serial or "N/A", p.manufacturer or "", p.revision or "") for p in unit.parts]
    parts = [t for t in truth[1:] if t["pid"]]
    assert said == [(t["port"], t["pid"], t["sn"], t["descr"], t["vid"]) for t in parts]
    assert unit.ports == {t["descr"]: int(t["port"]) for t in truth[1:] if not t["pid"]}


@pytest.mark.parametrize("which", ["", "2"])
def test_captured_neighbour_tables(eos_capture: Capture, which: str) -> None:
    """The short table, with and without a rule."""
    raw, truth = eos_capture(f"show_lldp_neighbors{which}")
    said = [(n.local_port, n.chassis_name, n.port_id) for n in parse_neighbour_table(raw)]
    assert said == [(t["local_interface"], t["neighbor_name"], t["neighbor_interface"]) for t in truth]


def test_captured_neighbours_in_detail(eos_capture: Capture) -> None:
    """The capture is of two switches, one after the other: together they are refused, each alone is read."""
    raw, truth = eos_capture("show_lldp_neighbors_detail")
    with pytest.raises(DocumentError, match="lists Management1 twice"):
        parse_neighbours(raw, complete=True)
    first, second = re.split(rb"(?=^Interface Ethernet8 )", raw, flags=re.MULTILINE)
    read = [*parse_neighbours(first), *parse_neighbours(second, complete=True)]
    assert [(n.local_port, n.chassis_id, n.port_id, n.chassis_name or "") for n in read] == [
        (t["local_interface"], t["chassis_id"], t["neighbor_interface"].strip('"'), t["neighbor_name"]) for t in truth
    ]


def test_neighbours_in_detail_go_onto_the_cable_map() -> None:
    """A kit may have a switch of each kind; both ends' answers are of one form."""
    (heard,) = parse_neighbours(DETAIL)
    assert (heard.far_port, heard.ttl_s, heard.capabilities) == ("Ethernet7", 120, ("Bridge", "Router"))
    plan = [PlannedCable(Port("leaf1", "Ethernet1"), Port("spine1", "Ethernet7"))]
    (finding,) = compare(plan, {"leaf1": [heard], "spine1": []})
    assert finding.kind == "one_sided"


def test_thresholds_keep_to_their_edges() -> None:
    """EOS lists the low alarm before the low warning."""
    temperature, bias = parse_transceiver_detail(DETAILED_MODULES)
    assert temperature.band == Band(80.0, 75.0, 0.0, -5.0)
    assert (bias.value, bias.band.low_warning) == (None, 0.001)


def test_an_inventory_in_its_columns_keeps_blanks_in_names() -> None:
    """Makers and serials may hold blanks; empty slots are left out."""
    unit = parse_inventory(INVENTORY)
    assert [(p.slot, p.manufacturer, p.serial) for p in unit.of_kind("transceiver")] == [
        ("1", "Arista Networks", "XCW1225FD753"),
        ("3", "Some Maker Ltd", "AB C"),
    ]
    assert unit.ports == {"Management": 1, "Switched": 32}


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
@given(place=st.integers(0, 1200), gone=st.integers(0, 30), garbage=st.binary(max_size=40))
def test_damaged_bytes_are_an_error_or_a_reading(
    parse: Callable[..., Any], place: int, gone: int, garbage: bytes
) -> None:
    """Nothing but `DocumentError` comes out of a reader."""
    content = PARSERS[parse].encode()
    try:
        parse(content[:place] + garbage + content[place + gone :], complete=True)
    except DocumentError as error:
        assert str(error)  # noqa: PT017 - the law is that it is this kind of error, or none


@every_parser
def test_a_row_that_is_there_twice_is_refused(parse: Callable[..., Any]) -> None:
    """Doubled by a terminal that was scrolled back, say."""
    lines = PARSERS[parse].splitlines(keepends=True)
    row = next(
        n for n in reversed(range(len(lines))) if re.match(r"\s*(1/1|1 |Et1|Name: Et1|Interface Ethernet1)", lines[n])
    )
    block = lines[row : row + 14] if "detected" in lines[row] else [lines[row]]
    with pytest.raises(DocumentError):
        parse("".join([*lines[:row], *block, *lines[row:]]))


@every_parser
def test_lines_in_another_order_are_refused_or_change_no_row(parse: Callable[..., Any]) -> None:
    """Whichever two neighbouring lines change places."""
    lines = PARSERS[parse].splitlines(keepends=True)
    whole = repr(parse(PARSERS[parse]))
    for first, second in pairwise(range(len(lines))):
        changed = [*lines]
        changed[first], changed[second] = lines[second], lines[first]
        try:
            read = parse("".join(changed))
        except DocumentError:
            continue
        assert sorted(re.findall(r"[\w.+-]+", repr(read))) == sorted(re.findall(r"[\w.+-]+", whole))


@pytest.mark.parametrize(
    ("parse", "old", "new", "message"),
    [
        (parse_power, "64.8W", "65.9W", "says 134.8 W of power where the rows make 135.9 W"),
        (
            parse_power,
            "Total  --             1000W      --      -- 134.8W --                      --\n",
            "",
            "it is cut",
        ),
        (parse_cooling, "34%", "134%", "outside 0 to 100"),
        (parse_cooling, "Ok                           35%", "Ok                           3,5%", "no row"),
        (parse_transceivers, "-2.39", "-2,39", "no row"),
        (parse_transceivers, "(Volts)   (mA)", "(mA)   (Volts)", "is not Port"),
        (parse_inventory, "System has 1 fan modules", "System has 0 fan modules", "counts 0 and lists 1"),
        (parse_inventory, "  3    Some Maker Ltd   CAB", "  3  Some Maker Ltd   CAB", "cannot be told apart"),
        (parse_neighbour_table, "spine1 ", "spine 1", "no row of four columns"),
        (parse_transceiver_detail, "Low Alarm   Low Warn", "Low Warn    Low Alarm", "begins no table"),
        (parse_transceiver_detail, "27.48         80.00", "27.48  ++     80.00", "has no row"),
        (parse_transceiver_hardware, "1310", "1,310", "is no number"),
        (parse_transceiver_hardware, "not detected", "perhaps", "neither detected nor"),
        (parse_neighbours, "detected 0", "detected 1", "counts 1 neighbours and lists 0"),
        (parse_neighbours, "    Chassis ID     : 2cc2.6081.eaf9\n", "", "is not the Chassis ID"),
    ],
)
def test_what_is_wrong_is_named(parse: Callable[..., Any], old: str, new: str, message: str) -> None:
    """The message says where to look."""
    assert old in PARSERS[parse]
    with pytest.raises(DocumentError, match=message):
        parse(PARSERS[parse].replace(old, new, 1))
