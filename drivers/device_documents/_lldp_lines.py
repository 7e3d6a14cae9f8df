"""The two forms of `lldpcli show neighbors` that are lines: `keyvalue` and `plain`.

Both are read into the same groups of keys, under the names that `keyvalue` gives them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from drivers.device_documents._text import document_lines
from drivers.errors import DocumentError

_FIRST_KEY: Final = re.compile(r"lldp\.(?P<port>.+)\.via=(?P<via>.+)")
_CAPABILITY_KEY: Final = re.compile(r"(?P<name>[^.]+)\.enabled")
_ID_TYPES: Final = ("mac", "ifname", "ifalias", "local", "ip", "port", "chassis", "agent", "unhandled")
_DESCRIPTION: Final = "descr"

_RULE: Final = re.compile(r"-{20,}")
_TITLE: Final = "LLDP neighbors:"
_INTERFACE: Final = re.compile(
    r"Interface:\s+(?P<port>\S+), via: (?P<via>[^,]+), RID: [0-9]+, Time: [0-9]+ days?, [0-9:]+"
)
_SECTION: Final = re.compile(r"  (?P<name>[A-Z][\w -]*):")
_ENTRY: Final = re.compile(r"    (?P<name>\S[^:]*):\s+(?P<value>\S.*)")
_PLAIN_INDENT: Final = 14
_PLAIN_KEYS: Final = {
    ("chassis", "SysName"): "name",
    ("chassis", "SysDescr"): _DESCRIPTION,
    ("chassis", "MgmtIP"): "mgmt-ip",
    ("port", "PortDescr"): _DESCRIPTION,
    ("port", "TTL"): "ttl",
}
_PLAIN_IDS: Final = {("chassis", "ChassisID"), ("port", "PortID")}
_SWITCHES: Final = {"on": True, "off": False}


@dataclass(slots=True)
class NeighbourLines:
    """The lines about one neighbour, by section and key."""

    document: str
    local_port: str
    protocol: str
    line: int
    values: list[tuple[str, str, str]] = field(default_factory=list)
    capabilities: list[tuple[str, bool]] = field(default_factory=list)

    def all(self, section: str, key: str) -> list[str]:
        """Every value of a key that may be repeated."""
        return [value for where, name, value in self.values if (where, name) == (section, key)]

    def one(self, section: str, key: str) -> str | None:
        """The value of a key, or None. Raises `DocumentError` when it is said twice."""
        found = self.all(section, key)
        if len(found) > 1:
            raise self.wrong(f"says {section}.{key} {len(found)} times")
        return found[0] if found else None

    def needed(self, section: str, key: str) -> str:
        """The value of a key that every neighbour sends. Raises `DocumentError` when it is not there."""
        found = self.one(section, key)
        if found is None:
            raise self.wrong(f"does not say {section}.{key}; the document may be cut")
        return found

    @property
    def chassis_id(self) -> tuple[str, str]:
        """Type and value of the chassis's identity."""
        return self._identity("chassis")

    @property
    def port_id(self) -> tuple[str, str]:
        """Type and value of the port's identity."""
        return self._identity("port")

    def wrong(self, what: str) -> DocumentError:
        """The error that says what is wrong with this neighbour."""
        return DocumentError(self.document, f"port {self.local_port} (line {self.line})", what)

    def _identity(self, section: str) -> tuple[str, str]:
        found = [(name, value) for where, name, value in self.values if where == section and name in _ID_TYPES]
        if len(found) != 1:
            raise self.wrong(f"gives {len(found)} identities of its {section} instead of one; the document may be cut")
        return found[0]

    def switch(self, line: int, name: str, text: str) -> None:
        """Note whether a capability is enabled."""
        if text not in _SWITCHES:
            raise DocumentError(self.document, f"line {line}", f"capability {name} is {text!r}, neither on nor off")
        if name in dict(self.capabilities):
            raise DocumentError(self.document, f"line {line}", f"says capability {name} twice")
        self.capabilities.append((name, _SWITCHES[text]))

    def lengthen(self, line: int, text: str) -> None:
        """Add a further line to the description that was last."""
        if not self.values or self.values[-1][1] != _DESCRIPTION:
            raise DocumentError(self.document, f"line {line}", f"{text[:60]!r} belongs to nothing")
        section, key, value = self.values.pop()
        self.values.append((section, key, f"{value}\n{text}"))


def read_keyvalue(document: str, content: str | bytes) -> list[NeighbourLines]:
    """The neighbours in the form `keyvalue`: each begins at its key `via`."""
    neighbours: list[NeighbourLines] = []
    for number, line in document_lines(document, content):
        if first := _FIRST_KEY.fullmatch(line):
            neighbours.append(NeighbourLines(document, first["port"], first["via"], number))
            continue
        if not neighbours:
            raise DocumentError(document, f"line {number}", f"{line[:60]!r} comes before any neighbour's first key")
        current = neighbours[-1]
        prefix = f"lldp.{current.local_port}."
        if not line.startswith("lldp."):
            current.lengthen(number, line)
            continue
        key, equals, value = line.removeprefix(prefix).partition("=")
        if not line.startswith(prefix) or not equals:
            raise DocumentError(document, f"line {number}", f"{line[:60]!r} is no key of port {current.local_port}")
        section, _, name = key.partition(".")
        if section == "chassis" and (capability := _CAPABILITY_KEY.fullmatch(name)):
            current.switch(number, capability["name"], value)
        elif section in ("chassis", "port"):
            if not value.strip() and name in _ID_TYPES:
                raise DocumentError(document, f"line {number}", "is an identity without a character")
            current.values.append((section, name, value))
    return neighbours


def read_plain(document: str, content: str | bytes) -> list[NeighbourLines]:
    """The neighbours in the form `plain`: each between two rules, after the title between two."""
    lines = document_lines(document, content)
    ruled = [index for index, (_, line) in enumerate(lines) if _RULE.fullmatch(line)]
    if ruled[:2] != [0, 2] or lines[1][1] != _TITLE:
        raise DocumentError(document, "its beginning", f"is not {_TITLE!r} between two rules")
    if ruled[-1] != len(lines) - 1:
        raise DocumentError(document, f"line {lines[-1][0]}", "is not followed by the closing rule; it is cut")
    return [_plain_neighbour(document, lines[start + 1 : end]) for start, end in pairwise(ruled[1:])]


def _plain_neighbour(document: str, lines: list[tuple[int, str]]) -> NeighbourLines:
    if not lines:
        raise DocumentError(document, "its rules", "two of them have no neighbour between them")
    number, head = lines[0]
    first = _INTERFACE.fullmatch(head)
    if not first:
        raise DocumentError(document, f"line {number}", f"{head[:60]!r} is no 'Interface:' line")
    neighbour = NeighbourLines(document, first["port"], first["via"], number)
    for place, section, line in _in_sections(document, lines[1:]):
        if len(line) - len(line.lstrip()) > _PLAIN_INDENT:
            if neighbour.values and neighbour.values[-1][1] == _DESCRIPTION:
                neighbour.lengthen(place, line.lstrip())
        elif (entry := _ENTRY.fullmatch(line)) and section in ("chassis", "port"):
            _note(neighbour, place, section, entry["name"], entry["value"])
    return neighbour


def _note(neighbour: NeighbourLines, place: int, section: str, name: str, value: str) -> None:
    if (section, name) in _PLAIN_IDS:
        kind, _, identity = value.partition(" ")
        if kind not in _ID_TYPES or not identity.strip():
            raise DocumentError(neighbour.document, f"line {place}", f"{value[:60]!r} is no type and identity")
        neighbour.values.append((section, kind, identity))
    elif (section, name) == ("chassis", "Capability"):
        capability, _, enabled = value.partition(", ")
        neighbour.switch(place, capability, enabled)
    else:
        # Keys that are not read are kept: a line that goes on must not be taken for one of a description.
        neighbour.values.append((section, _PLAIN_KEYS.get((section, name), f"plain {name}"), value))


def _in_sections(document: str, lines: list[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    section = ""
    for number, line in lines:
        if found := _SECTION.fullmatch(line):
            section = found["name"].lower()
        elif not line.startswith("    "):
            # Sections with a value on their line (unknown TLVs, VLAN) are none that is read here.
            if not line.startswith("  "):
                raise DocumentError(document, f"line {number}", f"{line[:60]!r} belongs to no neighbour")
            section = ""
        else:
            yield number, section, line
