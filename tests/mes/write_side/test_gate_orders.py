"""Work orders and deviations at the gate, on both databases: who has a place, and what a deviation lets pass."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier

import pytest

from mes.gate.reservations import LASTS
from mes.local_ledger import open_local_ledger
from mes.models.deviation import DeviationUse
from mes.models.order import OrderUnit
from mes.models.unit import Unit
from mes.projection import rebuild
from mes.records import (
    DeviationApproved,
    DeviationWithdrawn,
    DispositionMade,
    HoldPlaced,
    LotIdentity,
    Permit,
    PermitKind,
    Predicate,
    SampleDrawn,
    SampleResult,
    SamplingPlan,
    SamplingPlanReleased,
    SamplingPurpose,
    SerialSpan,
    Signature,
    UnitIdentity,
    WorkOrderAct,
    WorkOrderAssigned,
    WorkOrderEvent,
)
from mes.vocabulary import DispositionKind, OperationKind

SIGNED = Signature(name="zoe", meaning="approved by quality")
SPARE = "BUNDLE-2"


@pytest.fixture
def site(story, writer):
    """The cable line with three cables that hold nothing yet, and orders to come."""
    writer.tell(story.setting(("C1", "C2", "C3"), ("B1",)))
    return Site(story, writer)


class Site:
    """Tells facts and asks the gate."""

    def __init__(self, story, writer):
        self.story, self.writer = story, writer

    def order(self, act, minute=2, number="WO-1", **facts):
        """Tell what was done to an order."""
        if act is WorkOrderAct.RELEASED:
            facts = {"part": "CABLE-1", "revision": "A", "quantity": 1} | facts
        told = self.story.envelope(minute, "desk/1")
        self.writer.tell([WorkOrderEvent(**told, number=number, act=act, by="ann", **facts)])

    def assign(self, serial, number="WO-1", minute=3):
        """Make a cable for an order."""
        told = self.story.envelope(minute, "desk/1")
        unit = self.story.cable(serial)
        self.writer.tell([WorkOrderAssigned(**told, unit=unit, order=number, by="ann")])

    def scrap(self, serial, minute=5):
        """Scrap a cable."""
        told = self.story.envelope(minute, "desk/1") | {"reason": "dropped", "signature": SIGNED}
        unit = self.story.cable(serial)
        self.writer.tell([DispositionMade(**told, unit=unit, disposition=DispositionKind.SCRAP)])

    def deviation(self, *permits, number="D-1", part="CABLE-1", **bounds):
        """Approve a deviation; its record."""
        told = self.story.envelope(2, "desk/1") | {"reason": "supply", "signature": SIGNED}
        told |= {"number": number, "part": part, "permits": permits}
        record = DeviationApproved(**told, **({"until": date(2026, 12, 31)} | bounds))
        self.writer.tell([record])
        return record

    def ask(self, serial, operation="assembly", at=10, **facts):
        """The gate's answer."""
        unit = serial if isinstance(serial, UnitIdentity) else self.story.cable(serial)
        request = self.story.request(unit, operation, **facts)
        return self.writer.ledger.gate(request.model_copy(update={"at": self.story.at(at)}))

    def refused(self, serial, **facts):
        """What the rule about orders says; empty when it is content."""
        found = [refusal.message for refusal in self.ask(serial, **facts).refusals if refusal.rule == "work_order"]
        return "".join(found)


def test_unit_of_no_order_is_asked_for_one_only_where_the_route_needs_it(site):
    """A site that plans nothing works as before; an operation that needs an order refuses a unit without one."""
    assert site.refused("C1") == ""
    needs = site.story.definition("CABLE-1", [("assembly", OperationKind.ASSEMBLY)], minute=4)
    route = tuple(step.model_copy(update={"needs_order": True}) for step in needs.route)
    site.writer.tell([needs.model_copy(update={"route": route, "digest": "0" * 64})])
    assert "is made for no work order" in site.refused("C1")
    site.order(WorkOrderAct.RELEASED)
    assert site.refused("C1", order="WO-1") == ""


@pytest.mark.parametrize(
    ("number", "release", "said"),
    [
        ("WO-1", {}, ""),
        ("WO-9", {}, "work order WO-9: was never released"),
        ("WO-1", {"revision": "B"}, "asks for revision B, not A"),
        ("WO-1", {"part": "BUNDLE-1"}, "asks for BUNDLE-1, not CABLE-1"),
    ],
)
def test_order_must_be_released_for_this_part_and_revision(site, number, release, said):
    """The order that a station names is held against the unit that it would make for it."""
    site.order(WorkOrderAct.RELEASED, **release)
    refusal = site.refused("C1", order=number)
    assert said in refusal
    assert bool(said) is bool(refusal)


def test_closed_order_is_worked_no_further_until_it_is_changed(site):
    """Closing stops the units of an order; a change opens it again, and a unit of another order is refused."""
    site.order(WorkOrderAct.RELEASED, quantity=2)
    site.assign("C1")
    assert site.refused("C1") == ""
    site.order(WorkOrderAct.CLOSED, 4)
    assert "was closed at 2026-05-04T06:04:00+00:00" in site.refused("C1")
    assert {r.rule for r in site.ask("C1", "ship").refusals} == {"route_order"}
    site.order(WorkOrderAct.CHANGED, 5, quantity=3)
    assert site.refused("C1") == ""
    site.order(WorkOrderAct.RELEASED, 5, number="WO-2")
    assert "CABLE-1 C1 is made for WO-1" in site.refused("C1", order="WO-2")


def test_unit_beyond_the_quantity_waits_until_another_is_scrapped(site):
    """Who came first has the place; scrap gives it back, because an order asks for good units."""
    site.order(WorkOrderAct.RELEASED)
    site.assign("C1", minute=3)
    site.assign("C2", minute=4)
    assert site.refused("C1") == ""
    assert "asks for 1 unit(s), and 1 have their place before this one" in site.refused("C2")
    assert "asks for 1 unit(s)" in site.refused("C3", order="WO-1")
    site.scrap("C1")
    assert site.refused("C2") == ""


def test_place_given_by_the_gate_runs_out_when_the_unit_is_never_made(site):
    """A decision gives the last place; nobody else has it for a quarter of an hour, and then it is free again."""
    site.order(WorkOrderAct.RELEASED)
    first, second = site.story.cable("N1"), site.story.cable("N2")
    minutes = LASTS.total_seconds() / 60
    allowed = site.ask(first, creates=True, order="WO-1")
    assert (allowed.allowed, allowed.assigns) == (True, "WO-1")
    again = site.ask(first, at=11, creates=True, order="WO-1")
    assert (again.allowed, again.assigns) == (True, None)
    assert "asks for 1 unit(s)" in site.refused(second, at=12, creates=True, order="WO-1")
    assert site.refused(second, at=10 + minutes, creates=True, order="WO-1") == ""
    assert {row.serial for row in site.writer.rows(OrderUnit)} == {"N1", "N2"}


def test_two_stations_begin_the_last_unit_of_an_order_at_once(site):
    """Clients with connections of their own go at one word: exactly one gets the last place, and it is counted once."""
    site.order(WorkOrderAct.RELEASED, quantity=2)
    site.assign("C1")
    units = [site.story.cable(f"N{number}") for number in range(4)]
    asked = [site.story.request(unit, "assembly", creates=True, order="WO-1") for unit in units]
    barrier = Barrier(len(units))

    def one(request):
        ledger = open_local_ledger(site.writer.url)
        try:
            barrier.wait()
            return ledger.gate(request)
        finally:
            ledger.close()

    with ThreadPoolExecutor(len(units)) as pool:
        decided = list(pool.map(one, asked))
    assert [one.assigns for one in decided].count("WO-1") == 1
    assert sorted(",".join(r.rule for r in one.refusals) for one in decided) == ["", *["work_order"] * 3]
    assert len([row for row in site.writer.rows(OrderUnit) if row.work_order == "WO-1"]) == 2


def test_hold_on_an_order_catches_its_units_and_those_that_join_it(site):
    """The predicate stands: a unit that is assigned to a held order is held from then on."""
    site.order(WorkOrderAct.RELEASED, quantity=3)
    site.assign("C1")
    told = site.story.envelope(4, "desk/1") | {"reason": "sample rejected", "by": "zoe"}
    site.writer.tell([HoldPlaced(**told, predicate=Predicate(order="WO-1"))])
    held = {serial: {r.rule for r in site.ask(serial).refusals} for serial in ("C1", "C2")}
    assert "held" in held["C1"]
    assert "held" not in held["C2"]
    site.assign("C2", minute=5)
    assert "held" in {r.rule for r in site.ask("C2").refusals}
    assert "held" in {r.rule for r in site.ask("C3", order="WO-1").refusals}


def test_other_units_wait_for_the_first_article(site):
    """The first piece is worked and inspected; the others wait before that operation until it is accepted."""
    site.order(WorkOrderAct.RELEASED, quantity=3)
    site.assign("C1")
    site.assign("C2", minute=4)
    told = partial(site.story.envelope, source="desk/1")
    counts = {"sample_size": 1, "acceptance_number": 0, "operation": "final_test"}
    plan = SamplingPlan(name="first", revision="1", part="CABLE-1", purpose=SamplingPurpose.FIRST_ARTICLE, **counts)
    drawn = SampleDrawn(
        **told(5), plan="2" * 64, order="WO-1", population=2, seed="s", acceptance_number=0, by="zoe",
        units=(site.story.cable("C1"),),
    )  # fmt: skip
    released = SamplingPlanReleased(**told(4), plan=plan, digest="2" * 64, released_by="zoe")
    site.writer.tell([released, drawn])
    waits = {serial: {r.rule for r in site.ask(serial, "final_test").refusals} for serial in ("C1", "C2")}
    assert "first_article" not in waits["C1"]
    assert "first_article" in waits["C2"]
    assert site.ask("C2", "assembly").allowed
    result = SampleResult(**told(6), sample=drawn.id, unit=site.story.cable("C1"), conforming=True, by="zoe")
    site.writer.tell([result])
    assert "first_article" not in {r.rule for r in site.ask("C2", "final_test").refusals}


def bill_of_material(site, serial="C1", at=10, **facts):
    """The gate's word on a cable that gets a bundle of another part."""
    decided = site.ask(serial, at=at, components=(UnitIdentity(part=SPARE, serial="S1"),), **facts)
    refused = {refusal.rule: refusal.message for refusal in decided.refusals}
    return decided, refused.get("bill_of_material", "")


@pytest.fixture
def spare(site):
    """A bundle of a part that no bill of material names."""
    site.writer.tell([site.story.definition(SPARE, []), site.story.registered(UnitIdentity(part=SPARE, serial="S1"))])
    return Permit(kind=PermitKind.PART, position="core", part=SPARE)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, ""),
        ({"since": date(2026, 5, 5)}, "deviation D-1 is in force from 2026-05-05"),
        ({"until": date(2026, 5, 3)}, "deviation D-1 was in force until 2026-05-03"),
        ({"serials": (SerialSpan(first="C1", last="C2"),)}, ""),
        ({"serials": (SerialSpan(first="C2", last="C9"), SerialSpan(first="C10"))}, "D-1 is for C2..C9, C10 only"),
        ({"quantity": 1}, ""),
    ],
)
def test_deviation_lets_another_part_in_within_its_bounds(site, spare, bounds, said):
    """A part of no position passes by a deviation alone, and the decision and the unit's history say by which."""
    assert "has no position" in bill_of_material(site)[1]
    approved = site.deviation(spare, **bounds)
    decided, refusal = bill_of_material(site)
    assert said in refusal
    assert decided.allowed is (not said)
    assert [permit.record for permit in decided.permits] == ([] if said else [approved.id])


def test_deviation_is_used_up_by_the_units_begun_under_it(site, spare):
    """A quantity counts units and not questions; a unit that was begun is finished, whatever ends the deviation."""
    approved = site.deviation(spare, quantity=1)
    for minute in (10, 11):
        assert bill_of_material(site, "C1", minute)[0].allowed
    assert "bounded to 1 unit(s), all of which are made" in bill_of_material(site, "C2")[1]
    told = site.story.envelope(12, "desk/1") | {"reason": "supply is back", "signature": SIGNED}
    site.writer.tell([DeviationWithdrawn(**told, deviation=approved.id)])
    assert bill_of_material(site, "C1", 13)[0].allowed
    assert "deviation D-1 was withdrawn" in bill_of_material(site, "C2", 13)[1]


def test_part_built_in_by_deviation_fills_its_position(site, spare):
    """What the gate let in counts: the cable goes on to its final test, and a rebuild says the same."""
    site.deviation(spare)
    wire = LotIdentity(maker="Leoni", part="WIRE-1", lot="L1")
    assert bill_of_material(site)[0].allowed
    core = site.story.installed(site.story.cable("C1"), "core", UnitIdentity(part=SPARE, serial="S1"), 11)
    jacket = site.story.installed(site.story.cable("C1"), "jacket", wire, 11, quantity=3.0)
    site.writer.tell([core, jacket])
    assert site.ask("C1", "final_test", 12).allowed
    before = site.writer.dump()
    rebuild(site.writer.engine)
    assert site.writer.dump() == before
    assert [row.number for row in site.writer.rows(DeviationUse)] == ["D-1"]


def test_deviation_for_one_lot_is_for_that_lot(site):
    """A lot of another part passes where the deviation names it, and its neighbour does not."""
    site.writer.tell([site.story.definition("WIRE-2", [])])
    site.deviation(Permit(kind=PermitKind.PART, position="jacket", part="WIRE-2", lot="L7"))
    for lot, passes in (("L7", True), ("L8", False)):
        named = LotIdentity(maker="Leoni", part="WIRE-2", lot=lot)
        rules = {refusal.rule for refusal in site.ask("C1", lots=(named,)).refusals}
        assert ("bill_of_material" not in rules) is passes


def test_operation_left_out_by_deviation_is_not_missed_later(site):
    """A skipped test counts as waived from the decision on; a test that failed is not skipped by it."""
    story = site.story
    tests = [("in_circuit", OperationKind.TEST), ("final_test", OperationKind.TEST)]
    site.writer.tell([story.definition("UNIT-1", tests), story.plan("in_circuit", "UNIT-1")])
    units = [UnitIdentity(part="UNIT-1", serial=serial) for serial in ("U1", "U2")]
    site.writer.tell([story.registered(unit) for unit in units])
    site.writer.tell(story.run(units[1], "in_circuit", 3, verdict="FAILED"))
    site.deviation(Permit(kind=PermitKind.OPERATION, operation="in_circuit"), part="UNIT-1", quantity=5)
    assert [permit.deviation for permit in site.ask(units[0], "final_test").permits] == ["D-1"]
    assert {r.rule for r in site.ask(units[1], "final_test").refusals} == {"route_order"}
    site.writer.tell([story.plan("final_test", "UNIT-1").model_copy(update={"digest": "1" * 64})])
    site.writer.tell([record.model_copy(update={"plan": "1" * 64}) for record in story.run(units[0], "final_test", 11)])
    states = {row.serial: row.state for row in site.writer.rows(Unit) if row.part == "UNIT-1"}
    assert states == {"U1": "COMPLETED", "U2": "IN_PROCESS"}
    assert site.ask(units[0], "final_test", 60 * 24 * 365).allowed


def test_superseded_revision_is_worked_by_deviation(site):
    """An engineering change stops a revision, and a deviation lets its units be used up."""
    changed = site.story.definition("BUNDLE-1", [("bundle_test", OperationKind.TEST)], minute=2, revision="B")
    material = changed.material.model_copy(update={"supersedes": ("A",)})
    site.writer.tell([changed.model_copy(update={"material": material})])
    bundle = site.story.bundle("B1")
    assert {r.rule for r in site.ask(bundle, "bundle_test").refusals} == {"revision"}
    site.deviation(Permit(kind=PermitKind.REVISION, part="BUNDLE-1", revision="A"), part="BUNDLE-1")
    assert site.ask(bundle, "bundle_test").allowed
