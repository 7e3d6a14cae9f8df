"""The pure rules over a unit's history: order, pairing, progress."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mes.projection.history import (
    Definition,
    Link,
    Place,
    Removed,
    RouteStep,
    Run,
    attempts,
    pair,
    progress,
    unit_state,
)
from mes.projection.rollups import counted
from mes.vocabulary import OperationKind, UnitState

START = datetime(2026, 5, 4, 6, tzinfo=UTC)
CORE = Place(UUID(int=1), "core", UUID(int=2), None)


def run(number: int, minute: float = 0, source: str = "test-1/1", **facts: str) -> Run:
    """A run of one unit at one operation."""
    at = START + timedelta(minutes=minute)
    return Run(UUID(int=number), UUID(int=1), "soak", "plan", "test-1", source, True, at, **facts)


def link(number: int, minute: float, place: Place = CORE) -> Link:
    """An installation."""
    return Link(UUID(int=number), place, "B", 1.0, START + timedelta(minutes=minute))


def removed(number: int, minute: float, place: Place = CORE) -> Removed:
    """A removal."""
    return Removed(UUID(int=number), place, "REWORK", START + timedelta(minutes=minute))


def test_runs_of_one_moment_are_ordered_by_source_then_id():
    """Two stations that start in the same microsecond still have one order everywhere."""
    runs = [run(3, source="test-1/1"), run(1, source="test-2/1"), run(2, source="test-1/1"), run(9, minute=-1)]
    assert attempts(runs) == {UUID(int=9): 1, UUID(int=2): 2, UUID(int=3): 3, UUID(int=1): 4}


@given(st.permutations([run(1, 3), run(2, 1), run(3, 2), run(4, 1, "a/1")]))
def test_attempts_do_not_depend_on_the_order_of_hearing(runs):
    """Attempts are numbered from 1 without a gap, in the order of time."""
    assert attempts(runs) == {UUID(int=4): 1, UUID(int=2): 2, UUID(int=3): 3, UUID(int=1): 4}


def test_removal_closes_the_newest_open_installation():
    """Of two installations of one component at one place, the later one is taken out first."""
    assert pair([link(10, 1), link(11, 2)], [removed(20, 3)]) == {UUID(int=20): UUID(int=11)}
    both = pair([link(10, 1), link(11, 2)], [removed(20, 3), removed(21, 4)])
    assert both == {UUID(int=20): UUID(int=11), UUID(int=21): UUID(int=10)}


def test_removal_closes_nothing_that_came_later_or_sits_elsewhere():
    """A removal reaches back in time, at its own place; at one moment the installation comes first."""
    other = CORE._replace(position="jacket")
    assert pair([link(10, 5)], [removed(20, 3)]) == {}
    assert pair([link(10, 1, other)], [removed(20, 3)]) == {}
    assert pair([link(10, 3)], [removed(20, 3)]) == {UUID(int=20): UUID(int=10)}


def test_newest_finished_run_speaks_for_the_operation():
    """An earlier pass heard last does not hide a later failure, and a run without an end says nothing."""
    soak = Definition(route=(RouteStep("soak", OperationKind.TEST),))
    failed = run(2, 5, verdict="FAILED", ending="COMPLETED")
    passed = run(1, 3, verdict="PASSED", ending="COMPLETED")
    (answer,) = progress(soak, [failed, passed, run(3, 9)], ())
    assert (answer.done, answer.evidence) == (False, (f"test_run {UUID(int=2)}",))
    (answer,) = progress(soak, [replace(failed, started_at=START), passed], ())
    assert answer.done


def test_unit_that_enters_late_has_done_what_came_before_elsewhere():
    """What lies before the entry is done, unless it was run here: then this site's run speaks."""
    route = tuple(RouteStep(name, OperationKind.TEST) for name in ("soak", "final_test"))
    failed = run(1, 1, verdict="FAILED", ending="COMPLETED")
    assert [step.done for step in progress(Definition(route), (), (), "final_test")] == [True, False]
    assert [step.done for step in progress(Definition(route), [failed], (), "final_test")] == [False, False]
    assert [step.done for step in progress(Definition(route), (), (), "another")] == [False, False]


def test_unit_without_a_route_is_never_completed():
    """A bought part has no operations here: it is registered until it is installed."""
    assert unit_state((), installed=False, touched=False) is UnitState.REGISTERED
    assert unit_state((), installed=True, touched=False) is UnitState.INSTALLED


@given(st.integers(1, 4), st.integers(0, 600))
def test_day_is_the_utc_day_of_the_start(hours, minute):
    """Rollups cut the day at midnight UTC, wherever the station's clock says it is."""
    start = datetime(2026, 5, 4, 23, 0, tzinfo=UTC) + timedelta(minutes=minute)
    local = start.astimezone(timezone(timedelta(hours=hours)))
    run = Run(UUID(int=1), UUID(int=2), "o", "p", "s", "s/1", True, local, "PASSED", "COMPLETED")
    assert counted(run, 1).key.day == start.date()
