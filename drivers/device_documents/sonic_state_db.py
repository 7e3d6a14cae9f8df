"""SONiC's own tables: a dump of its STATE_DB and APPL_DB as one JSON object of "TABLE|key" to fields.

Redis holds texts alone; numbers, flags and "N/A" are told apart here, by field.
"""

import re
from collections.abc import Iterator
from typing import Final

from drivers.device_documents._json_tree import JsonNode, json_tree
from drivers.device_documents._text import decimal_in, integer_in
from drivers.device_documents.onie_eeprom import TlvCode
from drivers.device_documents.switch_state import Band, ModuleIdentity, ModuleMonitor, SwitchFan, SwitchSupply
from drivers.errors import DocumentError

_DOCUMENT: Final = "SONiC state database"
_ABSENT: Final = frozenset({"N/A", "None", ""})
_LANE: Final = re.compile(r"(?P<what>rx|tx)(?P<lane>[1-8])(?P<kind>power|bias)")
_FLAGS: Final = {"true": True, "false": False}
_CODE: Final = re.compile(r"0x[0-9a-f]{2}")


class StateDb:
    """The tables of one dump. Every method raises `DocumentError` for a field that is not of its kind."""

    __slots__ = ("_root",)

    def __init__(self, content: str | bytes) -> None:
        self._root = json_tree(_DOCUMENT, content)
        if not self._root.members():
            raise self._root.wrong("holds no table; the dump may be cut")

    def modules(self) -> tuple[ModuleIdentity, ...]:
        """The plugged modules by TRANSCEIVER_INFO. An RJ45 port has an entry and no module, and is left out."""
        return tuple(
            ModuleIdentity(
                port=port,
                kind=_needed(row, "type"),
                manufacturer=_given(row, "manufacturer"),
                part=_given(row, "model"),
                serial=_given(row, "serial"),
                revision=_text(row, "vendor_rev"),
                date_code=_text(row, "vendor_date"),
                length_m=_length(row),
            )
            for port, row in self._rows("TRANSCEIVER_INFO")
            if _needed(row, "type") != "RJ45"
        )

    def monitors(self) -> tuple[ModuleMonitor, ...]:
        """The modules' measurements by TRANSCEIVER_DOM_SENSOR, thresholds by TRANSCEIVER_DOM_THRESHOLD."""
        bands = dict(self._rows("TRANSCEIVER_DOM_THRESHOLD"))
        return tuple(
            ModuleMonitor(
                port=port,
                temperature_c=_number(row, "temperature"),
                voltage_v=_number(row, "voltage"),
                rx_power_dbm=_lanes(row, "rx", "power"),
                tx_power_dbm=_lanes(row, "tx", "power"),
                tx_bias_a=_lanes(row, "tx", "bias", 1e-3),
                temperature_band=_band(bands.get(port), "temp"),
                voltage_band=_band(bands.get(port), "vcc"),
                rx_power_band=_band(bands.get(port), "rxpower"),
                tx_power_band=_band(bands.get(port), "txpower"),
                tx_bias_band=_band(bands.get(port), "txbias", 1e-3),
            )
            for port, row in self._rows("TRANSCEIVER_DOM_SENSOR")
        )

    def supplies(self) -> tuple[SwitchSupply, ...]:
        """The supplies by PSU_INFO. An overload is a warning, as `show platform psustatus` makes it."""
        return tuple(self._supply(name, row) for name, row in self._rows("PSU_INFO"))

    def fans(self) -> tuple[SwitchFan, ...]:
        """The fans by FAN_INFO; a status that is being updated is none that is good."""
        return tuple(self._fan(name, row) for name, row in self._rows("FAN_INFO"))

    def syseeprom(self) -> dict[TlvCode, str]:
        """The text of each entry by EEPROM_INFO. Raises `DocumentError` when its checksum was not valid."""
        rows = dict(self._rows("EEPROM_INFO"))
        if "Checksum" not in rows or _needed(rows["Checksum"], "Valid") != "1":
            raise DocumentError(_DOCUMENT, "EEPROM_INFO|Checksum", "is not valid: what is listed is no identity")
        known = {f"0x{code:02x}": code for code in TlvCode}
        read = {
            known[name]: _needed(row, "Value")
            for name, row in rows.items()
            if name in known and known[name] not in (TlvCode.VENDOR_EXTENSION, TlvCode.CRC32)
        }
        if unknown := sorted(name for name in rows if _CODE.fullmatch(name) and name not in known):
            raise DocumentError(_DOCUMENT, f"EEPROM_INFO|{unknown[0]}", "is no type of an entry")
        return read

    def _rows(self, table: str) -> Iterator[tuple[str, JsonNode]]:
        for name, row in self._root.members().items():
            found, bar, key = name.partition("|")
            if found == table:
                if not bar or not key:
                    raise row.wrong(f"is an entry of {table} without a key")
                yield key, row

    def _supply(self, name: str, row: JsonNode) -> SwitchSupply:
        present, ok = _flag(row, "presence"), _flag(row, "status")
        overload = row.optional("power_overload") is not None and _flag(row, "power_overload")
        status = "NOT PRESENT" if not present else "NOT OK" if not ok else "WARNING" if overload else "OK"
        return SwitchSupply(
            name=name,
            present=present,
            ok=status == "OK",
            status=status,
            part=_text(row, "model"),
            serial=_text(row, "serial"),
            voltage_v=_number(row, "voltage"),
            current_a=_number(row, "current"),
            power_w=_number(row, "power"),
        )

    def _fan(self, name: str, row: JsonNode) -> SwitchFan:
        status = row.member("status")
        words = {"true": "OK", "false": "Not OK", "updating": "Updating"}
        if status.text().lower() not in words:
            raise status.wrong(f"{status.text()[:40]!r} is none of {', '.join(words)}")
        word = words[status.text().lower()]
        speed = _text(row, "speed")
        place = f"{row.place}.speed"
        return SwitchFan(
            name=name,
            present=_flag(row, "presence"),
            ok=word == "OK",
            status=word,
            speed=None if speed is None else integer_in(_DOCUMENT, place, speed, 0, 100) / 100,
            direction=_text(row, "direction"),
        )


def _needed(row: JsonNode, name: str) -> str:
    text = row.member(name).text().strip()
    if not text:
        raise row.wrong(f"has nothing in {name!r}")
    return text


def _given(row: JsonNode, name: str) -> str | None:
    """A field that is always there, and may say that there is nothing to say."""
    text = _needed(row, name)
    return None if text in _ABSENT else text


def _text(row: JsonNode, name: str) -> str | None:
    found = row.optional(name)
    text = "" if found is None else found.text().strip()
    return None if text in _ABSENT else text


def _number(row: JsonNode, name: str) -> float | None:
    text = _text(row, name)
    return None if text is None else decimal_in(_DOCUMENT, f"{row.place}.{name}", text)


def _flag(row: JsonNode, name: str) -> bool:
    node = row.member(name)
    if node.text().lower() not in _FLAGS:
        raise node.wrong(f"{node.text()[:40]!r} is neither true nor false")
    return _FLAGS[node.text().lower()]


def _length(row: JsonNode) -> float | None:
    # The same field gives a fibre's reach in km for others; only an assembly's own length is one.
    return _number(row, "cable_length") if _text(row, "cable_type") == "Length Cable Assembly(m)" else None


def _lanes(row: JsonNode, what: str, kind: str, scale: float = 1.0) -> tuple[float | None, ...]:
    named = [_LANE.fullmatch(name) for name in row.members()]
    lanes = sorted(int(n["lane"]) for n in named if n and (n["what"], n["kind"]) == (what, kind))
    if lanes != list(range(1, len(lanes) + 1)):
        raise row.wrong(f"{what} {kind} has the lanes {lanes}; one is missing")
    values = [_number(row, f"{what}{lane}{kind}") for lane in lanes]
    return tuple(None if value is None else value * scale for value in values)


def _band(row: JsonNode | None, name: str, scale: float = 1.0) -> Band | None:
    if row is None:
        return None
    found = [_number(row, f"{name}{edge}") for edge in ("highalarm", "highwarning", "lowwarning", "lowalarm")]
    if all(edge is None for edge in found):
        return None
    return Band(*(None if edge is None else edge * scale for edge in found))
