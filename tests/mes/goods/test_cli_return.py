"""Units that come back: where they enter their route again, and what their first life still says."""

import pytest

from mes.vocabulary import GateAct, OperationKind

BY = ("--by", "olga")
TO = ("--customer", "ACME", "--delivery-note", "DN-1", *BY)
RMA = ("--authorisation", "RMA-7", "--reason", "link flaps", *BY)


def test_returned_unit_passes_its_route_again_before_it_leaves(line, bundles, passed, refusals, site_mes, rebuilt):
    """Shipped in a box, back without it: refused until it passed again; history and first yields stay."""
    (unit,) = bundles("B1")
    site_mes("pack", "BOX-1", "B1", *BY)
    site_mes("ship", "BOX-1", *TO)
    yields = site_mes("yield", "--json").document
    back = site_mes("return", "B1", *RMA, "--json").document
    assert (back["customer"], back["again"]) == ("ACME", ["bundle_test"])
    assert refusals(unit, "ship", GateAct.SHIP) == ["route_complete"]
    passed(unit, "bundle_test")
    assert refusals(unit, "ship", GateAct.SHIP) == []
    after = site_mes("yield", "--json").document
    ours = [{k: v for k, v in y.items() if k not in ("runs", "report")} for y in after["operations"]]
    before = [{k: v for k, v in y.items() if k not in ("runs", "report")} for y in yields["operations"]]
    assert ours == before
    assert site_mes("ship", "B1", *TO).code == 0
    rows = site_mes("shipments", "--json").document["shipped"]
    assert [row["returned_at"] is None for row in rows] == [False, True]
    assert [row["unit"]["serial"] for row in site_mes("shipments", "--away", "--json").document["shipped"]] == ["B1"]
    told = site_mes("unit", "B1").out
    assert "returned by ACME under RMA-7, enters its route again at bundle_test" in told
    assert "it is empty" in site_mes("container", "BOX-1").out
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_return_names_what_is_passed_again(line, passed, refusals, rack, site_mes):
    """From an operation on, or exactly the tests that are named; nothing that is not on the route."""
    line.define("RACK-2", (("rack_test", OperationKind.TEST), ("soak", OperationKind.TEST)))
    line.plan("rack_test", "RACK-2")
    line.plan("soak", "RACK-2")
    units = [line.register(serial, "RACK-2") for serial in ("R1", "R2")]
    for unit in units:
        passed(unit, "rack_test")
        passed(unit, "soak")
        site_mes("ship", unit.serial, *TO)
    assert "is no operation" in site_mes("return", "R1", *RMA, "--again", "polish").err
    assert site_mes("return", "R1", *RMA, "--operation", "soak", "--json").document["again"] == ["soak"]
    assert site_mes("return", "R2", *RMA, "--again", "rack_test", "--json").document["again"] == ["rack_test"]
    assert refusals(units[0], "soak") == []
    assert refusals(units[1], "soak") == ["route_order"]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_part_of_a_shipped_rack_comes_back_alone(line, bundles, rack, passed, refusals, site_mes, rebuilt):
    """A module taken out at the customer's is here again; the rack is away and lacks it."""
    (unit,) = bundles("B1")
    holder = rack("R1")
    line.install(holder, "u1", unit)
    passed(holder, "rack_test")
    site_mes("ship", "R1", *TO)
    assert site_mes("unit", "B1", "--json").document["whereabouts"]["customer"] == "ACME"
    assert site_mes("return", "B1", *RMA).code == 0
    unit_now = site_mes("unit", "B1", "--json").document
    assert (unit_now["unit"]["state"], unit_now["whereabouts"]["customer"]) == ("IN_PROCESS", None)
    assert site_mes("tree", "R1", "--json").document["components"] == []
    assert site_mes("unit", "R1", "--json").document["unit"]["state"] == "SHIPPED"
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_voided_return_leaves_the_unit_away(line, bundles, refusals, site_mes, rebuilt):
    """The wrong serial was scanned: the unit is with its customer, and its results stand."""
    (unit,) = bundles("B1")
    site_mes("ship", "B1", *TO)
    back = site_mes("return", "B1", *RMA, "--json").document["returned"]
    site_mes("void", "return", back, "--by", "zoe", "--reason", "another unit")
    assert refusals(unit, "bundle_test") == ["shipped"]
    assert site_mes("unit", "B1", "--json").document["unit"]["state"] == "SHIPPED"
    assert rebuilt()
