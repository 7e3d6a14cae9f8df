"""The show outputs of SONiC (202405 and near): modules, supplies, fans, sensors, system EEPROM and neighbours.

All tables are ruled; `show interfaces transceiver eeprom` is an indented list. Where both exist, the state database of
`sonic_state_db` says the same with names, and is the better thing to ask for.
"""

import re
from typing import Final

from drivers.device_documents._ruled_table import Row, is_rule, read_table
from drivers.device_documents._text import decimal_in, document_lines, integer_in
from drivers.device_documents.onie_eeprom import TlvCode
from drivers.device_documents.switch_state import Band, SwitchFan, SwitchSensor, SwitchSupply, TableNeighbour
from drivers.errors import DocumentError

_ABSENT: Final = frozenset({"N/A", "None", ""})
_PERCENT: Final = re.compile(r"(?P<number>[0-9]+)%?")
_SUPPLY: Final = ("PSU", "Model", "Serial", "HW Rev", "Voltage (V)", "Current (A)", "Power (W)", "Status", "LED")
_FAN: Final = ("Drawer", "LED", "FAN", "Speed", "Direction", "Presence", "Status", "Timestamp")
_SENSOR: Final = (
    *("Sensor", "Temperature", "High TH", "Low TH", "Crit High TH", "Crit Low TH", "Warning", "Timestamp"),
)
_LLDP: Final = ("LocalPort", "RemoteDevice", "RemotePortID", "Capability", "RemotePortDescr")
_EEPROM: Final = ("TLV Name", "Code", "Len", "Value")
_PRESENCE: Final = ("Port", "Presence")
_TOTAL: Final = re.compile(r"Total entries displayed:\s+(?P<count>[0-9]+)")
_SUPPLY_STATES: Final = {"OK": True, "NOT OK": False, "WARNING": False, "NOT PRESENT": False}
_FAN_STATES: Final = {"OK": True, "Not OK": False, "Updating": False}
_PRESENCES: Final = {"Present": True, "Not Present": False, "Not present": False}
_MARKS: Final = {"True": True, "False": False}


def parse_transceiver_presence(content: str | bytes, *, complete: bool = False) -> dict[str, bool]:
    """Which ports have a module, by `show interfaces transceiver presence`. Raises `DocumentError`."""
    name = "SONiC transceiver presence"
    rows = read_table(name, document_lines(name, content, complete=complete), _PRESENCE)
    _require_once(name, rows, "Port")
    return {row["Port"]: _word(name, line, _PRESENCES, row["Presence"]) for line, row in rows}


def parse_supplies(content: str | bytes, *, complete: bool = False) -> tuple[SwitchSupply, ...]:
    """The supplies by `show platform psustatus`. Raises `DocumentError` for an unknown status among others."""
    name = "SONiC PSU status"
    rows = read_table(name, document_lines(name, content, complete=complete), _SUPPLY)
    _require_once(name, rows, "PSU")
    return tuple(
        SwitchSupply(
            name=row["PSU"],
            present=row["Status"] != "NOT PRESENT",
            ok=_word(name, line, _SUPPLY_STATES, row["Status"]),
            status=row["Status"],
            part=_text(row["Model"]),
            serial=_text(row["Serial"]),
            voltage_v=_number(name, line, row["Voltage (V)"]),
            current_a=_number(name, line, row["Current (A)"]),
            power_w=_number(name, line, row["Power (W)"]),
        )
        for line, row in rows
    )


def parse_fans(content: str | bytes, *, complete: bool = False) -> tuple[SwitchFan, ...]:
    """The fans by `show platform fan`. Raises `DocumentError` for an unknown status among others."""
    name = "SONiC fan status"
    rows = read_table(name, document_lines(name, content, complete=complete), _FAN)
    _require_once(name, rows, "FAN")
    return tuple(
        SwitchFan(
            name=row["FAN"],
            present=_word(name, line, _PRESENCES, row["Presence"]),
            ok=row["Status"] not in _ABSENT and _word(name, line, _FAN_STATES, row["Status"]),
            status=row["Status"],
            speed=_percent(name, line, row["Speed"]),
            direction=_text(row["Direction"]),
        )
        for line, row in rows
    )


def parse_sensors(content: str | bytes, *, complete: bool = False) -> tuple[SwitchSensor, ...]:
    """The temperatures by `show platform temperature`. Raises `DocumentError`."""
    name = "SONiC temperatures"
    rows = read_table(name, document_lines(name, content, complete=complete), _SENSOR)
    _require_once(name, rows, "Sensor")
    return tuple(
        SwitchSensor(
            name=row["Sensor"],
            temperature_c=_number(name, line, row["Temperature"]),
            # What SONiC calls high and low are the warnings, critical the alarms.
            band=Band(
                high_alarm=_number(name, line, row["Crit High TH"]),
                high_warning=_number(name, line, row["High TH"]),
                low_warning=_number(name, line, row["Low TH"]),
                low_alarm=_number(name, line, row["Crit Low TH"]),
            ),
            warning=None if row["Warning"] in _ABSENT else _word(name, line, _MARKS, row["Warning"]),
        )
        for line, row in rows
    )


def parse_neighbour_table(content: str | bytes, *, complete: bool = False) -> tuple[TableNeighbour, ...]:
    """The neighbours by `show lldp table`, whose last line counts them.

    Raises `DocumentError` when the count is missing or another: the table is cut.
    """
    name = "SONiC LLDP table"
    lines = document_lines(name, content, complete=complete)
    if len(lines) < 3 or not lines[0][1].startswith("Capability codes:"):
        raise DocumentError(name, "line 1", "is not 'Capability codes:'")
    total = _TOTAL.fullmatch(lines[-1][1])
    if not total or not is_rule(lines[-2][1]):
        raise DocumentError(name, f"line {lines[-1][0]}", "is not 'Total entries displayed:'; the table is cut")
    rows = read_table(name, lines[1:-2], _LLDP)
    if len(rows) != integer_in(name, f"line {lines[-1][0]}", total["count"], 0, 100_000):
        raise DocumentError(name, f"line {lines[-1][0]}", f"counts {total['count']} neighbours and lists {len(rows)}")
    for line, row in rows:
        if not (row["LocalPort"] and row["RemoteDevice"] and row["RemotePortID"]):
            raise DocumentError(name, f"line {line}", "names no port, device or far port")
    return tuple(
        TableNeighbour(row["LocalPort"], row["RemoteDevice"], row["RemotePortID"], row["RemotePortDescr"] or None)
        for _, row in rows
    )


def parse_syseeprom(content: str | bytes, *, complete: bool = False) -> dict[TlvCode, str]:
    """The text of each entry by `show platform syseeprom`, vendor extensions and checksum left out.

    Raises `DocumentError` when the switch itself says that the checksum is wrong: what it then lists is no identity.
    """
    name = "SONiC system EEPROM"
    lines = document_lines(name, content, complete=complete)
    texts = [line.strip() for _, line in lines]
    if texts[:2] != ["TlvInfo Header:", "Id String:    TlvInfo"]:
        raise DocumentError(name, "line 1", "is not the header of TlvInfo")
    if texts[-1] != "(checksum valid)":
        raise DocumentError(name, f"line {lines[-1][0]}", f"{texts[-1][:60]!r} is not '(checksum valid)'")
    start = next((index for index, line in enumerate(texts) if line.startswith("TLV Name")), len(texts))
    read: dict[TlvCode, str] = {}
    for line, row in read_table(name, lines[start:-1], _EEPROM):
        code = _code(name, line, row["Code"])
        if code in (TlvCode.VENDOR_EXTENSION, TlvCode.CRC32):
            continue
        if code in read:
            raise DocumentError(name, f"line {line}", f"lists {row['TLV Name']} twice")
        read[code] = row["Value"]
    return read


def _code(name: str, line: int, text: str) -> TlvCode:
    known = {f"0X{code:02X}": code for code in TlvCode}
    if text.upper() not in known:
        raise DocumentError(name, f"line {line}", f"{text[:20]!r} is no type of an entry")
    return known[text.upper()]


def _require_once(name: str, rows: list[Row], column: str) -> None:
    keys = [row[column] for _, row in rows]
    for line, row in rows:
        if not row[column]:
            raise DocumentError(name, f"line {line}", f"names no {column}")
        if keys.count(row[column]) > 1:
            raise DocumentError(name, f"line {line}", f"lists {row[column]} twice")


def _word(name: str, line: int, words: dict[str, bool], text: str) -> bool:
    if text not in words:
        raise DocumentError(name, f"line {line}", f"{text[:40]!r} is none of {', '.join(words)}")
    return words[text]


def _text(text: str) -> str | None:
    return None if text in _ABSENT else text


def _number(name: str, line: int, text: str) -> float | None:
    return None if text in _ABSENT else decimal_in(name, f"line {line}", text)


def _percent(name: str, line: int, text: str) -> float | None:
    if text in _ABSENT:
        return None
    found = _PERCENT.fullmatch(text)
    if not found:
        raise DocumentError(name, f"line {line}", f"{text[:20]!r} is no percentage")
    return integer_in(name, f"line {line}", found["number"], 0, 100) / 100
