"""What an operator is told after a unit: the worst value, what becomes of the unit, and what to do next."""

from datetime import timedelta

from mes.vocabulary import Outcome
from stations.tui import texts
from stations.tui.quantities import (
    distance_text,
    limits_text,
    relative_margin,
    seconds_text,
    value_text,
)
from stations.tui.spans import one_line
from stations.tui.state import MeasuredRow, Phase, ScreenState

_UNTOUCHED = frozenset({Phase.REFUSED, Phase.OFFLINE, Phase.UNREADABLE})


def what_now(state: ScreenState) -> tuple[str, str, str]:
    """Three lines: why, the unit's disposition, the next step. Empty texts while there is nothing to say."""
    phase = state.phase
    if phase is Phase.READY or state.busy:
        return "", "", ""
    return _why(state), _disposition(state), _next_step(state)


def worst_first(rows: tuple[MeasuredRow, ...]) -> list[MeasuredRow]:
    """The failed rows, worst first: a wrong text or a lost range explains numbers, then by share of the band."""
    failed = [row for row in rows if row.outcome is Outcome.FAILED]

    def badness(row: MeasuredRow) -> tuple[int, float]:
        if row.text is not None:
            return 0, 0.0
        margin = relative_margin(row)
        return (1, 0.0) if margin is None else (2, margin)

    return sorted(failed, key=badness)


def _why(state: ScreenState) -> str:
    if state.phase is Phase.FAILED:
        failed = worst_first(state.rows)
        if not failed:
            return state.reason or texts.NO_VALUE
        worst = failed[0]
        told = {"name": worst.name, "value": value_text(worst), "limits": limits_text(worst)}
        distance = distance_text(worst)
        line = texts.VALUE_OUT.format(**told, distance=distance) if distance else texts.VALUE_WRONG.format(**told)
        return line + (texts.MORE_OUT.format(count=len(failed) - 1) if len(failed) > 1 else "")
    if state.phase is Phase.PASSED:
        judged = [(margin, row) for row in state.rows if (margin := relative_margin(row)) is not None]
        if not judged:
            return texts.MEANINGS[Phase.PASSED]
        closest = min(judged, key=lambda pair: pair[0])[1]
        return texts.VALUE_CLOSEST.format(
            name=closest.name, value=value_text(closest), limits=limits_text(closest), distance=distance_text(closest)
        )
    if state.refusals:
        more = texts.MORE_OUT.format(count=len(state.refusals) - 1) if len(state.refusals) > 1 else ""
        return f"{state.refusals[0].rule}: {state.refusals[0].message}{more}"
    return state.reason or texts.MEANINGS[state.phase]


def _disposition(state: ScreenState) -> str:
    phase = state.phase
    if state.refusals and phase in (Phase.PASSED, Phase.FAILED):
        return texts.DISPOSE_HELD.format(rule=state.refusals[0].rule, message=state.refusals[0].message)
    if phase is Phase.PASSED and state.provisional:
        return texts.DISPOSE_PROVISIONAL
    if phase is Phase.PASSED:
        following = state.facts.next_operation
        return texts.NEXT_PASSED_LAST if following is None else texts.NEXT_PASSED.format(operation=following)
    if phase is Phase.FAILED:
        return texts.DISPOSE_FAILED
    if phase is Phase.UNRECORDED:
        return texts.DISPOSE_UNRECORDED
    untouched = phase in _UNTOUCHED or state.began is None
    return texts.DISPOSE_UNTOUCHED if untouched else texts.DISPOSE_UNJUDGED


def _next_step(state: ScreenState) -> str:
    return {
        Phase.ERROR: texts.THEN_NEXT_ERROR,
        Phase.ABORTED: texts.THEN_NEXT_AGAIN,
        Phase.OFFLINE: texts.THEN_NEXT_AGAIN,
        Phase.REFUSED: texts.THEN_NEXT_REFUSED,
        Phase.UNREADABLE: texts.THEN_NEXT_RESCAN,
        Phase.UNRECORDED: texts.THEN_NEXT_RECORD,
    }.get(state.phase, texts.THEN_NEXT)


def previous(state: ScreenState) -> str:
    """The unit shown, in the one line that stays of it when the next one comes; empty when there is none."""
    if not state.serial or state.busy:
        return ""
    recorded = texts.PREVIOUS_UNRECORDED if state.recorded is False else ""
    return texts.PREVIOUS.format(serial=one_line(state.serial), word=texts.WORDS[state.phase], recorded=recorded)


def age_text(state: ScreenState) -> str:
    """Age of the oldest record that waits to be sent."""
    oldest = state.queue.oldest_at
    if oldest is None:
        return seconds_text(0.0)
    return seconds_text(max(timedelta(0), state.now.utc - oldest).total_seconds())


def recorded_text(state: ScreenState) -> str:
    """First fact beside the verdict: whether the run is safe on this station's disk."""
    if state.recorded is None:
        return texts.NOTHING_RECORDED
    return texts.RECORDED if state.recorded else texts.NOT_RECORDED


def sent_text(state: ScreenState) -> str:
    """Second fact: whether the centre has it; empty when there was nothing to send."""
    if not state.recorded:
        return ""
    if state.sending:
        return texts.SENDING
    queue = state.queue
    if queue.depth is None:
        return texts.SENT_UNKNOWN
    return texts.NOT_SENT.format(depth=queue.depth, age=age_text(state)) if queue.depth else texts.SENT
