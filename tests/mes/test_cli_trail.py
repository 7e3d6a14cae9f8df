"""`mes trail`: who did what, when, why and with which signature, of a unit and around a hold."""

from uuid import UUID

import pytest

from mes.records import GateRequest


@pytest.fixture
def story(line, site_mes):
    """A cable under a hold: refused at the gate, repaired, released by signature; its hold's id."""
    unit = line.register("C1")
    line.install(unit, "near", lot=line.receive("P1"))
    line.receive("P2")
    line.register("C2")
    held = site_mes("hold", "--lot", "P1", "--by", "ann", "--reason", "thin plating", "--json").document["hold"]
    timeline = site_mes("unit", "C1", "--json").document["timeline"]
    line.at = type(line.at).fromisoformat(timeline[-1]["at"])
    words = {"station": "t1", "operator": "mei", "fixture": "F1", "simulated": True, "unit": unit}
    line.ledger.gate(GateRequest(id=line.new_id(), at=line.at, operation="final_test", **words))
    changed = ("--position", "near", "--remove", "P1", "--install-lot", "P2", "--by", "bob")
    assert site_mes("repair", "C1", "PLUG-REPLACED", *changed, "--note", "new plug").code == 0
    signed = ("--by", "zoe", "--reason", "inspected", "--meaning", "approved")
    assert site_mes("release", held, "--serial", "C1", *signed).code == 0
    return held


def test_trail_of_a_hold_tells_it_in_order(story, site_mes):
    """Placed, refused, taken out, put in, repaired, released; each with who, why and what was signed."""
    trail = site_mes("trail", story, "--json").document["trail"]
    assert [(entry["who"], entry["act"].split(" Amphenol")[0]) for entry in trail] == [
        ("ann", "hold placed"),
        ("mei", "gate REFUSED final_test at t1"),
        ("bob", "component removed"),
        ("bob", "component installed"),
        ("bob", "repair PLUG-REPLACED at near"),
        ("zoe", f"released from hold {story}"),
    ]
    assert [trail[place]["why"] for place in (0, 4, 5)] == ["thin plating", "new plug", "inspected"]
    assert trail[-1]["signature"] == "approved"
    assert [entry["at"] for entry in trail] == sorted(entry["at"] for entry in trail)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_trail_of_a_unit_has_everything_and_can_be_narrowed(story, site_mes):
    """From its registration on; by time; as a page and as CSV."""
    trail = site_mes("trail", "C1", "--json").document["trail"]
    assert trail[0]["act"] == "registered, revision A"
    assert {"hold", "gate"} <= {entry["act"].split()[0] for entry in trail}
    later = site_mes("trail", "C1", "--json", "--since", trail[-1]["at"]).document["trail"]
    assert later == trail[-1:]
    assert len(site_mes("trail", "C1", "--json", "--until", trail[-1]["at"]).document["trail"]) == len(trail) - 1
    assert "signed: approved" in site_mes("trail", "C1").out
    assert site_mes("trail", "C1", "--csv").out.startswith("at,who,on,act,why,signature,record,void\r\n")
    assert "nothing was done in this time" in site_mes("trail", "C1", "--since", "2030-01-01").out
    inside = site_mes("trail", "C1", "--contents", "--json").document["trail"]
    assert inside == trail


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unknown_hold_says_where_they_are_listed(story, site_mes):
    """An id that is no hold's."""
    answer = site_mes("trail", str(UUID(int=7 << 76 | 2 << 62)))
    assert answer.code == 1
    assert "mes holds --all" in answer.err
