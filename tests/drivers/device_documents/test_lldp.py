"""Neighbour tables in all four forms, captured and made, whole and broken."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.device_documents.lldp import Neighbour, parse_lldp
from drivers.errors import DocumentError

Form = Literal["json", "json0", "keyvalue", "plain"]
FORMS: tuple[Form, ...] = ("json", "json0", "keyvalue", "plain")
RULE = "-" * 79

words = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-_/", min_size=1, max_size=12).filter(lambda w: w != "id")
sentences = st.lists(words, min_size=1, max_size=4).map(" ".join)
capabilities = st.lists(st.sampled_from(["Bridge", "Router", "Wlan", "Station"]), unique=True, max_size=4).map(tuple)

neighbour = st.builds(
    Neighbour,
    local_port=words,
    protocol=st.sampled_from(["LLDP", "CDPv2"]),
    chassis_id_type=st.sampled_from(["mac", "local", "ifname"]),
    chassis_id=words,
    chassis_name=st.none() | words,
    chassis_description=st.none() | sentences,
    management_addresses=st.lists(words, max_size=3).map(tuple),
    capabilities=capabilities,
    port_id_type=st.sampled_from(["ifname", "mac", "local", "ip"]),
    port_id=words,
    port_description=st.none() | sentences,
    ttl_s=st.integers(0, 65535),
)
tables = st.lists(neighbour, max_size=4, unique_by=lambda n: (n.local_port, n.protocol, n.chassis_id, n.port_id))


def one_or_list(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items


def as_json(table: list[Neighbour]) -> str:
    entries = []
    for n in table:
        chassis: dict[str, Any] = {"id": {"type": n.chassis_id_type, "value": n.chassis_id}}
        if n.chassis_description is not None:
            chassis["descr"] = n.chassis_description
        if n.management_addresses:
            chassis["mgmt-ip"] = one_or_list(list(n.management_addresses))
        if n.capabilities:
            chassis["capability"] = one_or_list([{"type": c, "enabled": True} for c in n.capabilities])
        port: dict[str, Any] = {"id": {"type": n.port_id_type, "value": n.port_id}, "ttl": str(n.ttl_s)}
        if n.port_description is not None:
            port["descr"] = n.port_description
        named = chassis if n.chassis_name is None else {n.chassis_name: chassis}
        entries.append({n.local_port: {"via": n.protocol, "chassis": named, "port": port}})
    return json.dumps({"lldp": {"interface": one_or_list(entries)} if entries else {}}) + "\n"


def as_json0(table: list[Neighbour]) -> str:
    def values(*texts: str | None) -> list[dict[str, str]]:
        return [{"value": text} for text in texts if text is not None]

    entries = []
    for n in table:
        chassis: dict[str, Any] = {
            "id": [{"type": n.chassis_id_type, "value": n.chassis_id}],
            "name": values(n.chassis_name),
            "descr": values(n.chassis_description),
            "mgmt-ip": values(*n.management_addresses),
            "capability": [{"type": c, "enabled": True} for c in n.capabilities],
        }
        port: dict[str, Any] = {
            "id": [{"type": n.port_id_type, "value": n.port_id}],
            "descr": values(n.port_description),
            "ttl": values(str(n.ttl_s)),
        }
        full = [{name: value for name, value in part.items() if value} for part in (chassis, port)]
        entries.append({"name": n.local_port, "via": n.protocol, "chassis": [full[0]], "port": [full[1]]})
    return json.dumps({"lldp": [{"interface": entries} if entries else {}]}) + "\n"


def as_keyvalue(table: list[Neighbour]) -> str:
    lines = []
    for n in table:
        chassis = [(n.chassis_id_type, n.chassis_id), ("name", n.chassis_name), ("descr", n.chassis_description)]
        chassis += [("mgmt-ip", address) for address in n.management_addresses]
        chassis += [(f"{name}.enabled", "on") for name in n.capabilities]
        port = [(n.port_id_type, n.port_id), ("descr", n.port_description), ("ttl", str(n.ttl_s))]
        keys = [("via", n.protocol), ("rid", "1"), ("age", "0 day, 00:00:11")]
        keys += [(f"chassis.{key}", value) for key, value in chassis if value is not None]
        keys += [(f"port.{key}", value) for key, value in port if value is not None]
        lines += [f"lldp.{n.local_port}.{key}={value}\n" for key, value in keys]
    return "".join(lines)


def as_plain(table: list[Neighbour]) -> str:
    lines = [RULE, "LLDP neighbors:", RULE]
    for n in table:
        lines.append(f"Interface:    {n.local_port}, via: {n.protocol}, RID: 1, Time: 0 day, 00:00:11")
        chassis = [("ChassisID", f"{n.chassis_id_type} {n.chassis_id}"), ("SysName", n.chassis_name)]
        chassis += [("SysDescr", n.chassis_description)]
        chassis += [("MgmtIP", address) for address in n.management_addresses]
        chassis += [("Capability", f"{name}, on") for name in n.capabilities]
        port = [("PortID", f"{n.port_id_type} {n.port_id}"), ("PortDescr", n.port_description), ("TTL", str(n.ttl_s))]
        for title, entries in (("Chassis", chassis), ("Port", port)):
            lines.append(f"  {title}:     ")
            lines += [f"    {key + ':':13} {value}" for key, value in entries if value is not None]
        lines.append(RULE)
    return "\n".join(lines) + "\n"


WRITERS = {"json": as_json, "json0": as_json0, "keyvalue": as_keyvalue, "plain": as_plain}
SAMPLE = [
    Neighbour("Ethernet0", "LLDP", "mac", "46:17:12:b9:48:d6", "cn01", "a node", ("fe80::1",), ("Station",),
              "ifname", "enp1s0np0", "enp1s0np0", 120),
    Neighbour("Ethernet8", "LLDP", "mac", "1e:17:31:f4:88:ed", "cn02", None, (), (), "mac", "1e:17:31:f4:88:ee",
              "enp1s0np0", 120),
]  # fmt: skip


@settings(max_examples=50)
@given(tables)
def test_the_four_forms_say_the_same(table: list[Neighbour]) -> None:
    """Whichever form was asked for, the neighbours are the same; none is an empty tuple in every form."""
    for form in FORMS:
        assert parse_lldp(WRITERS[form](table), form) == tuple(table), form


@pytest.mark.parametrize("kit", ["good", "swapped"])
@pytest.mark.parametrize("device", ["tor1", "tor2", "cn01", "cn02"])
def test_the_captured_kit_reads_the_same_in_every_form(captured: Path, kit: str, device: str) -> None:
    """lldpd 1.0.16's own output of one device, four times."""
    read = {
        form: parse_lldp((captured / "lldp" / kit / f"{device}_neighbors.{form}").read_bytes(), form) for form in FORMS
    }
    assert len(read["json0"]) == (3 if device.startswith("tor") else 2)
    assert set(read.values()) == {read["json0"]}
    assert all(n.ttl_s == 8 and n.capabilities == ("Station",) for n in read["json0"])


def test_a_far_port_is_named_by_its_description_where_its_identity_is_an_address() -> None:
    """A network card that sends its MAC address as port identity is still found on the cable map."""
    assert [n.far_port for n in SAMPLE] == ["enp1s0np0", "enp1s0np0"]


@pytest.mark.parametrize("form", FORMS)
def test_a_cut_table_is_refused_or_says_the_first_neighbours_unchanged(form: Form) -> None:
    """Cut anywhere, no neighbour comes out changed; only keyvalue, which has no end mark, may come out shorter."""
    whole = WRITERS[form](SAMPLE)
    for end in range(len(whole) - 1):
        try:
            read = parse_lldp(whole[:end], form)
        except DocumentError:
            continue
        assert read == tuple(SAMPLE[: len(read)])
        # `plain` is whole between two rules, a neighbour at a time; its title's end is that of an empty table.
        assert form in ("keyvalue", "plain")
        assert len(read) < len(SAMPLE)


@given(st.sampled_from(FORMS), st.binary(max_size=200), st.integers(0, 2000), st.integers(0, 40))
def test_damaged_bytes_are_an_error_or_change_what_they_hit_alone(
    form: Form, garbage: bytes, place: int, gone: int
) -> None:
    """Whatever a broken line brings, nothing but `DocumentError` comes out of the reader."""
    whole = WRITERS[form](SAMPLE).encode()
    broken = whole[:place] + garbage + whole[place + gone :]
    try:
        read = parse_lldp(broken, form)
    except DocumentError:
        return
    assert all(isinstance(n, Neighbour) and n.chassis_id and n.port_id for n in read)


@given(st.sampled_from(("keyvalue", "plain")), st.randoms(use_true_random=False))
def test_lines_out_of_order_never_move_a_value_to_another_key(form: str, chance: Any) -> None:
    """Shuffled lines are refused, or each neighbour keeps to values that were said for its port."""
    lines = WRITERS[form](SAMPLE).splitlines(keepends=True)
    chance.shuffle(lines)
    try:
        read = parse_lldp("".join(lines), cast(Form, form))
    except DocumentError:
        return
    assert all(n.local_port in {s.local_port for s in SAMPLE} and n.ttl_s == 120 for n in read)


@pytest.mark.parametrize("form", FORMS)
def test_a_neighbour_that_is_listed_twice_is_refused(form: Form) -> None:
    """A doubled block is a broken capture, not a second neighbour."""
    with pytest.raises(DocumentError, match=r"port Ethernet0: lists the neighbour .* twice"):
        parse_lldp(WRITERS[form]([SAMPLE[0], SAMPLE[1], SAMPLE[0]]), form)


@pytest.mark.parametrize("form", FORMS)
def test_two_neighbours_of_one_port_are_both_told(form: Form) -> None:
    """Behind an unmanaged switch a port hears several, and the cable map is to say so."""
    both = [SAMPLE[0], replace(SAMPLE[1], local_port="Ethernet0")]
    assert parse_lldp(WRITERS[form](both), form) == tuple(both)


def test_a_description_of_several_lines_stays_one_description() -> None:
    """Switch systems put a whole banner there; in `plain` it is indented further."""
    banner = "Cisco NX-OS\nTAC support: example"
    keyvalue = as_keyvalue([replace(SAMPLE[0], chassis_description=banner)])
    assert parse_lldp(keyvalue, "keyvalue")[0].chassis_description == banner
    plain = as_plain([replace(SAMPLE[0], chassis_description=banner.replace("\n", "\n" + " " * 18))])
    assert parse_lldp(plain, "plain")[0].chassis_description == banner


@pytest.mark.parametrize(
    ("form", "old", "new", "message"),
    [
        ("json", '"ttl": "120"', '"ttl": "12,0"', "is no whole number"),
        ("json", '"ttl": "120"', '"ttl": "70000"', "outside 0 to 65535"),
        ("json", '"via"', '"via": "CDPv2", "via"', "said twice, and not the same"),
        ("json", '"enabled": true', '"enabled": "on"', "neither true nor false"),
        ("json0", '"ttl": [{"value": "120"}]', '"ttl": []', "0 elements instead of one"),
        ("keyvalue", "lldp.Ethernet0.port.ttl=120\n", "", "does not say port.ttl"),
        (
            "keyvalue",
            "chassis.name=cn01",
            "chassis.name=cn01\nlldp.Ethernet0.chassis.name=cn09",
            "chassis.name 2 times",
        ),
        ("keyvalue", "Station.enabled=on", "Station.enabled=yes", "neither on nor off"),
        ("plain", "TTL:          120", "TTL:", "does not say port.ttl"),
        ("plain", "LLDP neighbors:", "LLDP local chassis:", "between two rules"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(form: Form, old: str, new: str, message: str) -> None:
    """The message says where to look in the capture."""
    text = WRITERS[form](SAMPLE)
    assert old in text
    with pytest.raises(DocumentError, match=message):
        parse_lldp(text.replace(old, new, 1), form)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"lldp": null}', b"[" * 100_000, b"\x00", b"1e999"]
)
@pytest.mark.parametrize("form", ["json", "json0"])
def test_what_is_no_table_is_refused(content: bytes, form: Form) -> None:
    """An empty answer is not an empty table."""
    with pytest.raises(DocumentError):
        parse_lldp(content, form)
