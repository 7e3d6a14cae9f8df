"""The parts of an Arista EOS switch: `show inventory`.

Tables stand in their columns. Captures often come with their blanks squeezed; then a row is read only when its words
can be told apart for certain, and a maker's name of several words cannot, but for Arista's own.
"""

import re
from dataclasses import dataclass
from typing import Final

from drivers.device_documents._ruled_table import is_rule, read_table
from drivers.device_documents._text import document_lines
from drivers.errors import DocumentError

_DOCUMENT: Final = "EOS inventory"
_SYSTEM: Final = "System information"
_VERSION: Final = re.compile(
    r" +(?P<revision>[0-9]\S*)\s+(?P<serial>\S+)\s+(?P<date>[0-9]{4}-[0-9][0-9]-[0-9][0-9])(?:\s+\S+)?"
)
_MODEL: Final = re.compile(r" +(?P<model>[A-Z]\S+)\s+(?P<description>\S.*)")
_SYSTEM_HEADS: Final = (
    re.compile(r" +Model\s+Description"),
    re.compile(r" +HW Version\s+Serial Number\s+Mfg Date(?:\s+Epoch)?"),
)
_COUNT: Final = re.compile(
    r"System has (?P<count>[0-9]{1,6}) (?P<what>power supply slots?|fan modules?|ports?|transceiver slots?)"
)
_WORD: Final = r"\S+"
_MAKER: Final = r"Arista Networks|(?!Arista )\S+"
_TABLES: Final = {
    "power supply": (("Slot", r"[0-9]+"), ("Model", _WORD), ("Serial Number", _WORD)),
    "fan": (("Module", r"[0-9]+"), ("Number of Fans", r"[0-9]+"), ("Model", _WORD), ("Serial Number", _WORD)),
    "port": (("Type", _WORD), ("Count", r"[0-9]{1,6}")),
    "transceiver": (
        *(("Port", r"[0-9]+(?:/[0-9]+)*"), ("Manufacturer", _MAKER), ("Model", _WORD), ("Serial Number", _WORD)),
        ("Rev", _WORD),
    ),
}
_NOT_FITTED: Final = "Not Present"


@dataclass(frozen=True, slots=True)
class EosPart:
    """A supply, a fan module or a transceiver. Texts that are not given ("N/A") are None."""

    kind: str
    slot: str
    manufacturer: str | None
    model: str
    serial: str | None
    revision: str | None


@dataclass(frozen=True, slots=True)
class EosInventory:
    """The switch itself, its parts, and how many ports of which kind it has."""

    model: str
    description: str
    revision: str
    serial: str
    manufactured: str
    parts: tuple[EosPart, ...]
    ports: dict[str, int]

    def of_kind(self, kind: str) -> tuple[EosPart, ...]:
        """The parts of one kind: "power supply", "fan" or "transceiver"."""
        return tuple(part for part in self.parts if part.kind == kind)


def parse_inventory(content: str | bytes, *, complete: bool = False) -> EosInventory:
    """The parts of a switch; empty transceiver slots are left out.

    Raises `DocumentError` for an unknown table or row, a slot twice, more parts than slots, and a missing table.
    """
    lines = document_lines(_DOCUMENT, content, complete=complete)
    starts = [index for index, (_, line) in enumerate(lines) if not line.startswith(" ")]
    if not starts or starts[0] != 0 or lines[0][1] != _SYSTEM:
        raise DocumentError(_DOCUMENT, "line 1", f"is not {_SYSTEM!r}")
    blocks = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    system = _system(blocks[0][1:])
    tables: dict[str, list[dict[str, str]]] = {}
    for block in blocks[1:]:
        number, title = block[0]
        found = _COUNT.fullmatch(title)
        kind = next((k for k in _TABLES if found and found["what"].startswith(k)), None)
        if found is None or kind is None or kind in tables:
            raise DocumentError(_DOCUMENT, f"line {number}", f"{title[:60]!r} is no table, or one that was already")
        tables[kind] = _table(kind, block[1:])
        if kind != "port" and len(tables[kind]) > int(found["count"]):
            raise DocumentError(_DOCUMENT, f"line {number}", f"counts {found['count']} and lists {len(tables[kind])}")
    if missing := [kind for kind in _TABLES if kind not in tables]:
        raise DocumentError(_DOCUMENT, f"line {lines[-1][0]}", f"the table of {missing[0]}s is missing; it is cut")
    parts = tuple(_part(kind, row) for kind in _TABLES if kind != "port" for row in tables[kind])
    ports = {row["Type"]: int(row["Count"]) for row in tables["port"]}
    return EosInventory(**system, parts=parts, ports=ports)


def _system(lines: list[tuple[int, str]]) -> dict[str, str]:
    said = [
        (number, line)
        for number, line in lines
        if not is_rule(line) and not any(h.fullmatch(line) for h in _SYSTEM_HEADS)
    ]
    found = [pattern.fullmatch(line) for pattern, (_, line) in zip((_MODEL, _VERSION), said, strict=False)]
    if len(said) != 2 or not all(found):
        raise DocumentError(
            _DOCUMENT, f"line {lines[0][0] if lines else 2}", "does not say model, serial and date alone"
        )
    read = {name: value.strip() for match in found if match for name, value in match.groupdict().items()}
    return {
        "model": read["model"],
        "description": read["description"],
        "revision": read["revision"],
        "serial": read["serial"],
        "manufactured": read["date"],
    }


def _table(kind: str, lines: list[tuple[int, str]]) -> list[dict[str, str]]:
    columns = _TABLES[kind]
    names = tuple(name for name, _ in columns)
    if len(lines) < 2 or not is_rule(lines[1][1]) or lines[0][1].split() != " ".join(names).split():
        raise DocumentError(_DOCUMENT, f"line {lines[0][0] if lines else 0}", f"is not {', '.join(names)} and a rule")
    try:
        rows = read_table(_DOCUMENT, lines, names)
    except DocumentError:
        # Not in its columns: what can be told apart by words alone.
        rows = _squeezed(lines[2:], columns)
    rows = [(number, row) for number, row in rows if row[names[1]] != _NOT_FITTED]
    slots = [row[names[0]] for _, row in rows]
    for number, row in rows:
        wrong = [n for n, pattern in columns if pattern not in (_WORD, _MAKER) and not re.fullmatch(pattern, row[n])]
        if wrong or slots.count(row[names[0]]) > 1:
            raise DocumentError(_DOCUMENT, f"line {number}", f"{row[names[0]]!r} is listed twice, or no {names[0]}")
    return [row for _, row in rows]


def _squeezed(lines: list[tuple[int, str]], columns: tuple[tuple[str, str], ...]) -> list[tuple[int, dict[str, str]]]:
    pattern = re.compile(r"\s+".join(f"({words})" for _, words in columns))
    rows = []
    for number, line in lines:
        found = pattern.fullmatch(line.strip())
        if not found:
            raise DocumentError(_DOCUMENT, f"line {number}", f"{line[:60]!r} cannot be told apart into its columns")
        rows.append((number, dict(zip((name for name, _ in columns), found.groups(), strict=True))))
    return rows


def _part(kind: str, row: dict[str, str]) -> EosPart:
    def given(name: str) -> str | None:
        text = row.get(name, "")
        return None if text in ("", "N/A") else text

    slot = row["Port"] if kind == "transceiver" else row["Module"] if kind == "fan" else row["Slot"]
    return EosPart(kind, slot, given("Manufacturer"), row["Model"], given("Serial Number"), given("Rev"))
