"""The modules of a SONiC switch by `show interfaces transceiver eeprom`, with or without `--dom`.

An indented list. Every number carries its unit, and one without, or with another, is refused.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from drivers.device_documents._text import decimal_in, document_lines
from drivers.device_documents.switch_state import Band, ModuleIdentity, ModuleMonitor
from drivers.errors import DocumentError

_DOCUMENT: Final = "SONiC transceiver EEPROM"
_HEAD: Final = re.compile(
    r"(?P<port>\S+): (?P<state>SFP EEPROM detected|SFP EEPROM is not applicable for RJ45 port|SFP EEPROM Not detected)"
)
_ENTRY: Final = re.compile(r" {8}(?P<name>\S[^:]*?)\s*:(?: (?P<value>.*))?")
_DEEPER: Final = re.compile(r" {16}\s*(?P<name>\S[^:]*?)\s*:(?: (?P<value>.*))?")
_MONITORS: Final = ("ChannelMonitorValues", "ChannelThresholdValues", "ModuleMonitorValues", "ModuleThresholdValues")
_LANE: Final = re.compile(r"(?P<what>RX|TX)(?P<lane>[1-8])(?P<kind>Power|Bias)")
_ABSENT: Final = "N/A"
_LENGTH: Final = "Length Cable Assembly(m)"


@dataclass(slots=True)
class _Module:
    """The entries of one module by section, the list's own under the empty name."""

    port: str
    line: int
    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)

    def text(self, name: str) -> str | None:
        value = self.entries.get(("", name), _ABSENT).strip()
        return None if value in (_ABSENT, "") else value

    def needed(self, name: str) -> str:
        value = self.entries.get(("", name))
        if value is None or not value.strip():
            raise DocumentError(_DOCUMENT, f"port {self.port}", f"does not say {name!r}; the output may be cut")
        return value.strip()

    def measured(self, section: str, name: str, unit: str) -> float | None:
        value = self.entries.get((section, name))
        if value is None or value == _ABSENT:
            return None
        place = f"port {self.port}, {name}"
        if not value.endswith(unit):
            raise DocumentError(_DOCUMENT, place, f"{value[:30]!r} is not in {unit}")
        return decimal_in(_DOCUMENT, place, value.removesuffix(unit))

    def band(self, section: str, name: str, unit: str, scale: float = 1.0) -> Band | None:
        edges = [f"{name}{edge}" for edge in ("HighAlarm", "HighWarning", "LowWarning", "LowAlarm")]
        listed = [edge for edge in edges if (section, edge) in self.entries]
        if listed and listed != edges:
            missing = next(edge for edge in edges if edge not in listed)
            raise DocumentError(_DOCUMENT, f"port {self.port}", f"lacks {missing}; the output may be cut")
        found = [self.measured(section, edge, unit) for edge in edges]
        if all(edge is None for edge in found):
            return None
        return Band(*(None if edge is None else edge * scale for edge in found))

    def lanes(self, what: str, kind: str, unit: str, scale: float = 1.0) -> tuple[float | None, ...]:
        named = [_LANE.fullmatch(name) for section, name in self.entries if section == _MONITORS[0]]
        lanes = sorted(int(n["lane"]) for n in named if n and (n["what"], n["kind"]) == (what, kind))
        if lanes != list(range(1, len(lanes) + 1)):
            raise DocumentError(_DOCUMENT, f"port {self.port}", f"{what} {kind} has the lanes {lanes}; one is missing")
        read = [self.measured(_MONITORS[0], f"{what}{lane}{kind}", unit) for lane in lanes]
        return tuple(None if value is None else value * scale for value in read)


def parse_transceivers(
    content: str | bytes, *, complete: bool = False
) -> tuple[tuple[ModuleIdentity, ...], tuple[ModuleMonitor, ...]]:
    """The plugged modules and, of those that have any, their measurements, in the output's order.

    Ports without a module are left out. An output cut before a section is that of a switch without monitoring: what is
    missing is None, and no limit passes by it. Raises `DocumentError` for a line that belongs to nothing, an entry that
    is said twice, a module without its identity, and numbers without their unit.
    """
    modules = _modules(document_lines(_DOCUMENT, content, complete=complete))
    return tuple(map(_identity, modules)), tuple(_monitor(m) for m in modules if m.sections)


def _modules(lines: list[tuple[int, str]]) -> list[_Module]:
    modules: list[_Module] = []
    current: _Module | None = None
    section, last = "", ""
    seen: set[str] = set()
    for number, line in lines:
        if head := _HEAD.fullmatch(line):
            if head["port"] in seen:
                raise DocumentError(_DOCUMENT, f"line {number}", f"lists {head['port']} twice")
            seen.add(head["port"])
            current = _Module(head["port"], number) if head["state"] == "SFP EEPROM detected" else None
            section = last = ""
            if current is not None:
                modules.append(current)
            continue
        if current is None:
            raise DocumentError(_DOCUMENT, f"line {number}", f"{line[:60]!r} belongs to no module")
        if entry := _ENTRY.fullmatch(line):
            last = entry["name"]
            section = last if last in _MONITORS else ""
            if section:
                current.sections.add(section)
            _note(current, number, "", last, entry["value"] or "")
        elif section and (deeper := _DEEPER.fullmatch(line)):
            _note(current, number, section, deeper["name"], deeper["value"] or "")
        elif not line.startswith(" " * 16) or section:
            raise DocumentError(_DOCUMENT, f"line {number}", f"{line[:60]!r} is no entry of {current.port}")
    return modules


def _note(module: _Module, number: int, section: str, name: str, value: str) -> None:
    if (section, name) in module.entries:
        raise DocumentError(_DOCUMENT, f"line {number}", f"{module.port} says {name!r} twice")
    module.entries[section, name] = value.strip()


def _identity(module: _Module) -> ModuleIdentity:
    length = module.text(_LENGTH)
    return ModuleIdentity(
        port=module.port,
        kind=module.needed("Identifier"),
        manufacturer=_value(module.needed("Vendor Name")),
        part=_value(module.needed("Vendor PN")),
        serial=_value(module.needed("Vendor SN")),
        revision=module.text("Vendor Rev"),
        date_code=module.text("Vendor Date Code(YYYY-MM-DD Lot)"),
        length_m=None if length is None else decimal_in(_DOCUMENT, f"port {module.port}, {_LENGTH}", length),
    )


def _monitor(module: _Module) -> ModuleMonitor:
    if missing := sorted(set(_MONITORS) - module.sections):
        raise DocumentError(_DOCUMENT, f"port {module.port}", f"has no {missing[0]}; the output may be cut")
    _, channel, _, whole = _MONITORS
    # The last that is printed: a cut between them would otherwise be a module without limits to its supply.
    if ((whole, "TempLowWarning") in module.entries) != ((whole, "VccLowWarning") in module.entries):
        raise DocumentError(_DOCUMENT, f"port {module.port}", "lacks half of its thresholds; the output may be cut")
    return ModuleMonitor(
        port=module.port,
        temperature_c=module.measured("ModuleMonitorValues", "Temperature", "C"),
        voltage_v=module.measured("ModuleMonitorValues", "Vcc", "Volts"),
        rx_power_dbm=module.lanes("RX", "Power", "dBm"),
        tx_power_dbm=module.lanes("TX", "Power", "dBm"),
        tx_bias_a=module.lanes("TX", "Bias", "mA", 1e-3),
        temperature_band=module.band(whole, "Temp", "C"),
        voltage_band=module.band(whole, "Vcc", "Volts"),
        rx_power_band=module.band(channel, "RxPower", "dBm"),
        tx_power_band=module.band(channel, "TxPower", "dBm"),
        tx_bias_band=module.band(channel, "TxBias", "mA", 1e-3),
    )


def _value(text: str) -> str | None:
    return None if text == _ABSENT else text
