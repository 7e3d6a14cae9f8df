"""The state of a line in one look, the same on both databases."""

import pytest

from mes.queries.components import direct_components
from mes.queries.identity import find_units
from mes.queries.lot_use import UnknownLot, lot_use
from mes.queries.overview import RunCounts, journal_position, line_overview, line_totals
from mes.vocabulary import RunEnding, UnitState, Verdict


def test_counts_are_those_of_the_runs_that_ended(line):
    """Failed, erroneous, passed and running: each run counts once, and one under way counts nowhere yet."""
    units = [line.register(f"C{number}") for number in range(4)]
    line.run(units[0], "final_test")
    line.fail_by_one_decibel(units[1], "final_test")
    line.run(units[2], "final_test", Verdict.NONE, RunEnding.ERROR)
    line.start(units[3], "final_test")
    overview = line_overview(line.engine, day=None, simulated=True)
    assert overview.overall == overview.on_day == RunCounts(runs=3, passed=1, failed=1, errors=1)
    assert overview.day is not None
    assert overview.day.isoformat() == "2026-03-02"
    (station,) = overview.stations
    assert station.last is not None
    assert (station.last.serial, station.last.verdict) == ("C3", None)
    assert [run.serial for run in overview.recent] == ["C3", "C2", "C1", "C0"]
    totals = line_totals(line.engine, simulated=True)
    assert totals.units == {UnitState.IN_PROCESS: 4}
    assert [(row.measurand, row.runs) for row in totals.pareto] == [("sdd21", 1)]


def test_simulated_runs_count_nowhere_at_a_real_site(line):
    """Without simulated facts the same line is an empty one."""
    line.run(line.register("C1"), "final_test")
    overview = line_overview(line.engine, day=None, simulated=False)
    assert (overview.overall, overview.recent, overview.stations, overview.day) == (RunCounts(), (), (), None)
    assert line_totals(line.engine, simulated=False).units == {}


def test_journal_position_moves_with_every_record(line):
    """Whoever watches the position misses nothing."""
    before = journal_position(line.engine)
    line.register("C1")
    assert journal_position(line.engine) == before + 1


def test_station_that_stood_still_keeps_its_last_unit(line, monkeypatch):
    """A station whose last run is older than every run listed still says what it was."""
    monkeypatch.setattr("mes.queries.overview.RECENT_RUNS", 2)
    line.finish(line.start(line.register("OLD"), "final_test", station="final-9"))
    for number in range(3):
        line.run(line.register(f"C{number}"), "final_test")
    stations = {s.station: s.last for s in line_overview(line.engine, day=None, simulated=True).stations}
    assert stations["final-9"] is not None
    assert stations["final-9"].serial == "OLD"


def test_level_of_an_assembly_says_what_opens(line):
    """One level at a time: a bundle inside is listed, its own wire is not, but it is known to be there."""
    cable, bundle, wire = line.register("C1"), line.register("B1", line.BUNDLE), line.register("W1", "WIRE")
    line.install(cable, "bundle", bundle)
    line.install(bundle, "wire", wire)
    (root,) = find_units(line.engine, "C1")
    (component,) = direct_components(line.engine, root.id).components
    assert (component.position, str(component.unit), component.has_components) == ("bundle", "BUNDLE-8 B1", True)
    assert component.unit is not None
    (inner,) = direct_components(line.engine, component.unit.id).components
    assert (str(inner.unit), inner.has_components) == ("WIRE W1", False)


def test_rest_of_a_long_level_is_counted(line):
    """A level longer than its limit says how many components it does not list."""
    rack = line.register("R1")
    for number in range(3):
        line.install(rack, f"slot_{number}", line.register(f"B{number}", line.BUNDLE))
    (root,) = find_units(line.engine, "R1")
    level = direct_components(line.engine, root.id, limit=2)
    assert ([c.position for c in level.components], level.unlisted) == (["slot_0", "slot_1"], 1)


def test_unknown_lot_is_an_error_with_a_name(line):
    """An id from another database finds no lot, and that is said."""
    with pytest.raises(UnknownLot):
        lot_use(line.engine, line.new_id())
