"""The show outputs of Arista EOS about cooling, power, temperatures and modules.

Lines are matched whole, one by one; a line of no known form is an error, because in a table that goes on in another
form a value would come from the wrong column. ntc-templates has patterns for the same outputs; cut captures give
headers as values there, so only its examples are used, as the truth of the tests.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from drivers.device_documents._text import decimal_in, document_lines, integer_in
from drivers.device_documents.switch_state import Band, ModuleMonitor, SwitchFan, SwitchSensor, SwitchSupply
from drivers.errors import DocumentError

_ABSENT: Final = "N/A"
_NUMBER: Final = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"
_OR_NONE: Final = rf"(?:{_NUMBER}|N/A)"

_COOLING_HEAD: Final = (
    re.compile(r"System cooling status is: (?P<status>\S.*)"),
    re.compile(r"Ambient temperature: (?P<ambient>-?[0-9]{1,3})C"),
    re.compile(r"Airflow: (?P<airflow>\S.*)"),
    re.compile(r"Fan\s+Status\s+Configured Speed\s+Actual Speed"),
    re.compile(r"-{3,}(?: +-{3,}){3}"),
)
_FAN: Final = re.compile(
    r"(?P<name>\S+)\s+(?P<status>[A-Z][a-z]+(?: [A-Za-z]+)?)\s+(?P<set>[0-9]+%|N/A)\s+(?P<speed>[0-9]+%|N/A)"
)
_NOT_INSERTED: Final = "Not Inserted"

_NO_SUPPLIES: Final = "% There seem to be no power supplies connected."
_POWER_HEAD: Final = (
    re.compile(r"Power\s+Input\s+Output\s+Output"),
    re.compile(r"Supply\s+Model\s+Capacity\s+Current\s+Current\s+Power\s+Status(?P<uptime>\s+Uptime)?"),
    re.compile(r"-{3,}(?: +-{3,}){6,7}"),
)
_UPTIME: Final = r"(?:[0-9]+ days?, )?[0-9]+:[0-9][0-9]:[0-9][0-9]"
_SUPPLY: Final = re.compile(
    rf"(?P<slot>[0-9]+)\s+(?P<model>\S+)\s+(?P<capacity>{_NUMBER})W\s+{_NUMBER}A\s+(?P<current>{_NUMBER})A\s+"
    rf"(?P<power>{_NUMBER})W\s+(?P<status>[A-Z][a-z]+(?: [A-Z][a-z]+)*)(?P<uptime>\s+{_UPTIME})?"
)
_TOTAL: Final = re.compile(rf"Total\s+--\s+(?P<capacity>{_NUMBER})W\s+--\s+--\s+(?P<power>{_NUMBER})W\s+--\s+--")

_TEMPERATURE_STATUS: Final = re.compile(r"System temperature status is: (?P<status>\S.*)")
_MODULE: Final = re.compile(r"(?P<module>[A-Z]\w*(?: [0-9]+)?):")
_SENSOR_HEAD: Final = (
    re.compile(r"\s+Alert\s+Critical"),
    re.compile(r"\s+Temp\s+Setpoint\s+Limit\s+Limit"),
    re.compile(r"Sensor\s+Description\s+\(C\)\s+\(C\)\s+\(C\)\s+\(C\)"),
    re.compile(r"-{3,}(?: +-{3,}){5}"),
)
_SENSOR: Final = re.compile(
    rf"(?P<sensor>\S+)\s+(?P<description>\S.*?)\s{{2,}}(?P<now>{_OR_NONE})\s+\({_NUMBER}\) {_NUMBER}\s+"
    rf"(?P<alert>{_NUMBER})\s+(?P<critical>{_NUMBER})"
)

_MODULE_RULE: Final = re.compile(r"-----\s+(?:-+\s*){6}")
_MODULE_HEAD: Final = re.compile(r"Port\s+\(Celsius\)\s+\(Volts\)\s+\(mA\)\s+\(dBm\)\s+\(dBm\)\s+Last Update")
_MODULE_ROW: Final = re.compile(
    rf"(?P<port>[A-Z]\S*[0-9])\s+(?P<temperature>{_OR_NONE})\s+(?P<voltage>{_OR_NONE})\s+(?P<bias>{_OR_NONE})\s+"
    rf"(?P<tx>{_OR_NONE})\s+(?P<rx>{_OR_NONE})\s+(?:N/A|\S.* ago)"
)
_ROUNDING: Final = 0.051
"""Powers are printed to 0.1 W; each of them may be off by half of that."""


@dataclass(frozen=True, slots=True)
class EosCooling:
    """The fans, with what EOS makes of the whole: ambient in degC."""

    status: str
    ambient_c: float
    airflow: str
    fans: tuple[SwitchFan, ...]


def parse_cooling(content: str | bytes, *, complete: bool = False) -> EosCooling:
    """`show environment cooling`. Raises `DocumentError` for an unknown line, a fan twice, or none."""
    name = "EOS cooling"
    lines = document_lines(name, content, complete=complete)
    heads = _heads(name, lines, _COOLING_HEAD)
    rows = _rows(name, lines[len(_COOLING_HEAD) :], _FAN, "name")
    fans = tuple(
        SwitchFan(
            name=row["name"],
            present=row["status"] != _NOT_INSERTED,
            ok=row["status"] == "Ok",
            status=row["status"],
            speed=None if row["speed"] == _ABSENT else integer_in(name, place, row["speed"][:-1], 0, 100) / 100,
            direction=heads["airflow"],
        )
        for place, row in rows
    )
    return EosCooling(heads["status"], float(heads["ambient"]), heads["airflow"], fans)


def parse_power(content: str | bytes, *, complete: bool = False) -> tuple[SwitchSupply, ...]:
    """`show environment power`; a switch without supplies (a virtual one) gives none.

    Where there is a column of uptimes there is a line of totals too. Raises `DocumentError` when it is missing or not
    the sum of the rows: the table is cut, or doubled.
    """
    name = "EOS power"
    lines = document_lines(name, content, complete=complete)
    if [line for _, line in lines] == [_NO_SUPPLIES]:
        return ()
    heads = _heads(name, lines, _POWER_HEAD)
    rest = lines[len(_POWER_HEAD) :]
    total = _TOTAL.fullmatch(rest[-1][1]) if rest else None
    rows = _rows(name, rest[:-1] if total else rest, _SUPPLY, "slot")
    timed = heads["uptime"] is not None
    if timed != (total is not None) or any((row["uptime"] is not None) != timed for _, row in rows):
        raise DocumentError(name, f"line {lines[-1][0]}", "has uptimes without totals, or totals without; it is cut")
    for what, unit in (("power", _ROUNDING), ("capacity", 0.5)):
        summed = sum(float(row[what]) for _, row in rows)
        if total and not math.isclose(float(total[what]), summed, abs_tol=unit * (len(rows) + 1)):
            raise DocumentError(name, "Total", f"says {total[what]} W of {what} where the rows make {summed:g} W")
    return tuple(
        SwitchSupply(
            name=row["slot"],
            present=True,
            ok=row["status"] == "Ok",
            status=row["status"],
            part=row["model"],
            serial=None,
            voltage_v=None,
            current_a=float(row["current"]),
            power_w=float(row["power"]),
        )
        for _, row in rows
    )


def parse_temperatures(content: str | bytes, *, complete: bool = False) -> tuple[str, tuple[SwitchSensor, ...]]:
    """`show environment temperature`: EOS's verdict on the whole, and the sensors as "module: number description".

    Alert is the warning, critical the alarm. Raises `DocumentError` for an unknown line or a sensor twice.
    """
    name = "EOS temperatures"
    lines = document_lines(name, content, complete=complete)
    status = _heads(name, lines, (_TEMPERATURE_STATUS,))["status"] or ""
    sensors: list[SwitchSensor] = []
    module, index, headed = "", 1, False
    while index < len(lines):
        number, line = lines[index]
        if found := _MODULE.fullmatch(line):
            module, headed = f"{found['module']}: ", False
        elif _SENSOR_HEAD[0].fullmatch(line):
            _heads(name, lines[index:], _SENSOR_HEAD)
            index, headed = index + len(_SENSOR_HEAD) - 1, True
        elif headed and (row := _SENSOR.fullmatch(line)):
            sensors.append(_sensor(name, f"line {number}", module, row))
        else:
            raise DocumentError(name, f"line {number}", f"{line[:60]!r} is no line of this table")
        index += 1
    names = [sensor.name for sensor in sensors]
    if not sensors or len(set(names)) < len(names):
        twice = next((n for n in names if names.count(n) > 1), None)
        raise DocumentError(name, "its sensors", f"list {twice!r} twice" if twice else "are none; it is cut")
    if not headed or not _SENSOR.fullmatch(lines[-1][1]):
        raise DocumentError(name, f"line {lines[-1][0]}", "begins a module without a sensor; it is cut")
    return status, tuple(sensors)


def parse_transceivers(content: str | bytes, *, complete: bool = False) -> tuple[ModuleMonitor, ...]:
    """`show interfaces transceiver`: one lane a port, as EOS counts ports. Raises `DocumentError`."""
    name = "EOS transceivers"
    lines = document_lines(name, content, complete=complete)
    rule = next((n for n, (_, line) in enumerate(lines) if _MODULE_RULE.fullmatch(line)), None)
    if rule is None or rule == 0 or not _MODULE_HEAD.fullmatch(lines[rule - 1][1]):
        raise DocumentError(name, "its head", "is not Port (Celsius) (Volts) (mA) (dBm) (dBm) Last Update and a rule")
    rows = _rows(name, lines[rule + 1 :], _MODULE_ROW, "port")
    return tuple(_monitor(name, place, row) for place, row in rows)


def _monitor(name: str, place: str, row: dict[str, str]) -> ModuleMonitor:
    bias = _value(name, place, row["bias"])
    return ModuleMonitor(
        port=row["port"],
        temperature_c=_value(name, place, row["temperature"]),
        voltage_v=_value(name, place, row["voltage"]),
        rx_power_dbm=(_value(name, place, row["rx"]),),
        tx_power_dbm=(_value(name, place, row["tx"]),),
        tx_bias_a=(None if bias is None else bias * 1e-3,),
        temperature_band=None,
        voltage_band=None,
        rx_power_band=None,
        tx_power_band=None,
        tx_bias_band=None,
    )


def _sensor(name: str, place: str, module: str, row: re.Match[str]) -> SwitchSensor:
    return SwitchSensor(
        name=f"{module}{row['sensor']} {row['description']}",
        temperature_c=_value(name, place, row["now"]),
        band=Band(float(row["critical"]), float(row["alert"]), None, None),
        warning=None,
    )


def _heads(name: str, lines: list[tuple[int, str]], patterns: tuple[re.Pattern[str], ...]) -> dict[str, str]:
    """What the lines at the beginning say. Raises `DocumentError` when one of them is another."""
    said: dict[str, str] = {}
    for index, pattern in enumerate(patterns):
        found = pattern.fullmatch(lines[index][1]) if index < len(lines) else None
        if not found:
            number, line = lines[index] if index < len(lines) else (len(lines) + 1, "")
            raise DocumentError(name, f"line {number}", f"{line[:60]!r} is not what stands there; is it cut?")
        said |= found.groupdict()
    return said


def _rows(
    name: str, lines: list[tuple[int, str]], pattern: re.Pattern[str], key: str
) -> list[tuple[str, dict[str, str]]]:
    """The rows of a table, each with its place. Raises `DocumentError` for another line, a key twice, or no row."""
    rows: list[tuple[str, dict[str, str]]] = []
    seen: set[str] = set()
    for number, line in lines:
        found = pattern.fullmatch(line)
        if not found:
            raise DocumentError(name, f"line {number}", f"{line[:60]!r} is no row of this table")
        if found[key] in seen:
            raise DocumentError(name, f"line {number}", f"lists {found[key]} twice")
        seen.add(found[key])
        rows.append((f"line {number}", found.groupdict()))
    if not rows:
        raise DocumentError(name, "its rows", "are none; it is cut")
    return rows


def _value(name: str, place: str, text: str) -> float | None:
    return None if text == _ABSENT else decimal_in(name, place, text)
