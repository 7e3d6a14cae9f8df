"""The neighbours of an Arista EOS switch: `show lldp neighbors`, and `show lldp neighbors detail` for the cable map.

The detail counts the neighbours of each port before it lists them, so a cut output is noticed; cut behind the lifetime
of the last neighbour it may lack that one's name, which is then None and on no cable map.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from drivers.device_documents._text import document_lines, integer_in
from drivers.device_documents.lldp import Neighbour
from drivers.device_documents.switch_state import TableNeighbour
from drivers.errors import DocumentError

_TABLE: Final = "EOS LLDP table"
_DETAIL: Final = "EOS LLDP neighbours"
_STATISTIC: Final = re.compile(r"(?:Last table change time|Number of table [a-z-]+)\s+: .+")
_HEAD: Final = re.compile(r"Port\s+Neighbor Device ID\s+Neighbor Port ID\s+TTL")
_RULE: Final = re.compile(r"-+(?: +-+){3}")
_ROW: Final = re.compile(r"(?P<port>\S+)\s+(?P<device>\S+)\s+(?P<far>\S+)\s+(?P<ttl>[0-9]+)")

_INTERFACE: Final = re.compile(r"Interface (?P<port>\S+) detected (?P<count>[0-9]+) LLDP neighbors?:")
_NEIGHBOUR: Final = re.compile(r"\s+Neighbor \S.*, age [0-9]+ seconds?")
_ID_TYPE: Final = re.compile(r"\s+- (?P<what>Chassis|Port) ID type: (?P<type>[A-Za-z ]+?) ?\([0-9]\)")
_ID: Final = re.compile(r"\s+(?P<what>Chassis|Port) ID\s+: (?P<value>.+)")
_TTL: Final = re.compile(r"\s+- Time To Live: (?P<ttl>[0-9]+) seconds?")
_TEXT: Final = re.compile(r"\s+- (?P<name>Port Description|System Name|System Description): (?P<value>.*)")
_ADDRESS: Final = re.compile(r"\s+Management Address\s+: (?P<value>\S+)")
_ENABLED: Final = re.compile(r"\s+Enabled Capabilities: (?P<value>.+)")
_TYPES: Final = {
    "MAC address": "mac",
    "Interface name": "ifname",
    "Interface alias": "ifalias",
    "Locally assigned": "local",
    "Network address": "ip",
    "Chassis component": "chassis",
    "Port component": "port",
}
_MOST_TTL_S: Final = 65535


@dataclass(slots=True)
class _Entry:
    port: str
    line: int
    said: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    def say(self, number: int, name: str, value: str) -> None:
        if name in self.said:
            raise DocumentError(_DETAIL, f"line {number}", f"says {name} of a neighbour of {self.port} twice")
        self.said[name] = value

    def needed(self, name: str) -> str:
        if not self.said.get(name):
            raise DocumentError(_DETAIL, f"port {self.port} (line {self.line})", f"does not say {name}; it is cut")
        return self.said[name]


def parse_neighbour_table(content: str | bytes, *, complete: bool = False) -> tuple[TableNeighbour, ...]:
    """The rows of `show lldp neighbors`. Raises `DocumentError` for any other line, a name with blanks included."""
    lines = document_lines(_TABLE, content, complete=complete)
    head = next((n for n, (_, line) in enumerate(lines) if _HEAD.fullmatch(line)), None)
    if head is None:
        raise DocumentError(_TABLE, "its head", "is not Port, Neighbor Device ID, Neighbor Port ID, TTL; is it cut?")
    rest = lines[:head] + [(n, line) for n, line in lines[head + 1 :] if not _RULE.fullmatch(line)]
    rows: list[TableNeighbour] = []
    for index, (number, line) in enumerate(rest):
        if index < head:
            if not _STATISTIC.fullmatch(line):
                raise DocumentError(_TABLE, f"line {number}", f"{line[:60]!r} is no statistic")
            continue
        found = _ROW.fullmatch(line)
        if not found:
            raise DocumentError(_TABLE, f"line {number}", f"{line[:60]!r} is no row of four columns")
        integer_in(_TABLE, f"line {number}", found["ttl"], 0, _MOST_TTL_S)
        rows.append(TableNeighbour(found["port"], found["device"], found["far"], None))
        if rows.count(rows[-1]) > 1:
            raise DocumentError(_TABLE, f"line {number}", f"lists the neighbour of {found['port']} twice")
    return tuple(rows)


def parse_neighbours(content: str | bytes, *, complete: bool = False) -> tuple[Neighbour, ...]:
    """The neighbours of `show lldp neighbors detail`, as `lldp.parse_lldp` gives them.

    Raises `DocumentError` when a port lists other than it counts, or a neighbour lacks an identity or its lifetime.
    """
    entries: list[_Entry] = []
    ports: dict[str, int] = {}
    port = ""
    awaited: str | None = None
    for number, line in document_lines(_DETAIL, content, complete=complete):
        if found := _INTERFACE.fullmatch(line):
            port = found["port"]
            if port in ports:
                raise DocumentError(_DETAIL, f"line {number}", f"lists {port} twice")
            ports[port] = integer_in(_DETAIL, f"line {number}", found["count"], 0, 10_000)
        elif _NEIGHBOUR.fullmatch(line) and port:
            entries.append(_Entry(port, number))
        elif not entries or entries[-1].port != port or not line.startswith(" "):
            raise DocumentError(_DETAIL, f"line {number}", f"{line[:60]!r} belongs to no neighbour")
        else:
            awaited = _take(entries[-1], number, line, awaited)
    listed = [entry.port for entry in entries]
    for name, count in ports.items():
        if listed.count(name) != count:
            raise DocumentError(_DETAIL, f"port {name}", f"counts {count} neighbours and lists {listed.count(name)}")
    if not ports:
        raise DocumentError(_DETAIL, "its ports", "are none; is it cut?")
    return tuple(map(_neighbour, entries))


def _take(entry: _Entry, number: int, line: str, awaited: str | None) -> str | None:
    """Note what a line says; give back which identity the next line must hold, because its name is not unique."""
    if awaited is not None:
        value = _ID.fullmatch(line)
        if not value or value["what"] != awaited:
            raise DocumentError(_DETAIL, f"line {number}", f"{line[:60]!r} is not the {awaited} ID; is it cut?")
        entry.say(number, f"{awaited} ID", _unquoted(value["value"]))
    elif kind := _ID_TYPE.fullmatch(line):
        if kind["type"] not in _TYPES:
            raise DocumentError(_DETAIL, f"line {number}", f"{kind['type']!r} is no type of an identity")
        entry.say(number, f"{kind['what']} ID type", _TYPES[kind["type"]])
        return kind["what"]
    elif ttl := _TTL.fullmatch(line):
        entry.say(number, "TTL", ttl["ttl"])
    elif text := _TEXT.fullmatch(line):
        entry.say(number, text["name"], _unquoted(text["value"]))
    elif address := _ADDRESS.fullmatch(line):
        entry.addresses.append(address["value"])
    elif enabled := _ENABLED.fullmatch(line):
        entry.say(number, "Enabled Capabilities", enabled["value"])
    return None


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _neighbour(entry: _Entry) -> Neighbour:
    place = f"port {entry.port}"
    enabled = entry.said.get("Enabled Capabilities", "None")
    return Neighbour(
        local_port=entry.port,
        protocol="LLDP",
        chassis_id_type=entry.needed("Chassis ID type"),
        chassis_id=entry.needed("Chassis ID"),
        chassis_name=entry.said.get("System Name"),
        chassis_description=entry.said.get("System Description"),
        management_addresses=tuple(entry.addresses),
        capabilities=() if enabled == "None" else tuple(enabled.split(", ")),
        port_id_type=entry.needed("Port ID type"),
        port_id=entry.needed("Port ID"),
        port_description=entry.said.get("Port Description"),
        ttl_s=integer_in(_DETAIL, place, entry.needed("TTL"), 0, _MOST_TTL_S),
    )
