"""The gate: every rule by itself, all rules together, and the decision that is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mes.gate.contents import Contradiction
from mes.gate.decision import decide, rule_modules
from mes.gate.equipment import CalibrationFacts, CycleFacts, EquipmentFacts
from mes.gate.esd import EsdFacts
from mes.gate.facts import Facts, InstalledIn, UnitFacts
from mes.gate.goods import Away, GoodsFacts
from mes.gate.holds import HoldMet
from mes.gate.orders import FirstArticle, OrderFacts
from mes.gate.read_backs import Mistold
from mes.gate.reservations import Promise
from mes.gate.standing import Standing
from mes.gate.terms import LotFacts, Terms
from mes.ledger import ContentConflict, RecordRejected, Site
from mes.models.journal import JournalRow
from mes.models.test_run import GateDecision
from mes.projection.history import Definition, Position, Progress, RouteStep
from mes.records import LotIdentity, encode_record, parse_record
from mes.vocabulary import GateAct, OfflinePolicy, OperationKind, SiteKind, Verdict

EPOCH = datetime(2026, 5, 4, 6, tzinfo=UTC)
SIMULATED = Site("demo", SiteKind.SIMULATED)
REAL = Site("works", SiteKind.REAL)
DONE = Progress("assembly", done=True)
WAITING = Progress("final_test", done=False, missing="no finished run")
FAILED = Progress("bundle_test", False, "newest run ended COMPLETED with verdict FAILED", ("test_run 7",))


@pytest.fixture
def unit(story):
    """An assembled cable that waits for its final test."""
    return UnitFacts(story.cable("C1"), UUID(int=1), simulated=True, defined=True, route=(DONE, WAITING))


@pytest.fixture
def component(story):
    """A bundle that has passed its test."""
    route = (replace(FAILED, done=True),)
    return UnitFacts(story.bundle("B1"), UUID(int=2), simulated=True, defined=True, route=route)


@pytest.fixture
def refusals(story, unit):
    """The refusals of a request for the final test, by rule; `asked` changes the request, `known` the facts."""

    def of(asked=None, **known):
        request = story.request(unit.identity, "final_test", **(asked or {}))
        facts = Facts(**({"site": SIMULATED, "unit": unit} | known))
        return {refusal.rule: refusal for refusal in decide(request, facts)}

    return of


def test_unit_in_its_turn_is_allowed(refusals, component):
    """Registered, in order, of the site's kind, with a free and finished component: nothing is refused."""
    assert refusals() == {}
    assert refusals(components=(component,)) == {}


def in_trouble(unit, component):
    """Facts that every rule about holds, decisions and other stations refuses."""
    disturbed = Progress("bundle_test", False, "disturbed", disturbed=True)
    return {
        "unit": replace(
            unit, scrapped_by=UUID(int=4), route=(DONE, replace(FAILED, operation="final_test", failures=2))
        ),
        "contents": (replace(component, open_defects=("D1 (defect 5)",), route=(disturbed,)),),
        "holds": (HoldMet(UUID(int=6), "bad lot", "ann", "unit C1", ()),),
        "contradictions": (Contradiction(component.identity, ("C1 at core", "C2 at core"), ()),),
        "mistold": tuple(Mistold(unit.identity, tells, "X1", (), ()) for tells in ("serial", "mac")),
        "promises": (Promise(UUID(int=7), component.identity, "C2", "assembly-2", EPOCH),),
    }


def against_definition(unit, component):
    """Facts that every rule about definitions, material and people refuses."""
    wire = LotIdentity(maker="Leoni", part="WIRE-1", lot="L1")
    step = RouteStep("final_test", OperationKind.TEST, skills=("hipot",), checks={"golden": 28800.0})
    done = RouteStep("assembly", OperationKind.ASSEMBLY, offline=OfflinePolicy.BLOCK)
    bill = (Position("jacket", "WIRE-1", 3.0),)
    definition = Definition((done, step), bill, serial_pattern="X[0-9]", supersedes=())
    first = FirstArticle(UUID(int=12), "first", None, frozenset({"C0"}))
    ordered = OrderFacts("WO-1", None, None, 0, (first,))
    lot = LotFacts(wire, UUID(int=8), received=2.0, used=3.0, unit="m", expires=EPOCH.date() - timedelta(days=1))
    return {
        "unit": replace(
            unit,
            route=(replace(DONE, evidence=(f"test_run {UUID(int=9)}",)), WAITING),
            standing=Standing("A", definition, ("A", "B"), superseded_by="B"),
            disagreed=frozenset({UUID(int=9)}),
        ),
        "components": (component,),
        "terms": Terms(lots=(lot,), overdrawn=(lot,), undecided=frozenset({UUID(int=9)}), order=ordered),
        "equipment": EquipmentFacts(
            (CalibrationFacts("DMM6500 04412345", UUID(int=10), "K-2699", EPOCH, EPOCH.date(), False),),
            cycles=CycleFacts(UUID(int=11), 20_000, 20_000),
        ),
    }


def as_goods(unit, component):
    """Facts that every rule about goods, names and operators' checks refuses."""
    run = UUID(int=9)
    lacking = Progress("assembly", False, "position(s) not filled: core", unfilled=("core",))
    away = Away(unit.identity, "ACME", "DN-1", EPOCH, UUID(int=10))
    return {
        "unit": replace(
            unit,
            route=(replace(DONE, evidence=(f"test_run {run}",)), WAITING),
            renamed=component.identity,
            container="BOX-1",
        ),
        "contents": (replace(component, route=(lacking,)),),
        "goods": GoodsFacts((away,), unproven={run: "is a simulated run"}),
        "esd": EsdFacts(required=True),
    }


def test_every_rule_is_a_module_that_names_itself(refusals, unit, component):
    """A rule's file, its refusals and the list of all rules use one name."""
    taken = replace(component, id=None, installed_in=(InstalledIn(UUID(int=3), unit.identity, "core"),))
    unknown = refusals({"simulated": False}, unit=replace(unit, id=None, defined=False), components=(taken,))
    answers = unknown | refusals({"creates": True}) | refusals(**in_trouble(unit, component))
    answers |= refusals({"plan": "0" * 64}, **against_definition(unit, component))
    answers |= refusals({"act": GateAct.SHIP}, **as_goods(unit, component))
    names = {module.__name__.rpartition(".")[2] for module in rule_modules()}
    assert set(answers) == names
    for refusal in answers.values():
        assert refusal.message
        assert refusal.unlock


def test_unregistered_unit_is_refused_unless_it_is_made_here(refusals, unit):
    """A serial number nobody registered is not worked on; the station that makes the unit may name it."""
    unknown = replace(unit, id=None, route=(replace(WAITING),))
    assert set(refusals(unit=unknown)) == {"unit_registered"}
    assert refusals({"creates": True}, unit=unknown) == {}


def test_existing_serial_is_not_created_again(refusals, unit):
    """A repeated label is caught where the second unit would come to life."""
    refusal = refusals({"creates": True})["duplicate_serial"]
    assert refusal.evidence == (f"unit {unit.id}",)


def test_operation_before_its_turn_is_refused_with_every_missing_one(refusals, unit):
    """The refusal names all earlier operations that are not done, and the runs that say so."""
    route = (FAILED, replace(DONE, done=False, missing="position(s) not filled: core"), WAITING)
    refusal = refusals(unit=replace(unit, route=route))["route_order"]
    assert "bundle_test (newest run ended COMPLETED with verdict FAILED)" in refusal.message
    assert "assembly (position(s) not filled: core)" in refusal.message
    assert refusal.evidence == ("test_run 7",)
    assert refusal.unlock == "pass bundle_test, assembly first"


def test_operation_outside_the_route_is_refused(refusals, unit):
    """What the route does not have is not done, and a part without a definition has no route."""
    assert "not on the route" in refusals(unit=replace(unit, route=(DONE,)))["route_order"].message
    assert "no released definition" in refusals(unit=replace(unit, route=(), defined=False))["route_order"].message


def test_finished_operation_may_be_repeated(refusals, unit):
    """A retest is no violation of the order."""
    assert refusals(unit=replace(unit, route=(DONE, replace(WAITING, done=True)))) == {}


@pytest.mark.parametrize(
    ("site", "asked", "of_unit", "of_component", "refused"),
    [
        (SIMULATED, True, True, True, False),
        (SIMULATED, False, False, False, True),
        (REAL, False, False, False, False),
        (REAL, True, False, False, True),
        (REAL, False, True, False, True),
        (REAL, False, False, True, True),
    ],
)
def test_simulation_and_copper_do_not_mix(refusals, unit, component, site, asked, of_unit, of_component, refused):
    """A real site refuses whatever is simulated, bench, unit or component; a simulated one whatever is not."""
    known = {"unit": replace(unit, simulated=of_unit), "components": (replace(component, simulated=of_component),)}
    assert ("site_kind" in refusals({"simulated": asked}, site=site, **known)) == refused


def test_component_must_be_through_its_own_route(refusals, component):
    """A bundle that failed, or that nobody knows, does not go into a cable."""
    failed = replace(component, route=(FAILED,))
    refusal = refusals(components=(component, failed))["child_results"]
    assert "bundle_test not done: newest run ended COMPLETED with verdict FAILED" in refusal.message
    assert refusal.evidence == ("test_run 7",)
    assert "never registered" in refusals(components=(replace(component, id=None),))["child_results"].message


def test_piece_is_in_one_place(refusals, unit, component, story):
    """What is installed is neither installed again nor worked on by itself."""
    place = (InstalledIn(UUID(int=9), story.cable("C2"), "core"),)
    refusal = refusals(components=(replace(component, installed_in=place),))["child_free"]
    assert "B1 is installed in CABLE-1 C2 at core" in refusal.message
    assert refusal.evidence == (f"installation {UUID(int=9)}",)
    assert "child_free" in refusals(unit=replace(unit, installed_in=place))


def test_unit_is_no_component_of_itself_and_no_component_is_taken_twice(refusals, story, unit, component):
    """One label scanned for two places is caught before anything is bound."""
    assert "itself" in refusals({"components": (unit.identity,)}, components=(unit,))["child_free"].message
    twice = refusals({"components": (component.identity,) * 2}, components=(component, component))
    assert "named twice" in twice["child_free"].message


def test_gate_sees_the_journalled_facts(writer, story):
    """A cable's way through its gates, as the line walks it."""
    ask = lambda unit, operation, **facts: writer.ledger.gate(story.request(unit, operation, **facts))  # noqa: E731
    rules = lambda decided: [refusal.rule for refusal in decided.refusals]  # noqa: E731
    cable, bundle = story.cable("C5"), story.bundle("B1")
    writer.tell(story.setting((), ("B1", "B2")))
    making = {"creates": True, "components": (bundle,)}
    assert rules(ask(cable, "assembly", **making)) == ["child_results"]
    writer.tell(story.run(bundle, "bundle_test", 2, Verdict.FAILED))
    assert rules(ask(cable, "assembly", **making)) == ["child_results"]
    writer.tell(story.run(bundle, "bundle_test", 3))
    assert ask(cable, "assembly", **making).allowed
    assert rules(ask(cable, "final_test")) == ["route_order", "unit_registered"]
    writer.tell([story.registered(cable, source="assembly-1/1")])
    assert rules(ask(cable, "final_test")) == ["route_order"]
    writer.tell(story.assembled("C5", "B1", 4))
    assert ask(cable, "final_test").allowed
    assert rules(ask(bundle, "bundle_test")) == ["child_free"]
    assert rules(ask(story.cable("C6"), "assembly", creates=True, components=(bundle,))) == ["child_free"]
    assert rules(ask(cable, "assembly", creates=True)) == ["duplicate_serial"]
    assert ask(story.cable("B2"), "assembly", creates=True).allowed


def test_refusal_names_the_run_behind_it(writer, story):
    """Evidence is the id of a row that anyone can look up."""
    start, end = story.run(story.bundle("B1"), "bundle_test", 2, Verdict.FAILED)
    writer.tell([*story.setting(), start, end])
    longer = [("bundle_test", OperationKind.TEST), ("soak", OperationKind.TEST)]
    writer.tell([story.definition("BUNDLE-1", longer, minute=3)])
    (refusal,) = writer.ledger.gate(story.request(story.bundle("B1"), "soak")).refusals
    assert refusal.evidence == (f"test_run {start.run}",)


def test_real_site_refuses_simulated_units(real_writer, story):
    """The site's kind was decided when it was made, and the gate keeps it."""
    real_writer.tell(story.setting())
    decided = real_writer.ledger.gate(story.request(story.bundle("B1"), "bundle_test"))
    assert [refusal.rule for refusal in decided.refusals] == ["site_kind"]


def test_decision_is_journalled_word_for_word(writer, story):
    """Allowed or refused, the decision is in the chain of the gate's own source, and a row shows it."""
    writer.tell(story.setting())
    decided = writer.ledger.gate(story.request(story.cable("C1"), "final_test"))
    (row,) = [row for row in writer.rows(JournalRow) if row.source == "centre/gate"]
    assert (row.seq, row.kind, row.record_id, row.body) == (1, "gate_decided", decided.id, encode_record(decided))
    assert parse_record(row.body) == decided
    (shown,) = writer.rows(GateDecision)
    assert (shown.id, shown.serial, shown.allowed) == (decided.request.id, "C1", False)
    assert [refusal["rule"] for refusal in shown.refusals] == ["route_order"]


def test_same_request_gives_the_recorded_decision(writer, story):
    """A station that lost the answer asks again and hears what it was told, even if the world has moved on."""
    writer.tell(story.setting())
    request = story.request(story.bundle("B1"), "bundle_test", simulated=False)
    first = writer.ledger.gate(request)
    writer.tell(story.assembled("C1", "B1", 2))
    assert writer.ledger.gate(request) == first
    assert len(writer.rows(GateDecision)) == 1


def test_id_of_another_record_names_no_request(writer, story):
    """A request under an id already used is a conflict, be it another request's or another record's."""
    writer.tell(story.setting())
    request = story.request(story.bundle("B1"), "bundle_test")
    writer.ledger.gate(request)
    with pytest.raises(ContentConflict, match=str(request.id)):
        writer.ledger.gate(request.model_copy(update={"operator": "li"}))
    (registered, *_) = [row for row in writer.rows(JournalRow) if row.kind == "unit_registered"]
    with pytest.raises(ContentConflict, match="unit_registered"):
        writer.ledger.gate(request.model_copy(update={"id": registered.record_id}))


def test_request_that_cannot_be_stored_is_refused(writer, story):
    """A scanner's NUL character is refused the same way on each database."""
    with pytest.raises(RecordRejected, match="NUL"):
        writer.ledger.gate(story.request(story.cable("C\x001"), "final_test"))
