"""The gate's rules about definitions, material and people, each asked of a real ledger on both databases."""

from datetime import date
from functools import partial

import pytest

from mes.models.unit import Lot
from mes.projection import rebuild
from mes.records import (
    Alternate,
    BillOfMaterialLine,
    ChildRequirement,
    DefinitionReleased,
    HeldSkill,
    LotIdentity,
    LotReceived,
    MaterialDefinition,
    OperatorCertified,
    RecordVoided,
    RouteOperation,
    Signature,
    UnitIdentity,
    UnitRegistered,
    definition_digest,
)
from mes.vocabulary import OfflinePolicy, OperationKind, Tracking, Verdict

ASSEMBLY, TEST = OperationKind.ASSEMBLY, OperationKind.TEST
CORE, SPARE, GLUE, CABLE = "BUNDLE-1", "BUNDLE-2", "GLUE-1", "CABLE-1"


@pytest.fixture
def site(story, writer):
    """A line whose cable takes a core of revision A (or a bounded alternate) and 0.3 l of glue, on each database."""
    return Site(story, writer)


class Site:
    """Tells facts and asks the gate; days are those of the story, which begins on 4 May 2026."""

    def __init__(self, story, writer):
        self.story, self.writer = story, writer
        self.told = 0
        for part in (CORE, SPARE):
            self.release(
                part, route=[RouteOperation(name="bundle_test", kind=TEST), RouteOperation(name="burn_in", kind=TEST)]
            )
        self.release(GLUE, tracking=Tracking.LOT)
        writer.tell([story.plan("bundle_test", CORE), story.plan("final_test"), story.plan("burn_in", CORE)])
        self.cable_line()

    def cable_line(self, revision="A", alternate=None, **facts):
        """Release the cable."""
        alternates = (Alternate(part=SPARE, **alternate),) if alternate is not None else ()
        line = partial(BillOfMaterialLine, unit="pc")
        bill = (
            line(
                position="core", part=CORE, quantity=1, tracking=Tracking.UNIT, revisions=("A",), alternates=alternates
            ),
            line(position="glue", part=GLUE, quantity=0.3, tracking=Tracking.LOT),
        )
        assembly = RouteOperation(name="assembly", kind=ASSEMBLY, **facts.pop("assembly", {}))
        final = RouteOperation(name="final_test", kind=TEST, **facts.pop("final", {}))
        self.release(
            CABLE, revision, route=[assembly, final, RouteOperation(name="pack", kind=TEST)], bill=bill, **facts
        )

    def release(self, part, revision="A", route=(), bill=(), tracking=Tracking.UNIT, **material):
        """Release a definition at the centre; what is told later outranks what was told before."""
        definition = MaterialDefinition(part=part, revision=revision, description=part, tracking=tracking, **material)
        self.told += 1
        self.writer.tell(
            [
                DefinitionReleased(
                    **self.story.envelope(self.told / 100, "desk/1"),
                    material=definition,
                    bill_of_material=bill,
                    route=route,
                    digest=definition_digest(definition, bill, route),
                    released_by="ann",
                )
            ]
        )

    def unit(self, serial, part=CABLE, revision="A"):
        """Register a unit."""
        identity = UnitIdentity(part=part, serial=serial)
        self.writer.tell([UnitRegistered(**self.story.envelope(1, "desk/1"), unit=identity, revision=revision)])
        return identity

    def core(self, serial, part=CORE, revision="A", tested=("bundle_test", "burn_in")):
        """Register a core that has passed these operations."""
        identity = self.unit(serial, part, revision)
        for operation in tested:
            self.writer.tell(self.story.run(identity, operation, 2))
        return identity

    def lot(self, lot, quantity=1.0, **facts):
        """Receive glue."""
        identity = LotIdentity(maker="Loctite", part=GLUE, lot=lot)
        told = self.story.envelope(1, "desk/1") | {"quantity": quantity, "unit": "l", "supplier": "Loctite"}
        self.writer.tell([LotReceived(**told, lot=identity, **facts)])
        return identity

    def ask(self, unit, operation, **facts):
        """The refusals of the gate, by rule."""
        decision = self.writer.ledger.gate(self.story.request(unit, operation, **facts))
        return {refusal.rule: refusal for refusal in decision.refusals}

    def build(self, unit, *components):
        """The refusals of an assembly of a new unit from these components."""
        units = tuple(one for one in components if isinstance(one, UnitIdentity))
        lots = tuple(one for one in components if isinstance(one, LotIdentity))
        return self.ask(unit, "assembly", creates=True, components=units, lots=lots)


NEW = UnitIdentity(part=CABLE, serial="C9")


def test_component_of_the_bill_of_material_is_allowed(site):
    """The named part at the named revision with enough glue may be built in."""
    assert site.build(NEW, site.core("B1"), site.lot("G1")) == {}


def test_component_without_a_place_is_refused(site):
    """A part of no position, a wrong revision, and one piece too many are each named."""
    assert "has no position" in site.build(NEW, site.unit("S1", SPARE))["bill_of_material"].message
    site.release(CORE, "B", route=[])
    wrong = site.build(NEW, site.unit("B2", CORE, "B"))["bill_of_material"]
    assert "position core takes revision A, not B" in wrong.message
    both = site.build(NEW, site.core("B3"), site.core("B4"))["bill_of_material"]
    assert "2 of BUNDLE-1 for 1 free place(s)" in both.message


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, None),
        ({"since": date(2026, 5, 4), "until": date(2026, 5, 4)}, None),
        ({"since": date(2026, 5, 5)}, "is in force from 2026-05-05"),
        ({"until": date(2026, 5, 3)}, "was in force until 2026-05-03"),
        ({"serials": ("C9", "C10")}, None),
        ({"serials": ("C1",)}, "is for C1 only"),
        ({"quantity": 1.0}, None),
    ],
)
def test_alternate_is_taken_within_its_bounds(site, bounds, said):
    """An alternate stands for its days, both included, and for the parents that it names."""
    site.cable_line("B", alternate=bounds)
    refused = site.build(NEW, site.core("S1", SPARE, tested=()), site.lot("G1"))
    refused.pop("child_results")
    assert set(refused) == ({"bill_of_material"} if said else set())
    if said:
        assert said in refused["bill_of_material"].message


def test_alternate_is_used_up(site):
    """An alternate bounded to one piece over all parents is refused to the second of them."""
    site.cable_line("B", alternate={"quantity": 1.0})
    first, spare = site.unit("C1", revision="B"), site.core("S1", SPARE)
    site.writer.tell([site.story.installed(first, "core", spare, 3)])
    second = site.build(NEW, site.core("S2", SPARE), site.lot("G1"))
    assert "bounded to 1, of which 0 are left" in second["bill_of_material"].message
    progress = site.ask(first, "final_test")["route_order"].message
    assert "glue" in progress
    assert "core" not in progress


def test_required_child_results_stand_in_the_place_of_the_whole_route(site):
    """Without requirements a component has passed everything; with them exactly what is asked."""
    half = site.core("B1", tested=("bundle_test",))
    glue = site.lot("G1")
    assert "burn_in not done" in site.build(NEW, half, glue)["child_results"].message
    asked = (ChildRequirement(part=CORE, operations=("bundle_test",)),)
    site.cable_line("B", assembly={"requires": asked})
    assert site.build(NEW, half, glue) == {}
    assert (
        "bundle_test not done" in site.build(NEW, site.core("B2", tested=("burn_in",)), glue)["child_results"].message
    )


@pytest.mark.parametrize(
    ("retests", "failures", "refused"), [(None, 1, False), (None, 2, True), (0, 1, True), (2, 2, False), (2, 3, True)]
)
def test_retest_limit_is_that_of_the_operation(site, retests, failures, refused):
    """One retest unless the route says otherwise; none for a safety test that says so."""
    site.release(CORE, "B", route=[RouteOperation(name="bundle_test", kind=TEST, retests=retests)])
    core = site.unit("B1", CORE, "B")
    for number in range(failures):
        site.writer.tell(site.story.run(core, "bundle_test", 2 + number, Verdict.FAILED))
    assert ("retest_limit" in site.ask(core, "bundle_test")) is refused


def test_superseded_and_unreleased_revisions_are_not_worked(site):
    """An engineering change stops the units of the revisions that it supersedes, by themselves and as components."""
    core, glue = site.core("B1"), site.lot("G1")
    assert site.ask(core, "burn_in") == {}
    site.release(CORE, "B", route=[RouteOperation(name="bundle_test", kind=TEST)], supersedes=("A",))
    assert "revision A, which B superseded" in site.ask(core, "burn_in")["revision"].message
    assert "revision A, which B superseded" in site.build(NEW, core, glue)["revision"].message
    unknown = site.unit("B2", CORE, "Z")
    assert "revision Z, released are A, B" in site.ask(unknown, "bundle_test")["revision"].message


def test_foreign_serial_is_refused(site):
    """A label that is none of the part's is refused, of the unit and of its components; digits are ASCII."""
    site.release(CORE, "B", route=[], serial_pattern="B[0-9]+")
    assert site.ask(site.unit("B17", CORE, "B"), "bundle_test").keys() == {"route_order"}
    foreign = site.unit("B１", CORE, "B")
    assert "is no serial number of BUNDLE-1" in site.ask(foreign, "bundle_test")["serial_pattern"].message
    assert "serial_pattern" in site.build(NEW, foreign)


def certified(site, minute, *skills):
    """The skills of mei, from this minute on."""
    held = tuple(HeldSkill(skill=skill, until=until) for skill, until in skills)
    envelope = site.story.envelope(minute, "desk/1")
    return OperatorCertified(**envelope, operator="mei", skills=held, certified_by="ann")


def test_operator_needs_the_skill_today(site):
    """No certificate, one that is over, one whose last day is today: the newest record counts, late or not."""
    site.release(CORE, "B", route=[RouteOperation(name="bundle_test", kind=TEST, skills=("hipot",))])
    core = site.unit("B1", CORE, "B")
    assert "hipot (never certified)" in site.ask(core, "bundle_test")["operator_skill"].message
    site.writer.tell([certified(site, 5, ("hipot", date(2026, 5, 3)))])
    assert "certified until 2026-05-03" in site.ask(core, "bundle_test")["operator_skill"].message
    site.writer.tell([certified(site, 7, ("hipot", date(2026, 5, 4)))])
    assert site.ask(core, "bundle_test") == {}
    site.writer.tell([certified(site, 6, ("hipot", date(2026, 5, 1)), ("solder", None))])
    assert site.ask(core, "bundle_test") == {}
    assert "operator_skill" in site.ask(core, "bundle_test", operator="bob")


@pytest.mark.parametrize(
    ("policy", "refused"), [(None, False), (OfflinePolicy.PROVISIONAL, False), (OfflinePolicy.BLOCK, True)]
)
def test_result_without_a_decision_counts_only_where_it_may(site, policy, refused):
    """A station that was cut off tested without the gate: what comes after waits where the operation says BLOCK."""
    steps = [RouteOperation(name="bundle_test", kind=TEST, offline=policy), RouteOperation(name="burn_in", kind=TEST)]
    site.release(CORE, "B", route=steps)
    core = site.core("B1", revision="B", tested=("bundle_test",))
    answer = site.ask(core, "burn_in")
    assert ("offline_policy" in answer) is refused
    if refused:
        assert answer["offline_policy"].evidence[0].startswith("test_run ")
    asked = site.story.request(core, "bundle_test")
    assert site.writer.ledger.gate(asked).allowed
    start, end = site.story.run(core, "bundle_test", 4)
    site.writer.tell([start.model_copy(update={"gate": asked.id}), end.model_copy(update={"gate": asked.id})])
    assert site.ask(core, "burn_in") == {}


def test_expired_material_is_not_built_in(site):
    """The last day of a lot counts; the day after does not."""
    core = site.core("B1")
    assert site.build(NEW, core, site.lot("G1", expires=date(2026, 5, 4))) == {}
    over = site.build(NEW, core, site.lot("G2", expires=date(2026, 5, 3)))
    assert "lot G2 expired on 2026-05-03" in over["material_expired"].message


def test_more_than_is_left_of_a_lot_is_refused(site):
    """0.3 l twice out of 0.6 l is all of it; a third time is refused, unless a second lot makes up for it."""
    glue, core = site.lot("G1", 0.6), site.core("B1")
    for number in (1, 2):
        assert site.build(NEW, core, glue) == {}
        cable = site.unit(f"C{number}")
        site.writer.tell([site.story.installed(cable, "glue", glue, 3, quantity=0.3)])
    assert "0.3 needed" in site.build(NEW, core, glue)["material_left"].message
    assert site.build(NEW, core, glue, site.lot("G2", 0.3)) == {}
    unknown = LotIdentity(maker="Loctite", part=GLUE, lot="G7")
    assert "was never received" in site.build(NEW, core, unknown)["material_left"].message


def test_late_over_consumption_stops_every_unit_that_holds_the_lot(site):
    """Stations that were apart used more than there was: the facts are kept, and both units wait until it is clear."""
    glue = site.lot("G1", 0.4)
    cables = [site.unit("C1"), site.unit("C2")]
    for cable in cables:
        site.writer.tell([site.story.installed(cable, "glue", glue, 3, quantity=0.3)])
    for cable in cables:
        assert "0.6 l built in, 0.4 received" in site.ask(cable, "final_test")["lot_overdrawn"].message
    site.lot("G1", 0.2)
    assert "lot_overdrawn" not in site.ask(cables[0], "final_test")


def test_plan_must_be_released_for_the_part_and_operation(site):
    """A station that was given the plan of another product is stopped before it arms anything."""
    core = site.unit("B1", CORE)
    right = site.story.plan("bundle_test", CORE).digest
    assert site.ask(core, "bundle_test", plan=right) == {}
    assert "was never released" in site.ask(core, "bundle_test", plan="0" * 64)["plan_released"].message
    other = site.story.plan("final_test").digest
    assert "is for final_test of CABLE-1" in site.ask(core, "bundle_test", plan=other)["plan_released"].message


def test_voided_installation_uses_nothing_up(site):
    """A mis-scan that is voided gives the lot back what never went in, and a rebuild says the same."""
    glue = site.lot("G1", 0.4)
    wrong, right = site.unit("C1"), site.unit("C2")
    link = site.story.installed(wrong, "glue", glue, 3, quantity=0.3)
    site.writer.tell([link, site.story.installed(right, "glue", glue, 4, quantity=0.3)])
    assert "lot_overdrawn" in site.ask(right, "final_test")
    site.writer.tell(
        [
            RecordVoided(
                **site.story.envelope(5, "desk/1"),
                target="component_installed",
                record=link.id,
                reason="wrong label scanned",
                signature=Signature(name="ann", meaning="voided"),
            )
        ]
    )
    assert "lot_overdrawn" not in site.ask(right, "final_test")
    (lot,) = site.writer.rows(Lot)
    assert lot.used == pytest.approx(0.3)
    before = site.writer.dump()
    rebuild(site.writer.engine)
    assert site.writer.dump() == before
