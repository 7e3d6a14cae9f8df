"""Laws of genealogy and holds, whatever a line does through its gates, on both databases."""

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mes.desk.acts import Desk
from mes.desk.containing import place_hold, release_hold
from mes.genealogy import tree
from mes.models import table_of
from mes.models.unit import Installation, Unit
from mes.queries.identity import find_units
from mes.records import ComponentInstalled, ComponentRemoved, LotIdentity, Predicate, Signature, UnitIdentity
from mes.vocabulary import LinkReason, OperationKind
from mes.where_used import where_used

PART = "MODULE"
SERIALS = ("M1", "M2", "M3", "M4", "M5")
LOT = LotIdentity(maker="Leoni", part="WIRE-1", lot="L1")
EXAMPLES = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
serials = st.sampled_from(SERIALS)
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("in"), serials, serials),
        st.tuples(st.just("out"), serials, serials),
        st.tuples(st.just("wire"), serials, st.none()),
    ),
    max_size=14,
)


def module(serial):
    """One of the modules, which may hold each other."""
    return UnitIdentity(part=PART, serial=serial)


def open_line(writer, story):
    """Modules without tests of their own, and a lot of wire."""
    writer.empty()
    writer.tell(
        [
            story.definition(PART, [("join", OperationKind.ASSEMBLY)]),
            story.received("L1"),
            *(story.registered(module(serial)) for serial in SERIALS),
        ]
    )


def do(writer, story, minute, deed, parent, child):
    """One deed as a station does it: the gate is asked, and what it allows is recorded."""
    link = {"parent": module(parent), "position": "p", "operation": "join", "station": "join-1", "operator": "mei"}
    envelope = story.envelope(minute, "join-1/1")
    if deed == "out":
        inside = [c.unit.serial for c in built(writer, parent).components if c.unit]
        if child in inside:
            writer.tell([ComponentRemoved(**envelope, **link, child=module(child), reason=LinkReason.REWORK)])
        return
    components = () if deed == "wire" else (module(child),)
    request = story.request(module(parent), "join", components=components, station="join-1")
    decided = writer.ledger.gate(request.model_copy(update={"at": story.at(minute)}))
    if decided.allowed:
        what = {"lot": LOT} if deed == "wire" else {"child": module(child)}
        writer.tell([ComponentInstalled(**envelope, **link, **what, gate=decided.id)])


def perform(writer, story, history):
    """All deeds of a history, a minute apart from minute 2 on."""
    for minute, (deed, parent, child) in enumerate(history, start=2):
        do(writer, story, minute, deed, parent, child)


def unit_id(writer, serial):
    """The id of a module."""
    return find_units(writer.engine, serial)[0].id


def built(writer, serial, at=None):
    """A module as built."""
    return tree(writer.engine, unit_id(writer, serial), at=at)


def inner(components):
    """Every unit and lot anywhere in a tree."""
    for component in components:
        yield component.unit.serial if component.unit else component.lot.lot
        yield from inner(component.components)


def refused(writer, story, serial):
    """Whether the gate refuses a module because of a hold."""
    return "held" in {r.rule for r in writer.ledger.gate(story.request(module(serial), "join")).refusals}


@given(deeds)
@EXAMPLES
def test_genealogy_is_a_forest_at_every_moment(writer, story, history):
    """What goes through the gates gives every unit one parent at most, and no unit is ever inside itself."""
    open_line(writer, story)
    perform(writer, story, history)
    links = [row for row in writer.rows(Installation) if row.child_id is not None]
    for minute in range(2, len(history) + 3):
        moment = story.at(minute)
        held = [r for r in links if r.installed_at <= moment and (r.removed_at is None or r.removed_at > moment)]
        parents = {row.child_id: row.parent_id for row in held}
        assert len(parents) == len(held)
        for unit in parents:
            seen = set()
            while unit in parents:
                assert unit not in seen
                seen.add(unit)
                unit = parents[unit]


@given(deeds, serials, serials)
@EXAMPLES
def test_install_then_remove_restores_the_tree(writer, story, history, parent, child):
    """Putting a module in and taking it out again leaves every tree as it was."""
    open_line(writer, story)
    perform(writer, story, history)
    before = {serial: built(writer, serial).components for serial in SERIALS}
    if child not in inner(before[parent]):
        do(writer, story, 50, "in", parent, child)
        do(writer, story, 51, "out", parent, child)
    after = {serial: built(writer, serial).components for serial in SERIALS}
    assert after == before


@given(deeds, st.integers(1, 17))
@EXAMPLES
def test_where_used_is_the_inverse_of_tree(writer, story, history, minute):
    """At any moment a holder names an item in its tree exactly when the item names the holder."""
    open_line(writer, story)
    perform(writer, story, history)
    at = story.at(minute)
    down, up = defaultdict(set), defaultdict(set)
    for serial in SERIALS:
        for found in inner(built(writer, serial, at).components):
            down[found].add(serial)
        uses = where_used(writer.engine, unit_id=unit_id(writer, serial), at=at)
        up[serial] |= {use.unit.serial for use in uses if use.inside}
    uses = where_used(writer.engine, predicate=Predicate(lot=LOT), at=at)
    up["L1"] = {use.unit.serial for use in uses if use.inside}
    assert {item: holders for item, holders in up.items() if holders} == dict(down)


@given(deeds, st.one_of(serials, st.none()))
@EXAMPLES
def test_holding_twice_is_holding_once(writer, story, history, serial):
    """A second hold of the same stops nothing more, and one release lets all of it go."""
    open_line(writer, story)
    perform(writer, story, history)
    desk = Desk(writer.engine, now=lambda: story.at(60))
    predicate = Predicate(lot=LOT) if serial is None else Predicate(unit=module(serial))
    first = place_hold(desk, predicate, "bad", "ann")
    stopped = {one for one in SERIALS if refused(writer, story, one)}
    assert stopped == {use.unit.serial for use in first.reached}
    again = place_hold(desk, predicate, "bad", "ann")
    assert (again.id, again.fresh) == (first.id, False)
    assert {one for one in SERIALS if refused(writer, story, one)} == stopped
    release_hold(desk, str(first.id), [], "good", Signature(name="zoe", meaning="approved"))
    assert not any(refused(writer, story, one) for one in SERIALS)


def test_laws_are_tried_on_something(writer, story):
    """The deeds above do reach three levels, so that the laws say something."""
    open_line(writer, story)
    perform(writer, story, [("wire", "M1", None), ("in", "M2", "M1"), ("in", "M3", "M2"), ("in", "M1", "M3")])
    assert list(inner(built(writer, "M3").components)) == ["M2", "M1", "L1"]
    with writer.engine.connect() as connection:
        assert len(connection.execute(select(table_of(Unit).c.id)).all()) == len(SERIALS)
