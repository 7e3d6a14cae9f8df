"""Laws of the one fold: what the screen may never say, whatever happens in whatever order."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.tui.happenings import (
    Forwarded,
    GateRefused,
    Happening,
    HeldAtFinish,
    LeaveAsked,
    RunHappened,
    Said,
    ScannerChanged,
    ScanTurnedDown,
    StopPressed,
    Ticked,
    UnitTaken,
    WorkBroke,
    WorkedProvisionally,
    WorkEnded,
)
from stations.tui.reduction import NOTICE_S, reduce
from stations.tui.state import BUSY, Phase, Queue, ScreenState
from stations.tui.what_now import what_now

laws = settings(max_examples=40, deadline=None)


def somewhere(kit: Any, data: st.DataObject) -> ScreenState:
    """A state that some history led to: any kind of screen, and then anything."""
    start = data.draw(st.sampled_from(list(kit.all_states().values())))
    state: ScreenState = kit.folded(start, data.draw(happenings(kit)))
    return state


def happenings(kit: Any) -> st.SearchStrategy[list[Happening]]:
    """Anything in any order: parts of good and bad runs, of units that are and are not on the screen."""
    works = st.integers(0, 3)
    events = st.sampled_from(
        kit.run_events(kit.GOOD)
        + kit.run_events(kit.BAD)
        + kit.run_events({}, ending=RunEnding.ABORTED, reason="stopped")
        + kit.run_events(kit.BAD, ending=RunEnding.ERROR, reason="broken")
    )
    broke = st.sampled_from([Phase.OFFLINE, Phase.UNRECORDED, Phase.ERROR, Phase.ABORTED])
    moments = st.integers(0, 100).map(kit.at)
    one: st.SearchStrategy[Happening] = st.one_of(
        st.builds(Ticked, moments),
        st.builds(UnitTaken, works, st.sampled_from(["PC00017", "[bold]PC[/]"])),
        st.builds(ScanTurnedDown, st.just("no serial")),
        st.builds(RunHappened, works, events, moments),
        st.builds(GateRefused, works, st.just(kit.REFUSALS)),
        st.builds(HeldAtFinish, works, st.just(kit.REFUSALS)),
        st.builds(WorkedProvisionally, works),
        st.builds(WorkEnded, works),
        st.builds(WorkBroke, works, broke, st.just("gone")),
        st.builds(Forwarded, st.builds(Queue, st.none() | st.integers(0, 5))),
        st.just(StopPressed()),
        st.builds(Said, st.just("hear this")),
        st.builds(ScannerChanged, st.sampled_from(["", "unplugged"])),
        st.just(LeaveAsked()),
    )
    return st.lists(one, max_size=25)


@laws
@given(st.data())
def test_a_verdict_is_only_ever_a_recorded_runs_own(kit: Any, data: st.DataObject) -> None:
    """PASS needs a completed run that passed and is recorded; FAIL a run that failed; a broken run shows neither."""
    state: ScreenState = data.draw(st.sampled_from(list(kit.all_states().values())))
    for happening in data.draw(happenings(kit)):
        state = reduce(state, happening)
        if state.phase is Phase.PASSED:
            assert (state.verdict, state.ending, state.recorded) == (Verdict.PASSED, RunEnding.COMPLETED, True)
        if state.phase is Phase.FAILED:
            assert (state.verdict, state.recorded) == (Verdict.FAILED, True)
        if state.phase in (Phase.ERROR, Phase.ABORTED):
            assert state.verdict in (None, Verdict.NONE)
        if state.busy:
            assert state.verdict is None
            assert state.serial


@laws
@given(st.data())
def test_news_of_another_unit_changes_nothing_of_this_one(kit: Any, data: st.DataObject) -> None:
    """Late events of an earlier unit leave the screen as it is."""
    state = somewhere(kit, data)
    for event in kit.run_events(kit.BAD):
        assert reduce(state, RunHappened(state.work + 7, event, kit.at(1))) == state
    assert reduce(state, GateRefused(state.work + 7, kit.REFUSALS)) == state
    assert reduce(state, WorkBroke(state.work + 7, Phase.ERROR, "late")) == state
    assert reduce(state, HeldAtFinish(state.work + 7, kit.REFUSALS)) == state
    assert reduce(state, WorkedProvisionally(state.work + 7)) == state


@laws
@given(st.data())
def test_stop_is_counted_and_never_undone(kit: Any, data: st.DataObject) -> None:
    """While a unit is in the fixture every STOP counts, and testing does not go on as if nothing was pressed."""
    state = somewhere(kit, data)
    pressed = reduce(state, StopPressed())
    if state.busy:
        assert pressed.stop_presses == state.stop_presses + 1
        assert pressed.phase is not Phase.RUNNING
        following = reduce(pressed, RunHappened(state.work, kit.run_events(kit.GOOD)[1], kit.at(50)))
        assert following.phase is not Phase.RUNNING
    else:
        assert replace(pressed, notice=None) == replace(state, notice=None)


@laws
@given(st.data())
def test_a_scan_while_busy_takes_nothing_over(kit: Any, data: st.DataObject) -> None:
    """The fixture belongs to one unit: another scan, good or bad, changes only the notice."""
    state = somewhere(kit, data)
    if state.phase in BUSY:
        assert reduce(state, UnitTaken(state.work + 1, "PC00099")) == state
        refused = reduce(state, ScanTurnedDown("no serial"))
        assert replace(refused, notice=None) == replace(state, notice=None)


@laws
@given(st.data())
def test_queue_and_verdict_never_touch_each_other(kit: Any, data: st.DataObject) -> None:
    """Recorded / sent is a fact apart: what the queue says changes neither phase nor verdict, nor the other way."""
    state = somewhere(kit, data)
    after = reduce(state, Forwarded(Queue(4, kit.START, "gone", 3.0)))
    assert replace(after, queue=state.queue) == state


def test_a_unit_that_is_held_at_the_end_is_put_aside_under_its_verdict(kit: Any) -> None:
    """PASS stays PASS; what becomes of the unit says which rule refuses it, until the next one comes."""
    passed = kit.all_states()["passed"]
    held = reduce(passed, HeldAtFinish(passed.work, kit.REFUSALS))
    assert held.phase is Phase.PASSED
    _, disposition, _ = what_now(held)
    assert disposition == "UNIT: HELD – put it aside: route_order: PC00017 has not passed assembly"
    assert what_now(reduce(held, ScanTurnedDown("x")))[1] == "UNIT: was not touched – keep it here"


def test_a_provisional_pass_says_that_its_route_was_not_checked(kit: Any) -> None:
    """It does not send the unit on; the next unit knows nothing of it."""
    passed = kit.all_states()["passed"]
    state = reduce(passed, WorkedProvisionally(passed.work))
    assert "recorded locally, route not checked" in what_now(state)[1]
    assert not reduce(state, UnitTaken(state.work + 1, "PC00018")).provisional


def test_ticking_twice_is_ticking_once(kit: Any) -> None:
    """Time that stands still changes nothing."""
    state = reduce(kit.idle(), Ticked(kit.at(5)))
    assert reduce(state, Ticked(kit.at(5))) == state


def test_a_refused_scan_takes_the_last_verdict_away(kit: Any) -> None:
    """A PASS never stands over a unit whose label was not read; it stays as one line."""
    passed = kit.all_states()["passed"]
    state = reduce(passed, ScanTurnedDown("scan 'x' refused"))
    assert state.phase is Phase.UNREADABLE
    assert (state.verdict, state.serial) == (None, "")
    assert "PC00017 PASS" in state.previous
    assert all(row.outcome is None for row in state.rows)


def test_the_next_unit_starts_from_nothing(kit: Any) -> None:
    """No value, refusal or reason of one unit is left when the next is taken."""
    for state in kit.all_states().values():
        if state.busy:
            continue
        fresh = reduce(state, UnitTaken(state.work + 1, "PC00018"))
        assert fresh.phase is Phase.ASKING
        assert (fresh.reason, fresh.refusals, fresh.recorded, fresh.stop_presses) == ("", (), None, 0)
        assert fresh.rows == kit.idle().rows


def test_stop_while_the_gate_is_asked_is_not_forgotten(kit: Any) -> None:
    """STOP pressed before the run began still stands when it begins."""
    asking = kit.folded(kit.idle(), [UnitTaken(1, "PC00017"), StopPressed()])
    assert (asking.phase, asking.stop_presses) == (Phase.ASKING, 1)
    began = reduce(asking, RunHappened(1, kit.run_events(kit.GOOD)[0], kit.at(1)))
    assert (began.phase, began.stop_presses) == (Phase.STOPPING, 1)


def test_a_failure_stays_a_failure_when_the_run_is_cut_short(kit: Any) -> None:
    """A unit that was out of limits before the fixture broke is FAILED; how the run ended is said beside it."""
    state = kit.worked(kit.run_events(kit.BAD, ending=RunEnding.ERROR, reason="fixture"))
    assert (state.phase, state.ending, state.reason) == (Phase.FAILED, RunEnding.ERROR, "fixture")


def test_a_pass_that_did_not_complete_is_no_pass(kit: Any) -> None:
    """A verdict PASSED with any other ending than COMPLETED would be a fault, and shows as one."""
    told = kit.run_events(kit.GOOD)
    told[-1] = replace(told[-1], ending=RunEnding.ERROR)
    assert kit.worked(told).phase is Phase.ERROR


def test_a_run_that_was_not_recorded_says_so(kit: Any) -> None:
    """A spool that breaks at the end leaves no verdict on the screen, but NOT RECORDED."""
    state = kit.all_states()["unrecorded"]
    assert (state.phase, state.recorded, state.verdict) == (Phase.UNRECORDED, False, None)


def test_trouble_after_a_recorded_verdict_is_only_a_notice(kit: Any) -> None:
    """Once a run is recorded its verdict stands, whatever the sending runs into."""
    state = kit.worked(kit.run_events(kit.GOOD), WorkBroke(1, Phase.ERROR, "cannot read the spool"))
    assert state.phase is Phase.PASSED
    assert state.notice is not None


def test_notices_go_by_themselves(kit: Any) -> None:
    """A notice is there for its time on the wall clock and then is not."""
    state = reduce(kit.idle(), Said("hear this"))
    assert reduce(state, Ticked(kit.at(NOTICE_S - 0.1))).notice is not None
    assert reduce(state, Ticked(kit.at(NOTICE_S))).notice is None


def test_steps_and_values_follow_the_run(kit: Any) -> None:
    """In the middle of a run the ended steps, the current one and the measured values are told apart."""
    state = kit.all_states()["running"]
    assert [step.outcome for step in state.steps] == [Outcome.PASSED, Outcome.PASSED, None, None]
    assert state.steps[2].started_s is not None
    assert state.steps[3].started_s is None
    measured = [row.name for row in state.rows if row.outcome is not None]
    assert measured[-1] == state.last_measured == "loss_pair_4"


def test_an_unknown_happening_is_a_bug() -> None:
    """Nothing that happened is swallowed."""
    with pytest.raises(TypeError, match="knows no str"):
        reduce(None, "what")  # type: ignore[arg-type]
