"""The modules of an Arista EOS switch in more depth: thresholds (`show interfaces transceiver detail`) and kinds.

The detail is a table for each quantity, one below the other. Alarm marks behind a value ("++", "-") are not known from
any capture; a row with one is refused instead of read as something else.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from drivers.device_documents._text import decimal_in, document_lines
from drivers.device_documents.switch_state import Band
from drivers.errors import DocumentError

Quantity = Literal["temperature", "voltage", "bias", "tx_power", "rx_power"]

_DETAIL: Final = "EOS transceiver detail"
_HARDWARE: Final = "EOS transceiver hardware"
_LEGEND: Final = re.compile(r"(?:mA: |\+\+ : |A2D readouts |The threshold values are calibrated\.).*")
_EDGES: Final = re.compile(r"\s+High Alarm\s+High Warn\s+Low Alarm\s+Low Warn")
_QUANTITY: Final = re.compile(r"\s+(?P<name>\S.*?)\s+Threshold\s+Threshold\s+Threshold\s+Threshold")
_UNIT: Final = re.compile(r"Port\s+\((?P<unit>\w+)\)(?:\s+\((?P=unit)\)){4}")
_RULE: Final = re.compile(r"-{3,}(?: +-{3,}){5}")
_ROW: Final = re.compile(r"(?P<port>[A-Z]\S*[0-9])" + 5 * r"\s+(\S+)")
_QUANTITIES: Final[dict[tuple[str, str], tuple[Quantity, float]]] = {
    ("Temperature", "Celsius"): ("temperature", 1.0),
    ("Voltage", "Volts"): ("voltage", 1.0),
    ("Current", "mA"): ("bias", 1e-3),
    ("Tx Power", "dBm"): ("tx_power", 1.0),
    ("Rx Power", "dBm"): ("rx_power", 1.0),
}
_ENTRY: Final = re.compile(r"(?P<name>[A-Z][^:]*): (?P<value>\S.*)")
_ENTRIES: Final = frozenset(
    {
        "Name",
        "Media type",
        "Detected media type",
        "Module presence",
        "Maximum module power (W)",
        "Maximum slot power (W)",
        "Wavelength (nm)",
        "Cable type",
    }
)
_ABSENT: Final = "N/A"


@dataclass(frozen=True, slots=True)
class MonitoredQuantity:
    """One quantity of the module in a port: degC, V, A or dBm, with its thresholds in the same unit."""

    port: str
    quantity: Quantity
    value: float | None
    band: Band


@dataclass(frozen=True, slots=True)
class ModuleHardware:
    """What is plugged into a port: powers in W, wavelength in m; what the switch does not say is None."""

    port: str
    present: bool
    media_type: str | None
    cable_type: str | None
    module_power_w: float | None
    slot_power_w: float | None
    wavelength_m: float | None


def parse_transceiver_detail(content: str | bytes, *, complete: bool = False) -> tuple[MonitoredQuantity, ...]:
    """Every value with its thresholds. Raises `DocumentError` for another table, a row twice, and a table without."""
    lines = [
        (number, line)
        for number, line in document_lines(_DETAIL, content, complete=complete)
        if not _LEGEND.fullmatch(line)
    ]
    read: list[MonitoredQuantity] = []
    index = 0
    while index < len(lines):
        quantity, scale = _head(lines[index : index + 4])
        index += 4
        rows = 0
        while index < len(lines) and (row := _ROW.fullmatch(lines[index][1])):
            read.append(_monitored(f"line {lines[index][0]}", row, quantity, scale))
            if sum((m.port, m.quantity) == (row["port"], quantity) for m in read) > 1:
                raise DocumentError(_DETAIL, f"line {lines[index][0]}", f"lists the {quantity} of {row['port']} twice")
            index, rows = index + 1, rows + 1
        if not rows:
            raise DocumentError(_DETAIL, f"the {quantity}", "has no row; the output is cut")
    if not read:
        raise DocumentError(_DETAIL, "its tables", "are none; is it cut?")
    return tuple(read)


def parse_transceiver_hardware(content: str | bytes, *, complete: bool = False) -> tuple[ModuleHardware, ...]:
    """What is plugged, port by port (`show interfaces transceiver hardware`).

    Raises `DocumentError` for an unknown entry, one that is said twice, and a port that says nothing but its name.
    """
    ports: list[tuple[int, dict[str, str]]] = []
    for number, line in document_lines(_HARDWARE, content, complete=complete):
        entry = _ENTRY.fullmatch(line)
        if entry is None or entry["name"] not in _ENTRIES:
            raise DocumentError(_HARDWARE, f"line {number}", f"{line[:60]!r} is no entry of a module")
        if entry["name"] == "Name":
            if any(said["Name"] == entry["value"] for _, said in ports):
                raise DocumentError(_HARDWARE, f"line {number}", f"lists {entry['value']} twice")
            ports.append((number, {}))
        elif not ports or entry["name"] in ports[-1][1]:
            raise DocumentError(_HARDWARE, f"line {number}", f"says {entry['name']!r} twice, or of no port")
        ports[-1][1][entry["name"]] = entry["value"]
    if not ports:
        raise DocumentError(_HARDWARE, "its ports", "are none; is it cut?")
    return tuple(_hardware(number, said) for number, said in ports)


def _head(lines: list[tuple[int, str]]) -> tuple[Quantity, float]:
    patterns = (_EDGES, _QUANTITY, _UNIT, _RULE)
    found = [pattern.fullmatch(line) for pattern, (_, line) in zip(patterns, lines, strict=False)]
    if len(found) < len(patterns) or not all(found):
        number, line = lines[0]
        raise DocumentError(_DETAIL, f"line {number}", f"{line[:60]!r} begins no table that is known; is it cut?")
    said = {name: text for match in found if match for name, text in match.groupdict().items()}
    key = (said["name"], said["unit"])
    if key not in _QUANTITIES:
        raise DocumentError(_DETAIL, f"line {lines[1][0]}", f"{key[0]} in {key[1]} is no quantity that is known")
    return _QUANTITIES[key]


def _monitored(place: str, row: re.Match[str], quantity: Quantity, scale: float) -> MonitoredQuantity:
    value, high_alarm, high_warning, low_alarm, low_warning = (
        None if text == _ABSENT else decimal_in(_DETAIL, place, text) * scale for text in row.groups()[1:]
    )
    return MonitoredQuantity(row["port"], quantity, value, Band(high_alarm, high_warning, low_warning, low_alarm))


def _hardware(number: int, said: dict[str, str]) -> ModuleHardware:
    place = f"port {said['Name']} (line {number})"

    def value(name: str, scale: float = 1.0) -> float | None:
        text = said.get(name, _ABSENT)
        return None if text == _ABSENT else decimal_in(_HARDWARE, place, text) * scale

    presence = said.get("Module presence")
    if presence not in (None, "detected", "not detected"):
        raise DocumentError(_HARDWARE, place, f"presence {presence!r} is neither detected nor not detected")
    if presence is None and "Media type" not in said:
        raise DocumentError(_HARDWARE, place, "says neither presence nor media type; it is cut")
    return ModuleHardware(
        port=said["Name"],
        present=presence != "not detected",
        media_type=said.get("Media type"),
        cable_type=said.get("Cable type"),
        module_power_w=value("Maximum module power (W)"),
        slot_power_w=value("Maximum slot power (W)"),
        wavelength_m=value("Wavelength (nm)", 1e-9),
    )
