"""Robbed parts: one act that takes from one unit to serve another, and what both must do afterwards."""

import pytest

from mes.records import BillOfMaterialLine, DefinitionReleased, MaterialDefinition, RouteOperation, UnitIdentity
from mes.vocabulary import OperationKind, Tracking

BY = ("--by", "olga")
WHY = ("--reason", "line down", *BY)
SHELF = "SHELF-1"


@pytest.fixture
def shelves(line, bundles, passed, digest_of):
    """Two shelves that take a module at m1: S1 is whole and tested, S2 has an empty place."""
    module = BillOfMaterialLine(position="m1", part=line.BUNDLE, quantity=1, unit="pc", tracking=Tracking.UNIT)
    line.tell(
        DefinitionReleased(
            **line.envelope(),
            material=MaterialDefinition(part=SHELF, revision="A", description="shelf", tracking=Tracking.UNIT),
            bill_of_material=(module,),
            route=(
                RouteOperation(name="build", kind=OperationKind.ASSEMBLY),
                RouteOperation(name="shelf_test", kind=OperationKind.TEST),
            ),
            digest=digest_of(SHELF),
        )
    )
    line.plan("shelf_test", SHELF)
    (taken, _) = bundles("B1", "B2")
    first, second = (line.register(serial, SHELF) for serial in ("S1", "S2"))
    line.install(first, "m1", taken)
    passed(first, "shelf_test")
    return first, second


def test_robbed_part_changes_hands_and_both_are_tested_again(line, shelves, passed, refusals, site_mes, rebuilt):
    """The donor is refused until it is whole again, the recipient until it is tested; the reason is kept apart."""
    donor, recipient = shelves
    done = site_mes("rob", "S1", "m1", "--for", "S2", *WHY, "--json").document
    assert done["component"]["serial"] == "B1"
    assert {(r["unit"]["serial"], r["operation"]) for r in done["disturbed"]} == {
        ("S1", "shelf_test"),
        ("S2", "shelf_test"),
    }
    tree = site_mes("tree", "S2", "--json").document["components"]
    assert [component["unit"]["serial"] for component in tree] == ["B1"]
    links = [
        e
        for e in site_mes("unit", "B1", "--json").document["timeline"]
        if e["event"] in ("removed_from", "installed_into")
    ]
    assert [(e["event"], e["reason"]) for e in links] == [
        ("installed_into", "PLANNED"),
        ("removed_from", "ROBBED"),
        ("installed_into", "ROBBED"),
    ]
    assert "robbed from SHELF-1 S1 at m1 for SHELF-1 S2 at m1" in site_mes("unit", "S1").out
    assert refusals(donor, "shelf_test") == ["route_order"]
    assert refusals(recipient, "shelf_test") == []
    filled = site_mes("repair", "S1", "REFILLED", "--position", "m1", "--install", "B2", *BY)
    assert filled.code == 0, filled.err
    assert refusals(donor, "shelf_test") == []
    passed(donor, "shelf_test")
    assert site_mes("unit", "S1", "--json").document["unit"]["state"] == "COMPLETED"
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_holds_a_robbed_donor_is_refused(line, shelves, rack, refusals, site_mes):
    """A rack with a shelf that lacks a module goes nowhere, whatever its own tests say."""
    holder = rack("R1")
    line.install(holder, "u1", shelves[0])
    site_mes("rob", "S1", "m1", "--for", "S2", *WHY)
    assert refusals(holder, "rack_test") == ["disturbed_results", "incomplete_inside"]


CANNOT = (
    (("rob", "S1", "m9", "--for", "S2", *WHY), "is not in position m9; nothing is there"),
    (("rob", "S1", "m1", "--for", "S1", *WHY), "donor and recipient at once"),
    (("rob", "S1", "m1", "--for", "S2", "--into", "m2", *WHY), "has no position m2"),
    (("rob", "S1", "m1", "--for", "B1", *WHY), "cannot go into"),
    (("repair", "S1", "X", "--position", "m1", "--install", "B2", *BY), "position m1 is filled"),
)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_cannot_be_robbed_is_told(shelves, site_mes):
    """Nothing is half-written: the tree is what it was."""
    before = site_mes("tree", "S1", "--json").document
    for arguments, message in CANNOT:
        answer = site_mes(*arguments)
        assert answer.code == 1
        assert message in answer.err
    assert site_mes("tree", "S1", "--json").document == before


@pytest.mark.parametrize("backend", ["sqlite"])
def test_held_component_is_not_robbed(shelves, site_mes):
    """A module under a hold serves nobody."""
    site_mes("hold", "--serial", "B1", "--reason", "bad", *BY)
    assert "it is held" in site_mes("rob", "S1", "m1", "--for", "S2", *WHY).err


@pytest.mark.parametrize("backend", ["sqlite"])
def test_robbing_replaces_what_was_broken(line, shelves, bundles, site_mes):
    """What comes out of the recipient for it comes out in the same act."""
    line.install(shelves[1], "m1", UnitIdentity(part=line.BUNDLE, serial="B2"))
    refused = site_mes("rob", "S1", "m1", "--for", "S2", *WHY)
    assert "position m1 is filled; say with --remove" in refused.err
    assert site_mes("rob", "S1", "m1", "--for", "S2", "--remove", "B2", *WHY).code == 0
    tree = site_mes("tree", "S2", "--json").document["components"]
    assert [component["unit"]["serial"] for component in tree] == ["B1"]
