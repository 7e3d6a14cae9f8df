"""The neighbours that `lldpcli show neighbors` lists, in any of its four forms (lldpd 1.0).

The forms say the same differently. `json` gives an object where there is one and a list where there are several, and
names a chassis by its key, or not at all; `json0` always gives lists. `keyvalue` and `plain` are lines: a
neighbour's description may span several, and in `keyvalue` a hostile one could add lines of its own. What decides a
verdict is therefore best asked for as `json0`. `keyvalue` has no end mark either: whole neighbours cut off at its end
are not noticed here, but as missing against a cable map.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from drivers.device_documents import _lldp_lines
from drivers.device_documents._json_tree import JsonNode, json_tree
from drivers.device_documents._lldp_lines import NeighbourLines
from drivers.device_documents._text import integer_in
from drivers.errors import DocumentError

Form = Literal["json", "json0", "keyvalue", "plain"]
Found = TypeVar("Found")

_DOCUMENT: Final = "lldpcli neighbours"
_MOST_TTL_S: Final = 65535
_NO_NAME: Final = frozenset({"mac", "ip"})


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What one port hears from the other end of its cable (IEEE 802.1AB).

    Types of identities are lldpd's words: "mac", "ifname", "local", "ip", "ifalias", "port", "chassis", "agent".
    `capabilities` are those enabled. Age and index of the entry are left out: they change while nothing else does.
    """

    local_port: str
    protocol: str
    chassis_id_type: str
    chassis_id: str
    chassis_name: str | None
    chassis_description: str | None
    management_addresses: tuple[str, ...]
    capabilities: tuple[str, ...]
    port_id_type: str
    port_id: str
    port_description: str | None
    ttl_s: int

    @property
    def far_port(self) -> str | None:
        """The name of the far port: its identity, or its description where the identity is an address."""
        return self.port_description if self.port_id_type in _NO_NAME else self.port_id


def parse_lldp(content: str | bytes, form: Form = "json") -> tuple[Neighbour, ...]:
    """The neighbours in this output, in its order; none is an empty tuple.

    Raises `DocumentError` for anything that is not whole, says something twice, or lacks an identity or the lifetime.
    """
    readers: dict[str, Callable[[str | bytes], tuple[Neighbour, ...]]] = {
        "json": _read_json,
        "json0": _read_json0,
        "keyvalue": lambda text: tuple(_from_lines(n) for n in _lldp_lines.read_keyvalue(_DOCUMENT, text)),
        "plain": lambda text: tuple(_from_lines(n) for n in _lldp_lines.read_plain(_DOCUMENT, text)),
    }
    if form not in readers:
        raise ValueError(f"{_DOCUMENT}: form {form!r} is none of {', '.join(readers)}")
    neighbours = readers[form](content)
    said = [(n.local_port, n.protocol, n.chassis_id, n.port_id) for n in neighbours]
    for key in said:
        if said.count(key) > 1:
            raise DocumentError(_DOCUMENT, f"port {key[0]}", f"lists the neighbour {key[2]} {key[3]} twice")
    return neighbours


def _read_json(content: str | bytes) -> tuple[Neighbour, ...]:
    root = json_tree(_DOCUMENT, content).member("lldp")
    interfaces = root.optional("interface")
    if interfaces is None:
        _require_empty(root)
        return ()
    return tuple(
        _from_json(port, entry) for element in _several(interfaces) for port, entry in element.members().items()
    )


def _from_json(port: str, entry: JsonNode) -> Neighbour:
    name, chassis = _named_chassis(entry.member("chassis"))
    far = entry.member("port")
    return Neighbour(
        local_port=_name(entry, port),
        protocol=entry.member("via").text(),
        chassis_id_type=chassis.member("id").member("type").text(),
        chassis_id=_identity(chassis.member("id").member("value")),
        chassis_name=name,
        chassis_description=_text_or_none(chassis.optional("descr")),
        management_addresses=_texts(chassis.optional("mgmt-ip")),
        capabilities=_enabled(chassis.optional("capability")),
        port_id_type=far.member("id").member("type").text(),
        port_id=_identity(far.member("id").member("value")),
        port_description=_text_or_none(far.optional("descr")),
        ttl_s=_ttl(far.member("ttl")),
    )


def _named_chassis(node: JsonNode) -> tuple[str | None, JsonNode]:
    """A chassis that gave a name is the only member of this object; one without is the object itself."""
    members = node.members()
    identity = members.get("id")
    if identity is not None and "type" in identity.members():
        return None, node
    if len(members) != 1:
        raise node.wrong(f"holds {len(members)} chassis instead of one")
    ((name, chassis),) = members.items()
    return name, chassis


def _read_json0(content: str | bytes) -> tuple[Neighbour, ...]:
    lists = json_tree(_DOCUMENT, content).member("lldp")
    if not lists.elements():
        return ()
    root = lists.only()
    interfaces = root.optional("interface")
    if interfaces is None:
        _require_empty(root)
        return ()
    return tuple(_from_json0(entry) for entry in interfaces.elements())


def _from_json0(entry: JsonNode) -> Neighbour:
    chassis, far = entry.member("chassis").only(), entry.member("port").only()
    chassis_id, port_id = chassis.member("id").only(), far.member("id").only()
    addresses = chassis.optional("mgmt-ip")
    return Neighbour(
        local_port=_identity(entry.member("name")),
        protocol=entry.member("via").text(),
        chassis_id_type=chassis_id.member("type").text(),
        chassis_id=_identity(chassis_id.member("value")),
        chassis_name=_value_or_none(chassis.optional("name")),
        chassis_description=_value_or_none(chassis.optional("descr")),
        management_addresses=_optional(
            addresses, lambda node: tuple(e.member("value").text() for e in node.elements()), ()
        ),
        capabilities=_enabled(chassis.optional("capability")),
        port_id_type=port_id.member("type").text(),
        port_id=_identity(port_id.member("value")),
        port_description=_value_or_none(far.optional("descr")),
        ttl_s=_ttl(far.member("ttl").only().member("value")),
    )


def _from_lines(lines: NeighbourLines) -> Neighbour:
    place = f"port {lines.local_port}"
    return Neighbour(
        local_port=lines.local_port,
        protocol=lines.protocol,
        chassis_id_type=lines.chassis_id[0],
        chassis_id=lines.chassis_id[1],
        chassis_name=lines.one("chassis", "name"),
        chassis_description=lines.one("chassis", "descr"),
        management_addresses=tuple(lines.all("chassis", "mgmt-ip")),
        capabilities=tuple(name for name, enabled in lines.capabilities if enabled),
        port_id_type=lines.port_id[0],
        port_id=lines.port_id[1],
        port_description=lines.one("port", "descr"),
        ttl_s=integer_in(_DOCUMENT, place, lines.needed("port", "ttl"), 0, _MOST_TTL_S),
    )


def _several(node: JsonNode) -> tuple[JsonNode, ...]:
    """One thing or a list of them, as the form `json` puts it."""
    return node.elements() if isinstance(node.value, list) else (node,)


def _optional(node: JsonNode | None, read: Callable[[JsonNode], Found], otherwise: Found) -> Found:
    return otherwise if node is None else read(node)


def _text_or_none(node: JsonNode | None) -> str | None:
    return None if node is None else node.text()


def _value_or_none(node: JsonNode | None) -> str | None:
    return None if node is None else node.only().member("value").text()


def _texts(node: JsonNode | None) -> tuple[str, ...]:
    return () if node is None else tuple(element.text() for element in _several(node))


def _enabled(node: JsonNode | None) -> tuple[str, ...]:
    entries = () if node is None else _several(node)
    switched = [(entry.member("type").text(), entry.member("enabled").flag()) for entry in entries]
    return tuple(name for name, enabled in switched if enabled)


def _identity(node: JsonNode) -> str:
    return _name(node, node.text())


def _name(node: JsonNode, text: str) -> str:
    if not text.strip():
        raise node.wrong("is an identity without a character")
    return text


def _ttl(node: JsonNode) -> int:
    return integer_in(_DOCUMENT, node.place, node.text(), 0, _MOST_TTL_S)


def _require_empty(root: JsonNode) -> None:
    if root.members():
        raise root.wrong("has members and no 'interface'; this is no list of neighbours")
