"""The one pure fold of the operator's screen: state and what happened in, state out."""

from dataclasses import replace
from functools import singledispatch

from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.events import Attached, Measured, RunBegan, RunEnded, RunResumed, StepBegan, StepEnded, StepRetried
from stations.tui import texts
from stations.tui.happenings import (
    CheckEnded,
    EarlierRunsRead,
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
from stations.tui.state import MeasuredRow, Notice, Phase, ScreenState, StepRow
from stations.tui.what_now import previous

NOTICE_S = 8.0
"""How long a notice stays, on the wall clock."""


def reduce(state: ScreenState, happening: Happening) -> ScreenState:
    """The screen after something happened. Whatever belongs to an earlier unit changes nothing of this one."""
    return _reduced(happening, state)


@singledispatch
def _reduced(happening: Happening, state: ScreenState) -> ScreenState:
    raise TypeError(f"the operator's screen knows no {type(happening).__name__}")


@_reduced.register
def _(happening: Ticked, state: ScreenState) -> ScreenState:
    gone = state.notice is not None and happening.at.wall_s >= state.notice.until_s
    return replace(state, now=happening.at, notice=None if gone else state.notice)


@_reduced.register
def _(happening: UnitTaken, state: ScreenState) -> ScreenState:
    if state.busy or happening.work <= state.work:
        return state
    return replace(_cleared(state), phase=Phase.ASKING, work=happening.work, serial=happening.serial, notice=None)


@_reduced.register
def _(happening: ScanTurnedDown, state: ScreenState) -> ScreenState:
    if state.busy:
        return _noticed(state, happening.reason)
    # The last verdict must not stand above a unit that was only held under the scanner.
    return replace(_cleared(state), phase=Phase.UNREADABLE, reason=happening.reason, notice=None)


@_reduced.register
def _(happening: RunHappened, state: ScreenState) -> ScreenState:
    event = happening.event
    if happening.work != state.work or not state.busy:
        return state
    if isinstance(event, RunBegan | RunResumed):
        return replace(
            state,
            # STOP may have been pressed while the gate was asked.
            phase=Phase.STOPPING if state.stop_presses else Phase.RUNNING,
            began=happening.at,
            now=happening.at,
        )
    if isinstance(event, StepBegan):
        return _with_step(state, event.step, started_s=event.started_s)
    if isinstance(event, StepEnded):
        return _with_step(
            state,
            event.step,
            outcome=event.outcome,
            started_s=event.started_s,
            duration_s=event.duration_s,
            message=event.message,
        )
    if isinstance(event, Measured):
        rows = tuple(_measured(row, event) if row.name == event.measurand.name else row for row in state.rows)
        return replace(state, rows=rows, last_measured=event.measurand.name)
    if isinstance(event, StepRetried | Attached):
        return state  # what an attempt measured stays in sight until the next one measures it again
    return _ended(state, event, happening)


def _ended(state: ScreenState, event: RunEnded, happening: RunHappened) -> ScreenState:
    phase = {Verdict.PASSED: Phase.PASSED, Verdict.FAILED: Phase.FAILED}.get(event.verdict)
    if phase is None or (phase is Phase.PASSED and event.ending is not RunEnding.COMPLETED):
        phase = Phase.ABORTED if event.ending is RunEnding.ABORTED else Phase.ERROR
    elapsed = None if state.began is None else happening.at.bench_s - state.began.bench_s
    return replace(
        state,
        phase=phase,
        verdict=event.verdict,
        ending=event.ending,
        reason=event.reason,
        elapsed_s=elapsed,
        # The recorder commits before anybody else hears of the end.
        recorded=True,
        sending=True,
        now=happening.at,
        passed=state.passed + (phase is Phase.PASSED),
        failed=state.failed + (phase is Phase.FAILED),
        others=state.others + (phase not in (Phase.PASSED, Phase.FAILED)),
    )


@_reduced.register
def _(happening: GateRefused, state: ScreenState) -> ScreenState:
    if happening.work != state.work or state.phase is not Phase.ASKING:
        return state
    return replace(state, phase=Phase.REFUSED, refusals=happening.refusals, stop_presses=0)


@_reduced.register
def _(happening: HeldAtFinish, state: ScreenState) -> ScreenState:
    # The verdict stands; what becomes of the unit is another matter.
    return replace(state, refusals=happening.refusals) if happening.work == state.work else state


@_reduced.register
def _(happening: WorkedProvisionally, state: ScreenState) -> ScreenState:
    return replace(state, provisional=True) if happening.work == state.work else state


@_reduced.register
def _(happening: WorkEnded, state: ScreenState) -> ScreenState:
    return replace(state, sending=False) if happening.work == state.work else state


@_reduced.register
def _(happening: WorkBroke, state: ScreenState) -> ScreenState:
    if happening.work != state.work:
        return state
    if not state.busy:
        # The verdict is recorded and stands; only what came after it broke.
        return _noticed(replace(state, sending=False), happening.message)
    unrecorded = happening.phase is Phase.UNRECORDED
    return replace(
        state,
        phase=happening.phase,
        reason=happening.message,
        recorded=False if unrecorded and state.began is not None else None,
        sending=False,
        others=state.others + 1,
    )


@_reduced.register
def _(happening: CheckEnded, state: ScreenState) -> ScreenState:
    if happening.work != state.work:
        return state
    # Neither a verdict nor a count: the screen waits for the next unit.
    return replace(_cleared(state), phase=Phase.READY, reason=happening.message, notice=None)


@_reduced.register
def _(happening: Forwarded, state: ScreenState) -> ScreenState:
    return replace(state, queue=happening.queue)


@_reduced.register
def _(happening: EarlierRunsRead, state: ScreenState) -> ScreenState:
    earlier = happening.earlier
    usual = dict(earlier.steps)
    steps = tuple(replace(step, usual_s=usual.get(step.name)) for step in state.steps)
    return replace(state, usual_s=earlier.usual_s, earlier=earlier.count, steps=steps)


@_reduced.register
def _(_: StopPressed, state: ScreenState) -> ScreenState:
    if not state.busy:
        return _noticed(state, texts.NOTHING_TO_STOP)
    phase = Phase.STOPPING if state.phase is Phase.RUNNING else state.phase
    return replace(state, phase=phase, stop_presses=state.stop_presses + 1)


@_reduced.register
def _(happening: Said, state: ScreenState) -> ScreenState:
    return _noticed(state, happening.text)


@_reduced.register
def _(happening: ScannerChanged, state: ScreenState) -> ScreenState:
    return replace(state, scanner_trouble=happening.trouble)


@_reduced.register
def _(_: LeaveAsked, state: ScreenState) -> ScreenState:
    return replace(state, leaving=True)


def _noticed(state: ScreenState, text: str) -> ScreenState:
    return replace(state, notice=Notice(text, state.now.wall_s + NOTICE_S))


def _cleared(state: ScreenState) -> ScreenState:
    """The same station, with nothing left of the unit before but one line."""
    return replace(
        state,
        previous=previous(state) or state.previous,
        serial="",
        began=None,
        elapsed_s=None,
        last_measured="",
        verdict=None,
        ending=None,
        reason="",
        refusals=(),
        provisional=False,
        recorded=None,
        sending=False,
        stop_presses=0,
        steps=tuple(StepRow(step.name, usual_s=step.usual_s) for step in state.steps),
        rows=tuple(
            replace(row, value=None, text=None, over_range=None, outcome=None, marginal=False) for row in state.rows
        ),
    )


def _with_step(
    state: ScreenState,
    name: str,
    *,
    started_s: float,
    outcome: Outcome | None = None,
    duration_s: float | None = None,
    message: str = "",
) -> ScreenState:
    def changed(step: StepRow) -> StepRow:
        return replace(step, outcome=outcome, started_s=started_s, duration_s=duration_s, message=message)

    return replace(state, steps=tuple(changed(step) if step.name == name else step for step in state.steps))


def _measured(row: MeasuredRow, event: Measured) -> MeasuredRow:
    value = event.value
    number, text, over = (None, value, None) if isinstance(value, str) else (value.value, None, value.over_range)
    judged = event.judgement
    return replace(row, value=number, text=text, over_range=over, outcome=judged.outcome, marginal=judged.marginal)
