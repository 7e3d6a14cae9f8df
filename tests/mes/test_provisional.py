"""Work done while the centre was away: judged as it arrives, kept whatever it is, counted only if agreed."""

import pytest
from sqlalchemy import select

from mes.database import open_engine, reading
from mes.models import projected_tables
from mes.projection import rebuild
from mes.records import DefinitionReleased, GateRequest, MaterialDefinition, RouteOperation, UnitIdentity
from mes.vocabulary import GateAct, OperationKind, Tracking, Verdict

KIT, SUPPLY = "KIT-1", "PSU-1"


@pytest.fixture
def kit(line, digest_of):
    """A kit that holds a cable whose plug was never recorded, and a supply that may not be tried again."""
    route = (RouteOperation(name="psu_test", kind=OperationKind.TEST, retests=0),)
    material = MaterialDefinition(part=SUPPLY, revision="A", description="supply", tracking=Tracking.UNIT)
    with line.delivery():
        line.tell(DefinitionReleased(**line.envelope(), material=material, route=route, digest=digest_of("supply")))
        line.plan("psu_test", SUPPLY)
        line.define(KIT, (("kit_test", OperationKind.TEST),))
        line.install(line.register("K1", KIT), "c1", child=line.register("C1"))
        line.register("P1", SUPPLY)
    return UnitIdentity(part=KIT, serial="K1")


def asked(line, unit, operation, act=GateAct.WORK):
    """The refusals of a gate request, by rule."""
    words = {"station": "t1", "operator": "mei", "fixture": "F1", "simulated": True}
    request = GateRequest(id=line.new_id(), at=line.at, unit=unit, operation=operation, act=act, **words)
    return {refusal.rule: refusal for refusal in line.ledger.gate(request).refusals}


def judged(site_mes, serial, part):
    """What the gate said of what arrived of a unit: allowed, and the rules that refused."""
    timeline = site_mes("unit", serial, "--part", part, "--json").document["timeline"]
    arrived = [event for event in timeline if event["event"] == "gate" and event["phase"] == "ARRIVAL"]
    return [(event["allowed"], [refusal["rule"] for refusal in event["refusals"]]) for event in arrived]


def test_refused_provisional_result_stops_what_is_built_on_it(line, kit, site_mes):
    """The cable passed at a cut-off station out of its turn: it stays, the kit waits, until it is tested again."""
    cable = UnitIdentity(part=line.CABLE, serial="C1")
    line.finish(line.start(cable, "final_test", provisional=True))
    assert judged(site_mes, "C1", line.CABLE) == [(False, ["child_free", "route_order"])]
    refusals = asked(line, kit, "kit_test")
    assert "C1 was worked at final_test while the centre was away" in refusals["provisional"].message
    page = site_mes("unit", "C1").out
    assert "PROVISIONAL: recorded locally, route not checked; CONFLICT: the gate refused it" in page
    assert "gate REFUSED on arrival what was worked without it: final_test" in page
    line.finish(line.start(cable, "final_test"))
    assert "provisional" not in asked(line, kit, "kit_test")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_agreed_provisional_result_counts_like_any_other(line, kit, site_mes):
    """Nothing stood against it: its decision is there, and nothing waits."""
    supply = UnitIdentity(part=SUPPLY, serial="P1")
    line.finish(line.start(supply, "psu_test", provisional=True))
    assert judged(site_mes, "P1", SUPPLY) == [(True, [])]
    assert not {"provisional", "provisional_result"} & asked(line, supply, "ship", GateAct.SHIP).keys()
    assert "the gate agreed when it arrived" in site_mes("unit", "P1").out


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_retest_that_was_not_allowed_is_refused_in_the_delivery_that_brings_both(line, kit, site_mes):
    """A safety test that failed and was tried again offline: the second run is judged on the first."""
    supply = UnitIdentity(part=SUPPLY, serial="P1")
    with line.delivery():
        line.finish(line.start(supply, "psu_test", provisional=True), Verdict.FAILED)
        line.finish(line.start(supply, "psu_test", provisional=True))
    assert judged(site_mes, "P1", SUPPLY) == [(True, []), (False, ["retest_limit"])]
    assert "provisional" in asked(line, supply, "ship", GateAct.SHIP)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unit_that_nobody_registered_is_kept_and_waits_for_somebody(line, kit, site_mes):
    """A cut-off station could not know the serial number; the run is kept, and a registration sets the unit free."""
    stranger = UnitIdentity(part=SUPPLY, serial="P9")
    line.finish(line.start(stranger, "psu_test", provisional=True))
    assert judged(site_mes, "P9", SUPPLY) == [(False, ["unit_registered"])]
    assert "unit_registered" in asked(line, stranger, "psu_test")
    line.register("P9", SUPPLY)
    assert asked(line, stranger, "psu_test") == {}


def test_rebuild_says_what_the_gate_said_then(line, kit):
    """Decisions on arrival are records like any other: folding the journal again changes no row."""
    line.finish(line.start(UnitIdentity(part=SUPPLY, serial="P8"), "psu_test", provisional=True))

    def tables():
        with reading(line.engine) as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in projected_tables()
            }

    before = tables()
    engine = open_engine(line.url)
    rebuild(engine)
    engine.dispose()
    assert tables() == before
