"""Which port of a kit is to be cabled to which, and what its devices say instead.

A cable is right when both of its ends hear each other. What one end alone says is never taken for the other's word: a
cable that works in one direction only, or a neighbour table that is old, shows as one-sided.
"""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from drivers.device_documents._text import decimal_in, document_text
from drivers.device_documents.lldp import Neighbour
from drivers.errors import DocumentError

FindingKind = Literal["missing", "swapped", "misplugged", "one_sided", "ambiguous", "unexpected"]

_DOCUMENT: Final = "cable map"
_NEEDED: Final = ("a_device", "a_port", "b_device", "b_port")
_COLUMNS: Final = (*_NEEDED, "part", "length_m")
_LONGEST_M: Final = 100_000.0


class Port(NamedTuple):
    """A port of a device of the kit, by their names."""

    device: str
    port: str

    def __str__(self) -> str:
        return f"{self.device} {self.port}"


@dataclass(frozen=True, slots=True)
class PlannedCable:
    """A cable of the kit: its two ends, and its part number and length (m) where the plan states them."""

    a: Port
    b: Port
    part: str | None = None
    length_m: float | None = None

    def __str__(self) -> str:
        return f"{self.a} to {self.b}"


@dataclass(frozen=True, slots=True)
class CableFinding:
    """One thing that is not as planned: the ports that it is about, and a sentence for who mends it.

    missing: neither end hears anything. swapped: two cables have changed places at these two ports. misplugged: the
    port hears another than planned, and it is no exchange of two. one_sided: one end hears the other and is not
    heard. ambiguous: a port hears several. unexpected: a port hears somebody though no cable is planned there.
    """

    kind: FindingKind
    ports: tuple[Port, ...]
    message: str


def parse_cable_map(content: str | bytes, form: Literal["toml", "csv"] = "toml") -> tuple[PlannedCable, ...]:
    """The planned cables. TOML has a table `[[cable]]` for each, CSV a row under the same names.

    The names are `a_device`, `a_port`, `b_device`, `b_port` and, where the plan states them, `part` and `length_m`.
    Raises `DocumentError` for a map without a cable, unknown or empty entries, and a port that is used twice.
    """
    rows = _toml_rows(content) if form == "toml" else _csv_rows(content)
    cables = tuple(_cable(place, row) for place, row in rows)
    if not cables:
        raise DocumentError(_DOCUMENT, "its end", "plans no cable")
    used: dict[Port, str] = {}
    for (place, _), cable in zip(rows, cables, strict=True):
        for end in (cable.a, cable.b):
            if end in used:
                raise DocumentError(_DOCUMENT, place, f"port {end} is used already by {used[end]}")
            used[end] = place
    return cables


def compare(planned: Sequence[PlannedCable], seen: Mapping[str, Sequence[Neighbour]]) -> tuple[CableFinding, ...]:
    """What is not as planned, in the plan's order; nothing means that every cable is where it belongs.

    `seen` holds what each device of the plan says, by the device's name, which is also what its neighbours call it.
    Raises `DocumentError` when a device of the plan says nothing at all, not even that it hears nobody.
    """
    devices = {end.device for cable in planned for end in (cable.a, cable.b)}
    if silent := sorted(devices - set(seen)):
        raise DocumentError("neighbours", silent[0], "were not read; both ends of every cable must be heard")
    heard = _heard(seen)
    far = {cable.a: cable.b for cable in planned} | {cable.b: cable.a for cable in planned}
    findings: list[CableFinding] = []
    told: set[Port] = set()
    for cable in planned:
        findings += _ambiguous(cable, heard, told)
        if cable.a not in told and cable.b not in told:
            findings += _judge(cable, heard, far, told)
    for port in sorted(set(heard) - set(far)):
        others = ", ".join(sorted(map(str, heard[port])))
        findings.append(CableFinding("unexpected", (port,), f"{port} is to be empty and hears {others}"))
    return tuple(findings)


def _heard(seen: Mapping[str, Sequence[Neighbour]]) -> dict[Port, set[Port]]:
    heard: dict[Port, set[Port]] = {}
    for device, neighbours in seen.items():
        for neighbour in neighbours:
            # A neighbour without a name is no port of the plan; its address tells it apart.
            name = neighbour.chassis_name or f"{neighbour.chassis_id_type} {neighbour.chassis_id}"
            port = neighbour.far_port or f"{neighbour.port_id_type} {neighbour.port_id}"
            heard.setdefault(Port(device, neighbour.local_port), set()).add(Port(name, port))
    return heard


def _ambiguous(cable: PlannedCable, heard: dict[Port, set[Port]], told: set[Port]) -> list[CableFinding]:
    findings: list[CableFinding] = []
    for end in (cable.a, cable.b):
        others = sorted(map(str, heard.get(end, ())))
        if len(others) > 1:
            told.add(end)
            what = f"{end} hears {len(others)} neighbours: {', '.join(others)}; is a switch in between?"
            findings.append(CableFinding("ambiguous", (end,), what))
    return findings


def _judge(
    cable: PlannedCable, heard: dict[Port, set[Port]], far: dict[Port, Port], told: set[Port]
) -> list[CableFinding]:
    from_a, from_b = _only(heard, cable.a), _only(heard, cable.b)
    if (from_a, from_b) == (cable.b, cable.a):
        return []
    if from_a is None and from_b is None:
        what = f"no cable from {cable.a} to {cable.b}, or it is dead"
        return [CableFinding("missing", (cable.a, cable.b), what)]
    if exchange := _exchange(cable, heard, far):
        told.update(exchange.ports, (cable.a, cable.b))
        told.update(far[port] for port in exchange.ports)
        return [exchange]
    findings = [
        CableFinding("misplugged", (end,), f"{end} is to lead to {wanted} and leads to {found}")
        for end, wanted, found in ((cable.a, cable.b, from_a), (cable.b, cable.a, from_b))
        if found is not None and found != wanted
    ]
    for end, wanted, found, back in ((cable.a, cable.b, from_a, from_b), (cable.b, cable.a, from_b, from_a)):
        if found == wanted and back is None:
            what = f"{end} hears {wanted}, and {wanted} hears nobody"
            findings.append(CableFinding("one_sided", (end, wanted), what))
    return findings


def _only(heard: dict[Port, set[Port]], port: Port) -> Port | None:
    others = heard.get(port, set())
    return next(iter(others)) if len(others) == 1 else None


def _exchange(cable: PlannedCable, heard: dict[Port, set[Port]], far: dict[Port, Port]) -> CableFinding | None:
    """Two cables that changed places at one end: all four ports hear each other crosswise."""
    found = _only(heard, cable.a)
    if found is None or found == cable.b or found not in far:
        return None
    other = far[found]
    crosswise = {cable.a: found, found: cable.a, other: cable.b, cable.b: other}
    if len(crosswise) != 4 or any(_only(heard, end) != there for end, there in crosswise.items()):
        return None
    # Where the plugs were exchanged cannot be heard; plugs of one device are exchanged more easily than of two.
    pairs = [pair for pair in ((cable.a, other), (cable.b, found)) if pair[0].device == pair[1].device]
    ports = pairs[0] if len(pairs) == 1 else (cable.a, other, cable.b, found)
    where = " or ".join(f"{one} and {two}" for one, two in (pairs or [(cable.a, other), (cable.b, found)]))
    leads = f"{cable.a} leads to {found} instead of {cable.b}, and {other} to {cable.b} instead of {found}"
    return CableFinding("swapped", ports, f"the plugs of {where} are swapped: {leads}")


def _toml_rows(content: str | bytes) -> list[tuple[str, dict[str, Any]]]:
    try:
        document = tomllib.loads(document_text(_DOCUMENT, content))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise DocumentError(_DOCUMENT, "its text", f"is no TOML: {error}") from error
    cables = document.get("cable", [])
    if set(document) - {"cable"} or not isinstance(cables, list) or not all(isinstance(row, dict) for row in cables):
        raise DocumentError(_DOCUMENT, "its tables", "are not [[cable]] alone")
    return [(f"cable {number}", row) for number, row in enumerate(cables, start=1)]


def _csv_rows(content: str | bytes) -> list[tuple[str, dict[str, Any]]]:
    try:
        reader = csv.reader(io.StringIO(document_text(_DOCUMENT, content)), strict=True)
        rows = [(f"line {reader.line_num}", row) for row in reader if row]
    except csv.Error as error:
        raise DocumentError(_DOCUMENT, "its text", f"is no CSV: {error}") from error
    if not rows:
        return []
    _, names = rows[0]
    if len(set(names)) != len(names):
        raise DocumentError(_DOCUMENT, "line 1", "names a column twice")
    for place, row in rows[1:]:
        if len(row) != len(names):
            raise DocumentError(_DOCUMENT, place, f"has {len(row)} fields where {len(names)} are named")
    return [(place, {n: v for n, v in zip(names, row, strict=True) if v.strip()}) for place, row in rows[1:]]


def _cable(place: str, row: dict[str, Any]) -> PlannedCable:
    if unknown := sorted(set(row) - set(_COLUMNS)):
        raise DocumentError(_DOCUMENT, place, f"{unknown[0]!r} is none of {', '.join(_COLUMNS)}")
    for name in _NEEDED:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise DocumentError(_DOCUMENT, place, f"does not say {name}")
    part, length = row.get("part"), row.get("length_m")
    if part is not None and not (isinstance(part, str) and part.strip()):
        raise DocumentError(_DOCUMENT, place, "its part is no part number")
    a, b = Port(row["a_device"].strip(), row["a_port"].strip()), Port(row["b_device"].strip(), row["b_port"].strip())
    if a == b:
        raise DocumentError(_DOCUMENT, place, f"leads from {a} back to itself")
    return PlannedCable(
        a, b, None if part is None else part.strip(), None if length is None else _length(place, length)
    )


def _length(place: str, length: Any) -> float:
    if isinstance(length, bool) or not isinstance(length, int | float | str):
        raise DocumentError(_DOCUMENT, place, "its length_m is no number")
    metres = decimal_in(_DOCUMENT, place, length.strip() if isinstance(length, str) else repr(length))
    if not 0.0 < metres <= _LONGEST_M:
        raise DocumentError(_DOCUMENT, place, f"a cable of {metres} m")
    return metres
