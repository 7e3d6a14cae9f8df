"""The planned cables of a kit against what its devices hear."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device_documents.cable_map import CableFinding, PlannedCable, Port, compare, parse_cable_map
from drivers.device_documents.lldp import Neighbour, parse_lldp
from drivers.errors import DocumentError

KIT = """a_device,a_port,b_device,b_port,part,length_m
tor1,Ethernet0,cn01,enp1s0np0,DAC-400-1,1
tor1,Ethernet8,cn02,enp1s0np0,DAC-400-1,1
tor2,Ethernet0,cn01,enp2s0np1,DAC-400-1,1.5
tor2,Ethernet8,cn02,enp2s0np1,DAC-400-1,1.5
tor1,Ethernet248,tor2,Ethernet248,,
"""
PLAN = parse_cable_map(KIT, "csv")
PORTS = [end for cable in PLAN for end in (cable.a, cable.b)]


def hear(*links: tuple[Port, Port]) -> dict[str, list[Neighbour]]:
    """What the devices say when each first port hears the second."""
    seen: dict[str, list[Neighbour]] = {port.device: [] for port in PORTS}
    for port, far in links:
        heard = Neighbour(
            port.port, "LLDP", "local", far.device, far.device, None, (), (), "ifname", far.port, None, 120
        )
        seen.setdefault(port.device, []).append(heard)
    return seen


def cabled(*cables: tuple[Port, Port]) -> dict[str, list[Neighbour]]:
    return hear(*cables, *((b, a) for a, b in cables))


def kinds(findings: tuple[CableFinding, ...]) -> list[str]:
    return [finding.kind for finding in findings]


@pytest.mark.parametrize("form", ["json", "json0", "keyvalue", "plain"])
def test_the_captured_good_kit_passes_and_the_swapped_one_names_both_ports(captured: Path, form: str) -> None:
    """Of the swapped kit, two plugs of the second switch were exchanged."""
    found = {}
    for kit in ("good", "swapped"):
        files = {d: captured / "lldp" / kit / f"{d}_neighbors.{form}" for d in ("tor1", "tor2", "cn01", "cn02")}
        found[kit] = compare(PLAN, {d: parse_lldp(f.read_bytes(), form) for d, f in files.items()})  # type: ignore[arg-type]
    assert found["good"] == ()
    (finding,) = found["swapped"]
    assert finding.kind == "swapped"
    assert finding.ports == (Port("tor2", "Ethernet0"), Port("tor2", "Ethernet8"))
    assert "tor2 Ethernet0 and tor2 Ethernet8" in finding.message


def test_a_plan_is_the_same_in_both_forms() -> None:
    """TOML for people, CSV out of a spreadsheet."""
    tables = [
        f'[[cable]]\na_device = "{c.a.device}"\na_port = "{c.a.port}"\n'
        f'b_device = "{c.b.device}"\nb_port = "{c.b.port}"\n'
        + (f'part = "{c.part}"\n' if c.part else "")
        + (f"length_m = {c.length_m}\n" if c.length_m else "")
        for c in PLAN
    ]
    assert parse_cable_map("\n".join(tables), "toml") == PLAN
    assert PLAN[2] == PlannedCable(Port("tor2", "Ethernet0"), Port("cn01", "enp2s0np1"), "DAC-400-1", 1.5)
    assert PLAN[4].part is None


@given(st.permutations([cable.b for cable in PLAN]))
def test_a_kit_passes_exactly_when_every_cable_is_where_it_belongs(ends: list[Port]) -> None:
    """However the far plugs are mixed up, each misplaced one is in a finding, and none that is in place."""
    findings = compare(PLAN, cabled(*zip([cable.a for cable in PLAN], ends, strict=True)))
    misplaced = {c.a for c, b in zip(PLAN, ends, strict=True) if c.b != b}
    misplaced |= {c.b for c, b in zip(PLAN, ends, strict=True) if c.b != b}
    named = {port for finding in findings for port in finding.ports}
    assert (findings == ()) == (not misplaced)
    assert named <= misplaced
    far = {c.a: c.b for c in PLAN} | {c.b: c.a for c in PLAN}
    assert all(port in named or far[port] in named for port in misplaced)


@given(st.sets(st.sampled_from(range(len(PLAN)))), st.sets(st.sampled_from(PORTS)))
def test_what_one_end_alone_hears_is_never_enough(out: set[int], deaf: set[Port]) -> None:
    """A cable counts only when both of its ends hear each other."""
    links = [
        link for n, c in enumerate(PLAN) if n not in out for link in ((c.a, c.b), (c.b, c.a)) if link[0] not in deaf
    ]
    findings = compare(PLAN, hear(*links))
    for number, cable in enumerate(PLAN):
        mute = {cable.a, cable.b} & deaf
        wanted = "missing" if number in out or len(mute) == 2 else "one_sided" if mute else None
        assert [f.kind for f in findings if set(f.ports) & {cable.a, cable.b}] == ([wanted] if wanted else [])


def test_plugs_that_went_round_in_a_ring_are_named_one_by_one() -> None:
    """Three exchanged plugs are no exchange of two; each port says where it leads instead."""
    b = [cable.b for cable in PLAN]
    findings = compare(PLAN, cabled(*zip([c.a for c in PLAN], [b[1], b[2], b[0], b[3], b[4]], strict=True)))
    assert kinds(findings) == ["misplugged"] * 6
    assert findings[0].message == "tor1 Ethernet0 is to lead to cn01 enp1s0np0 and leads to cn02 enp1s0np0"


def test_a_port_that_is_to_be_empty_and_one_that_hears_two_are_told() -> None:
    """A cable too many, and a switch in between."""
    good = [(c.a, c.b) for c in PLAN]
    spare, guest = Port("tor1", "Ethernet16"), Port("lab", "eth0")
    findings = compare(PLAN, hear(*good, *((b, a) for a, b in good), (spare, guest), (PLAN[0].a, guest)))
    assert kinds(findings) == ["ambiguous", "unexpected"]
    assert findings[0].ports == (Port("tor1", "Ethernet0"),)
    assert findings[1].message == "tor1 Ethernet16 is to be empty and hears lab eth0"


def test_a_device_that_was_not_asked_is_no_missing_cable() -> None:
    """Without both ends there is no verdict."""
    seen = cabled(*((c.a, c.b) for c in PLAN))
    del seen["cn02"]
    with pytest.raises(DocumentError, match="neighbours: cn02: were not read"):
        compare(PLAN, seen)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tor1,Ethernet8", "tor1,Ethernet0", "line 3: port tor1 Ethernet0 is used already by line 2"),
        ("cn01,enp1s0np0", "tor1,Ethernet0", "back to itself"),
        ("length_m", "length", "none of"),
        ("length_m", "part", "names a column twice"),
        ("DAC-400-1,1\n", "DAC-400-1\n", "has 5 fields where 6 are named"),
        (",1.5", ",1;5", "is no number"),
        (",1.5", ",-1.5", "a cable of -1.5 m"),
        ("tor2,Ethernet8", "tor2,", "does not say a_port"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(old: str, new: str, message: str) -> None:
    """The line is named, so that the spreadsheet can be mended."""
    with pytest.raises(DocumentError, match=message):
        parse_cable_map(KIT.replace(old, new, 1), "csv")


@pytest.mark.parametrize(
    "text", ["", "[[cable]]\n", "[cable]\na_device = 'x'\n", "kit = 1\n", "[[cable]\n", "cable = [1]\n"]
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    """An empty plan would pass every kit."""
    with pytest.raises(DocumentError):
        parse_cable_map(text, "toml")
    with pytest.raises(DocumentError):
        parse_cable_map(text, "csv")


@given(st.binary(max_size=300), st.sampled_from(("toml", "csv")))
def test_any_bytes_are_a_plan_or_an_error(content: bytes, form: str) -> None:
    """Nothing but `DocumentError` comes out of the reader."""
    try:
        parse_cable_map(content, form)  # type: ignore[arg-type]
    except DocumentError:
        return
