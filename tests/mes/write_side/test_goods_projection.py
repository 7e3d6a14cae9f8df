"""Goods as stations tell of them: late, in any order, contradicting each other; and what a real site lets leave."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.models.goods import Packing
from mes.models.unit import Unit
from mes.projection import rebuild
from mes.queries.conflicts import conflicts
from mes.records import RecordVoided, Signature, UnitPacked, UnitReturned, UnitShipped, UnitUnpacked
from mes.vocabulary import GateAct

EXAMPLES = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SOURCES = ("pack-1/1", "pack-2/1", "dock-1/1")
facts = st.lists(
    st.tuples(
        st.sampled_from(("in", "in", "out", "ship", "back")),
        st.sampled_from(("B1", "B2", "BOX-A")),
        st.sampled_from(("BOX-A", "BOX-B")),
        st.integers(2, 9),
        st.sampled_from(SOURCES),
        st.booleans(),
    ),
    max_size=12,
)
people = {"station": "pack-1", "operator": "olga"}


def record(story, deed, thing, box, minute, source):
    """One fact; None for what cannot be written down."""
    envelope = story.envelope(minute, source)
    if deed in ("in", "out"):
        if thing == box:
            return None
        what = {"inner": thing} if thing.startswith("BOX") else {"unit": story.bundle(thing)}
        made = UnitPacked if deed == "in" else UnitUnpacked
        return made(**envelope, **people, **what, container=box, **({"gate": None} if deed == "in" else {}))
    if thing.startswith("BOX"):
        return None
    if deed == "ship":
        asked = {"shipment": story.new_id(), "gate": story.new_id(), "customer": "ACME"}
        return UnitShipped(**envelope, **people, **asked, unit=story.bundle(thing))
    told = {"authorisation": "RMA-1", "customer": "ACME", "reason": "broken"}
    return UnitReturned(**envelope, **people, **told, unit=story.bundle(thing))


def void(story, target, minute):
    """A record that takes this one back."""
    return RecordVoided(
        **story.envelope(minute, "desk/9"),
        target=target.kind,
        record=target.id,
        reason="mis-scan",
        signature=Signature(name="zoe", meaning="voided"),
    )


@given(facts, st.randoms(use_true_random=False))
@EXAMPLES
def test_goods_stand_the_same_in_whatever_order_they_are_told(writer, story, history, random):
    """Sources arrive one before the other or record by record: the tables, and those made again, say the same."""
    told = [(record(story, *fact[:5]), fact[5]) for fact in history]
    records = [one for one, _ in told if one is not None]
    voids = [void(story, one, 20) for one, taken_back in told if one is not None and taken_back]
    setting = story.setting((), ("B1", "B2"))

    def arrive(order, batch):
        writer.empty()
        writer.tell(setting)
        writer.tell(order, batch)
        writer.tell(voids)
        return writer.dump()

    # A source tells in its own order; only the sources are shuffled against each other.
    queues = [[one for one in records if one.source == source] for source in SOURCES]
    mixed = []
    while any(queues):
        mixed.append(random.choice([queue for queue in queues if queue]).pop(0))
    expected = arrive(sorted(records, key=lambda one: SOURCES.index(one.source)), 1000)
    assert arrive(mixed, 1) == expected
    rebuild(writer.engine)
    assert writer.dump() == expected


def test_unit_packed_by_two_stations_that_were_apart_waits(writer, story):
    """Both records are kept; the unit is in the later box, ships in none, and goes on when one of them is voided."""
    unit = story.bundle("B1")
    writer.tell(story.setting((), ("B1",)))
    decided = writer.ledger.gate(story.request(unit, "bundle_test"))
    run = story.run(unit, "bundle_test", 2)
    writer.tell([one.model_copy(update={"gate": decided.id}) for one in run])
    first, second = (
        UnitPacked(**story.envelope(minute, source), **people, unit=unit, container=box, gate=None)
        for minute, source, box in ((4, "pack-1/1", "BOX-A"), (5, "pack-2/1", "BOX-B"))
    )
    writer.tell([second])
    writer.tell([first])
    (row,) = writer.rows(Unit)
    assert row.container == "BOX-B"
    asked = {"act": GateAct.SHIP, "container": "BOX-B"}
    (refusal,) = writer.ledger.gate(story.request(unit, "ship", **asked)).refusals
    assert refusal.message == "BUNDLE-1 B1 was never taken out of container BOX-A"
    assert refusal.evidence == (f"packing {first.id}",)
    (conflict,) = conflicts(writer.engine)
    assert conflict.said == "BUNDLE-1 B1 is in container BOX-B and was never taken out of BOX-A"
    writer.tell([void(story, first, 8)])
    assert conflicts(writer.engine) == ()
    assert writer.ledger.gate(story.request(unit, "ship", **asked)).allowed
    assert {row.container: row.unpacked_at for row in writer.rows(Packing)}["BOX-A"] == story.at(4)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_real_site_ships_nothing_simulated(real_writer, story):
    """A simulated unit, one inside a real unit, and a real unit's simulated pass all stay here."""
    story.simulated = False
    real_writer.tell(story.setting(("C1",), ("B1",)))
    cable, bundle = story.cable("C1"), story.bundle("B1")
    ask = lambda unit, operation, **facts: real_writer.ledger.gate(story.request(unit, operation, **facts))  # noqa: E731
    ship = {"act": GateAct.SHIP}

    def passed(unit, operation, minute, **facts):
        gate = ask(unit, operation).id
        real_writer.tell([one.model_copy(update={"gate": gate} | facts) for one in story.run(unit, operation, minute)])

    passed(bundle, "bundle_test", 2, simulated=True)
    refusals = ask(bundle, "ship", **ship).refusals
    assert [(one.rule, one.message) for one in refusals] == [
        ("provisional_result", "bundle_test of BUNDLE-1 B1 is a simulated run")
    ]
    passed(bundle, "bundle_test", 4)
    assert ask(bundle, "ship", **ship).allowed
    real_writer.tell([story.registered(story.bundle("B2")).model_copy(update={"simulated": True})])
    real_writer.tell(story.assembled("C1", "B2", 5))
    passed(cable, "final_test", 6)
    refusals = ask(cable, "ship", **ship).refusals
    assert [(one.rule, one.message) for one in refusals] == [
        ("site_kind", "site cable works is real: unit BUNDLE-1 B2 inside it is simulated")
    ]
