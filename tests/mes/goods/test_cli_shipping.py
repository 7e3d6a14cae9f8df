"""Packing and shipping through the commands: what leaves, in what, to whom, and what the gate keeps here."""

import pytest

from mes.records import UnitIdentity
from mes.vocabulary import GateAct

BY = ("--by", "olga")
TO = ("--customer", "ACME", "--order", "PO-7", "--delivery-note", "DN-1", *BY)


def test_container_ships_what_is_in_it_and_in_the_containers_in_it(line, bundles, site_mes, rebuilt):
    """Two units in a box and one beside it on a pallet leave together; every command says where they are."""
    bundles("B1", "B2", "B3")
    assert site_mes("pack", "BOX-1", "B1", "B2", *BY).code == 0
    assert site_mes("pack", "PALLET-1", "BOX-1", "B3", *BY).code == 0
    assert site_mes("move", "PALLET-1", "--to", "dock 3", *BY).code == 0
    box = site_mes("container", "BOX-1", "--json").document
    assert (box["units"], box["inside"], box["location"]) == (2, ["PALLET-1"], "dock 3")
    shipped = site_mes("ship", "PALLET-1", *TO, "--json").document
    assert [unit["serial"] for unit in shipped["units"]] == ["B3", "B1", "B2"]
    rows = site_mes("shipments", "--customer", "ACME", "--json").document["shipped"]
    assert {(row["unit"]["serial"], row["container"], row["delivery_note"]) for row in rows} == {
        (serial, "PALLET-1", "DN-1") for serial in ("B1", "B2", "B3")
    }
    unit = site_mes("unit", "B1", "--json").document
    assert unit["unit"]["state"] == "SHIPPED"
    assert unit["whereabouts"]["customer"] == "ACME"
    assert unit["whereabouts"]["containers"] == ["BOX-1", "PALLET-1"]
    assert "with ACME, delivery note DN-1" in site_mes("unit", "B1").out
    assert "with ACME" in site_mes("container", "BOX-1").out
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_one_refused_unit_keeps_the_whole_container_here(bundles, site_mes):
    """A defect found after packing: nothing ships, the decisions are recorded and name every refusal."""
    bundles("B1", "B2")
    site_mes("pack", "BOX-1", "B1", "B2", *BY)
    site_mes("defect", "B2", "BENT-PIN", *BY)
    site_mes("hold", "--serial", "B2", "--reason", "bad lot", *BY)
    answer = site_mes("ship", "BOX-1", *TO, "--json")
    assert answer.code == 1
    (refused,) = answer.document["refused"]
    assert refused["unit"] == "BUNDLE-8 B2"
    assert [refusal["rule"] for refusal in refused["refusals"]] == ["held", "open_defect"]
    assert site_mes("shipments", "--json").document["shipped"] == []
    said = [event for event in site_mes("unit", "B2", "--json").document["timeline"] if event["event"] == "gate"]
    assert [said[-1]["operation"], said[-1]["allowed"], len(said[-1]["refusals"])] == ["ship", False, 2]
    assert "nothing was shipped" in site_mes("ship", "BOX-1", *TO).out


@pytest.mark.parametrize("backend", ["sqlite"])
def test_only_what_is_through_its_route_is_packed(line, site_mes):
    """A unit without its test is refused by the rule that names what is missing."""
    line.register("B1", line.BUNDLE)
    refused = site_mes("pack", "BOX-1", "B1", *BY, "--json").document["refused"]
    assert [refusal["rule"] for refusal in refused[0]["refusals"]] == ["route_complete"]
    assert "nothing was packed" in site_mes("pack", "BOX-1", "B1", *BY).out


@pytest.mark.parametrize("backend", ["sqlite"])
def test_pass_without_the_gates_decision_gives_no_shipping_status(line, site_mes, refusals):
    """A station that was cut off passed it: it is worked on, not shipped, until somebody who may decides."""
    unit = line.register("B1", line.BUNDLE)
    line.run(unit, "bundle_test")
    assert refusals(unit, "ship", GateAct.SHIP) == ["provisional_result"]
    assert refusals(unit, "bundle_test") == []
    signed = ("--by", "zoe", "--reason", "seen", "--operation", "bundle_test")
    site_mes("disposition", "B1", "waiver", *signed)
    assert refusals(unit, "ship", GateAct.SHIP) == []


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (("pack", "BOX-1", "B1"), ("pack", "BOX-2", "B1"), "packed: BUNDLE-8 B1 is in container BOX-1"),
        (("pack", "BOX-1", "B1"), ("ship", "B1", *TO[:-2]), "packed: BUNDLE-8 B1 is in container BOX-1"),
        (("ship", "B1", *TO[:-2]), ("ship", "B1", *TO[:-2]), "shipped: BUNDLE-8 B1 was shipped to ACME"),
        (("ship", "B1", *TO[:-2]), ("pack", "BOX-1", "B1"), "shipped: BUNDLE-8 B1 was shipped to ACME"),
    ],
)
def test_unit_is_in_one_place(line, bundles, site_mes, first, second, message):
    """What is packed is not packed or shipped alone, and what left does not leave again."""
    bundles("B1")
    assert site_mes(*first, *BY).code == 0
    answer = site_mes(*second, *BY)
    assert answer.code == 1
    assert message in answer.out


@pytest.mark.parametrize("backend", ["sqlite"])
def test_packed_and_shipped_units_are_not_worked_on(line, bundles, site_mes, refusals):
    """A test station is refused until the unit was taken out, or came back; so is a repair at the desk."""
    (unit,) = bundles("B1")
    site_mes("pack", "BOX-1", "B1", *BY)
    assert refusals(unit, "bundle_test") == ["packed"]
    assert "is in container BOX-1" in site_mes("repair", "B1", "RESEATED", *BY).err
    site_mes("unpack", "BOX-1", "B1", *BY)
    assert refusals(unit, "bundle_test") == []
    site_mes("ship", "B1", *TO)
    assert refusals(unit, "bundle_test") == ["shipped"]
    assert "was shipped" in site_mes("repair", "B1", "RESEATED", *BY).err


@pytest.mark.parametrize("backend", ["sqlite"])
def test_packing_that_was_scanned_by_mistake_is_voided(line, bundles, site_mes, rebuilt):
    """The void takes the unit out as if it had never been in; the history shows both."""
    bundles("B1")
    site_mes("pack", "BOX-1", "B1", *BY)
    timeline = site_mes("unit", "B1", "--json").document["timeline"]
    packing = next(event["id"] for event in timeline if event["event"] == "packed")
    assert site_mes("void", "packing", packing, "--by", "zoe", "--reason", "wrong box").code == 0
    assert site_mes("pack", "BOX-2", "B1", *BY).code == 0
    assert "  VOID" in site_mes("unit", "B1").out
    assert "it is empty" in site_mes("container", "BOX-1").out
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_voided_shipment_is_no_shipment(line, bundles, site_mes, rebuilt):
    """A unit that was shipped by mistake is here again, and may leave."""
    bundles("B1")
    site_mes("ship", "B1", *TO)
    row = site_mes("shipments", "--json").document["shipped"][0]
    site_mes("void", "shipment", row["id"], "--by", "zoe", "--reason", "stayed here")
    assert site_mes("unit", "B1", "--json").document["unit"]["state"] == "COMPLETED"
    assert site_mes("ship", "B1", *TO).code == 0
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_where_used_says_with_whom_the_units_are(line, bundles, rack, passed, site_mes):
    """Who else got that lot: a rack at a customer, a cable on a shelf, each with its place."""
    lot = line.receive("P1")
    for serial in ("C1", "C2"):
        line.install(line.register(serial), "near", lot=lot)
        passed(UnitIdentity(part=line.CABLE, serial=serial), "final_test")
    holder = rack("R1")
    line.install(holder, "u1", UnitIdentity(part=line.CABLE, serial="C1"))
    passed(holder, "rack_test")
    site_mes("ship", "R1", *TO)
    site_mes("move", "C2", "--to", "shelf 4", *BY)
    units = site_mes("where-used", "--lot", "P1", "--json").document["units"]
    where = {unit["unit"]["serial"]: unit["whereabouts"] for unit in units}
    assert {serial: (at["customer"], at["delivery_note"], at["location"]) for serial, at in where.items()} == {
        "C1": ("ACME", "DN-1", None),
        "C2": (None, None, "shelf 4"),
        "R1": ("ACME", "DN-1", None),
    }
    table = site_mes("where-used", "--lot", "P1").out
    assert "customer" in table
    assert "shelf 4" in table
    assert "ACME: 1 at the top (delivery note DN-1)" in site_mes("hold", "--lot", "P1", "--reason", "x", *BY).out
    csv = site_mes("where-used", "--lot", "P1", "--csv").out
    assert csv.splitlines()[0].endswith("customer,delivery_note,location,container")


CANNOT = (
    (("pack", "BOX-1", "B1", "B1", *BY), "is named twice"),
    (("pack", "BOX-1", "NOSUCH", *BY), "unknown"),
    (("pack", "BOX-1", "container:BOX-9", *BY), "container BOX-9: is empty"),
    (("unpack", "BOX-1", "B1", *BY), "container BOX-1: is empty"),
    (("ship", "container:BOX-1", *TO), "no unit is in it"),
    (("container", "BOX-1"), "nothing was ever packed into it"),
    (("return", "B1", "--authorisation", "RMA-1", "--reason", "x", *BY), "was not shipped"),
    (("unpack", "BOX-1", *BY), "name what comes out, or say --all"),
)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_cannot_be_done_is_told(line, bundles, site_mes):
    """Each refusal names the thing and what stands against it, and nothing is recorded."""
    bundles("B1")
    before = site_mes("unit", "B1", "--json").document
    for arguments, message in CANNOT:
        answer = site_mes(*arguments)
        assert answer.code != 0
        assert message in answer.err
    assert site_mes("unit", "B1", "--json").document == before


@pytest.mark.parametrize("backend", ["sqlite"])
def test_containers_cannot_hold_each_other(line, bundles, site_mes):
    """A pallet in a box in the pallet is refused, and so is a box in two pallets."""
    bundles("B1")
    site_mes("pack", "BOX-1", "B1", *BY)
    site_mes("pack", "PALLET-1", "BOX-1", *BY)
    assert "holds BOX-1, and cannot go into it" in site_mes("pack", "BOX-1", "PALLET-1", *BY).err
    assert "is in PALLET-1" in site_mes("pack", "PALLET-2", "BOX-1", *BY).err
    assert "is in PALLET-1" in site_mes("ship", "BOX-1", *TO).err
    assert site_mes("container", "--csv").out.splitlines()[1:] == ["BOX-1,PALLET-1,1,0,,", "PALLET-1,,0,1,,"]
    assert site_mes("unpack", "PALLET-1", "--all", *BY).code == 0
    assert site_mes("ship", "BOX-1", *TO).code == 0
