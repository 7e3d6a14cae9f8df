"""The as-built tree at any moment, and where-used up to the top."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.genealogy import tree
from mes.queries.identity import find_lots, find_units
from mes.queries.snapshot import UnknownUnit
from mes.where_used import where_used

NUMBERS = count(1)


def unit_id(line, serial):
    """The id of the one unit with this serial."""
    (unit,) = find_units(line.engine, serial)
    return unit.id


def lot_id(line, lot):
    """The id of the one lot with this number."""
    (found,) = find_lots(line.engine, lot)
    return found.id


def shape(components):
    """Positions and numbers of a tree, without the rest."""
    return {c.position: (c.unit.serial if c.unit else c.lot.lot, shape(c.components)) for c in components}


def serials(uses):
    """Serial, depth, inside and top level of every use."""
    return [(u.unit.serial, u.depth, u.inside, u.top_level) for u in uses]


def test_tree_shows_units_and_lots_with_positions_to_the_last_part(line):
    """A cable shows its bundle with the bundle's bulk lot, and its plug lots, each at its position."""
    cable, bundle = line.register("DAC0001"), line.register("B1", line.BUNDLE)
    bulk, plugs = line.receive("BULK7", "TWINAX"), line.receive("P9")
    line.install(bundle, "twinax", lot=bulk)
    line.install(cable, "bundle", child=bundle)
    line.install(cable, "near", lot=plugs)
    line.install(cable, "far", lot=plugs)
    built = tree(line.engine, unit_id(line, "DAC0001"))
    assert shape(built.components) == {
        "bundle": ("B1", {"twinax": ("BULK7", {})}),
        "near": ("P9", {}),
        "far": ("P9", {}),
    }


def test_component_is_inside_from_its_installation_up_to_but_not_including_its_removal(line):
    """The instant of the installation belongs to the interval, the instant of the removal does not."""
    cable, bundle = line.register("DAC0001"), line.register("B1", line.BUNDLE)
    since = line.install(cable, "bundle", child=bundle)
    until = line.remove(cable, "bundle", child=bundle)
    moments = [since - timedelta(microseconds=1), since, until - timedelta(microseconds=1), until, None]
    present = [bool(tree(line.engine, unit_id(line, "DAC0001"), at=moment).components) for moment in moments]
    assert present == [False, True, True, False, False]


def test_unknown_unit_has_no_tree(line):
    """Asking for the tree of an id that is no unit is an error, not an empty tree."""
    with pytest.raises(UnknownUnit, match="no unit has the id"):
        tree(line.engine, line.new_id())


def test_where_used_of_a_lot_reaches_the_top(line):
    """A bulk lot in a bundle in a cable in a rack is used in all three; only the rack is top level."""
    line.define("RACK")
    rack, cable, bundle = line.register("R1", "RACK"), line.register("DAC0001"), line.register("B1", line.BUNDLE)
    bulk = line.receive("BULK7", "TWINAX")
    line.install(bundle, "twinax", lot=bulk)
    line.install(cable, "bundle", child=bundle)
    line.install(rack, "cable 1", child=cable)
    assert serials(where_used(line.engine, lot_id=lot_id(line, "BULK7"))) == [
        ("B1", 1, True, False),
        ("DAC0001", 2, True, False),
        ("R1", 3, True, True),
    ]
    assert serials(where_used(line.engine, unit_id=unit_id(line, "B1"))) == [
        ("DAC0001", 1, True, False),
        ("R1", 2, True, True),
    ]


def test_where_used_keeps_apart_what_holds_it_and_what_held_it_once(line):
    """A bundle moved from one cable to another is inside the second and was inside the first."""
    first, second, bundle = line.register("DAC1"), line.register("DAC2"), line.register("B1", line.BUNDLE)
    line.install(first, "bundle", child=bundle)
    removed = line.remove(first, "bundle", child=bundle)
    line.install(second, "bundle", child=bundle)
    bundle_id = unit_id(line, "B1")
    assert serials(where_used(line.engine, unit_id=bundle_id)) == [("DAC1", 1, False, True), ("DAC2", 1, True, True)]
    earlier = removed - timedelta(microseconds=1)
    assert serials(where_used(line.engine, unit_id=bundle_id, at=earlier)) == [("DAC1", 1, True, True)]


def test_rack_built_after_the_lot_came_out_never_held_it(line):
    """A chain counts only while all of it was closed: the plug left the cable before the cable entered the rack."""
    line.define("RACK")
    rack, cable = line.register("R1", "RACK"), line.register("DAC0001")
    plugs = line.receive("P9")
    line.install(cable, "near", lot=plugs)
    line.remove(cable, "near", lot=plugs)
    line.install(rack, "cable 1", child=cable)
    assert serials(where_used(line.engine, lot_id=lot_id(line, "P9"))) == [("DAC0001", 1, False, False)]


def test_rack_that_the_cable_had_left_before_never_held_the_lot(line):
    """The other way round: the cable left the rack before the plug lot came into the cable."""
    line.define("RACK")
    rack, cable = line.register("R1", "RACK"), line.register("DAC0001")
    plugs = line.receive("P9")
    line.install(rack, "cable 1", child=cable)
    line.remove(rack, "cable 1", child=cable)
    line.install(cable, "near", lot=plugs)
    assert serials(where_used(line.engine, lot_id=lot_id(line, "P9"))) == [("DAC0001", 1, True, True)]


def test_where_used_wants_exactly_one_item(line):
    """Neither nothing nor two things can be looked for at once."""
    with pytest.raises(ValueError, match="exactly one"):
        where_used(line.engine)
    with pytest.raises(ValueError, match="exactly one"):
        where_used(line.engine, unit_id=line.new_id(), lot_id=line.new_id())


def test_stored_loop_is_shown_and_ends_the_walk(line):
    """Two stations that were apart put A into B and B into A: both facts stay, and both questions come to an end."""
    first, second = line.register("A"), line.register("B")
    line.install(first, "slot", child=second)
    line.install(second, "slot", child=first)
    (inner,) = tree(line.engine, unit_id(line, "A")).components
    (again,) = inner.components
    assert (inner.unit.serial, again.unit.serial, again.components) == ("B", "A", ())
    assert inner.contradiction is None
    assert again.contradiction == "the records put this unit into itself"
    assert {u.unit.serial for u in where_used(line.engine, unit_id=unit_id(line, "A"))} == {"A", "B"}


def test_component_claimed_by_two_parents_is_shown_in_both(line):
    """A bundle bound twice while stations were apart is a conflict, and is hidden in neither cable."""
    first, second, bundle = line.register("DAC1"), line.register("DAC2"), line.register("B1", line.BUNDLE)
    line.install(first, "bundle", child=bundle)
    line.install(second, "bundle", child=bundle)
    for serial in ("DAC1", "DAC2"):
        assert shape(tree(line.engine, unit_id(line, serial)).components) == {"bundle": ("B1", {})}
    assert len(where_used(line.engine, unit_id=unit_id(line, "B1"))) == 2


moves = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=14)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=moves, looked_at=st.integers(0, 20))
def test_tree_at_any_moment_is_the_replay_of_installs_and_removals_up_to_it(line, moves, looked_at):
    """Whatever went in and out, the tree at a moment is what a replay up to that moment leaves inside."""
    run = next(NUMBERS)
    levels = [[f"E{run}-{level}-{n}" for n in range(2)] for level in range(4)]
    journal = []
    inside = {}
    with line.delivery():
        units = {name: line.register(name) for row in levels for name in row}
        for level, parent, child in moves:
            parent_name, child_name = levels[level][parent], levels[level + 1][child]
            if child_name in inside:
                moment = line.remove(units[inside[child_name]], f"slot {child_name}", child=units[child_name])
                journal.append((moment, "out", inside.pop(child_name), child_name))
            else:
                moment = line.install(units[parent_name], f"slot {child_name}", child=units[child_name])
                inside[child_name] = parent_name
                journal.append((moment, "in", parent_name, child_name))
    moment = journal[min(looked_at, len(journal) - 1)][0]
    replayed = {}
    for at, way, parent_name, child_name in journal:
        if at <= moment:
            replayed.pop(child_name, None)
            if way == "in":
                replayed[child_name] = parent_name

    def expected(name):
        return {f"slot {c}": (c, expected(c)) for c, parent_name in replayed.items() if parent_name == name}

    for name in levels[0]:
        assert shape(tree(line.engine, unit_id(line, name), at=moment).components) == expected(name)
    for name in levels[3]:
        above = [u.unit.serial for u in where_used(line.engine, unit_id=unit_id(line, name), at=moment) if u.inside]
        chain = []
        while name in replayed:
            name = replayed[name]
            chain.append(name)
        assert above == chain
