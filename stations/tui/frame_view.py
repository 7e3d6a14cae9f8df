"""What stands around the band: header, the two facts, what now, steps, values or refusals, notice, keys."""

from functools import lru_cache

from mes.vocabulary import Outcome
from stations.tui import texts
from stations.tui.quantities import bar, limits_text, seconds_text, value_text
from stations.tui.spans import Ink, Line, Span, fitted, one_line, paragraph, spread
from stations.tui.state import MeasuredRow, Phase, ScreenState, StepRow
from stations.tui.what_now import age_text, recorded_text, sent_text, what_now, worst_first

_NARROW = 60
"""Columns below which a row is only a name and its value."""

_STEP_MARKS = {
    Outcome.PASSED: ("✔", Ink.DIM),
    Outcome.FAILED: ("✘", Ink.OUT),
    Outcome.ERROR: ("!", Ink.ABNORMAL),
    Outcome.ABORTED: ("■", Ink.ABNORMAL),
    Outcome.SKIPPED: ("–", Ink.DIM),
}


def header_lines(state: ScreenState, width: int, rows: int) -> list[Line]:
    """Who and what on the first row; what waits to be sent, and the tally, on the second."""
    facts = state.facts
    simulated: Line = ()
    if facts.simulated:
        text = texts.SIMULATED if facts.speed == 1.0 else texts.SIMULATED_SPEED.format(speed=facts.speed)
        simulated = (Span(f" {text} ", Ink.ABNORMAL),)
    who = f" {facts.station} · {facts.part} · {facts.plan} rev {facts.plan_revision} · {facts.operator}"
    queue = state.queue
    if rows < 2:
        short: Line = (Span(f" {facts.station}", Ink.STRONG),)
        return [spread(short, (*_queue(state), Span(" "), *simulated), width)] if rows else []
    tally = texts.TALLY.format(passed=state.passed, failed=state.failed, others=state.others)
    second = (Span(" "), *_queue(state))
    if queue.error is not None:
        silent = texts.CENTRE_SILENT.format(error=one_line(queue.error), seconds=seconds_text(queue.retry_s))
        second = (*second, Span(f" · {silent}", Ink.DIM))
    return [
        spread((Span(who, Ink.STRONG),), simulated, width),
        spread(second, (Span(f" {tally} ", Ink.DIM),), width),
    ][:rows]


def _queue(state: ScreenState) -> Line:
    if state.queue.depth is None:
        return (Span(texts.QUEUE_UNKNOWN, Ink.ABNORMAL),)
    if not state.queue.depth:
        return (Span(texts.QUEUE_EMPTY, Ink.DIM),)
    text = texts.QUEUE_WAITS.format(depth=state.queue.depth, age=age_text(state))
    # A record under way for a moment is no news; one that cannot be sent is.
    return (Span(text, Ink.DIM if state.sending and state.queue.error is None else Ink.ABNORMAL),)


def facts_lines(state: ScreenState, width: int) -> list[Line]:
    """Recorded, and sent: two facts that no verdict colours."""
    recorded = Span(f" {recorded_text(state)}", Ink.OUT if state.recorded is False else Ink.STRONG)
    sent = sent_text(state)
    late = state.queue.depth != 0 and not state.sending
    return [fitted((recorded, Span("   "), Span(sent, Ink.ABNORMAL if late else Ink.STRONG)), width)]


def now_lines(state: ScreenState, width: int, rows: int) -> list[Line]:
    """What now, in three lines; with fewer rows the next step goes last, it is the same every time."""
    return [fitted((Span(f" {one_line(text)}", Ink.STRONG),), width) for text in what_now(state)[:rows]]


def step_lines(state: ScreenState, width: int, rows: int) -> list[Line]:
    """The steps around the current one."""
    done = sum(step.outcome is not None for step in state.steps)
    first = max(0, min(done - rows // 2, len(state.steps) - rows))
    return [fitted(_step(step), width) for step in state.steps[first : first + rows]]


def _step(step: StepRow) -> Line:
    mark, ink = (" ", Ink.DIM) if step.outcome is None else _STEP_MARKS[step.outcome]
    if step.outcome is None and step.started_s is not None:
        mark, ink = "▸", Ink.STRONG
    took = "" if step.duration_s is None else seconds_text(step.duration_s)
    usual = "" if step.usual_s is None else texts.USUALLY.format(seconds=seconds_text(step.usual_s))
    timed = f"{took:>8}  {usual:<16}" if took or usual else ""
    name = f" {mark} {step.name:<28}" if timed else f" {mark} {step.name} "
    return (Span(name, ink), Span(timed, Ink.DIM), Span(one_line(step.message), Ink.ABNORMAL))


def body_lines(state: ScreenState, width: int) -> list[Line]:
    """All there is to read below: refusals with what unlocks them, a reason in full, or the values."""
    if state.phase is Phase.REFUSED:
        return _refusals(state, width)
    lines: list[Line] = []
    told = (Phase.ERROR, Phase.ABORTED, Phase.OFFLINE, Phase.UNRECORDED, Phase.UNREADABLE, Phase.READY)
    if state.phase in told and state.reason:
        lines += paragraph(state.reason, width - 2, Ink.STRONG, indent=" ")
    if state.phase in (Phase.READY, Phase.UNREADABLE, Phase.OFFLINE):
        return [*lines, (Span(f" {state.previous}", Ink.DIM),)] if state.previous else lines
    rows = state.rows
    if state.phase in (Phase.PASSED, Phase.FAILED):
        failed = worst_first(rows)
        marginal = [row for row in rows if row.marginal]
        first = {row.name for row in (*failed, *marginal)}
        rows = (*failed, *marginal, *(row for row in rows if row.name not in first))
    elif not state.busy:
        rows = tuple(row for row in rows if row.outcome is not None)
    return lines + [row_line(row, width) for row in rows]


def _refusals(state: ScreenState, width: int) -> list[Line]:
    lines: list[Line] = []
    for refusal in state.refusals:
        said = texts.REFUSAL.format(rule=refusal.rule, message=refusal.message)
        lines += paragraph(said, width - 2, Ink.STRONG, indent=" ")
        unlock = texts.UNLOCK.format(who=refusal.who, unlock=refusal.unlock)
        lines += paragraph(unlock, width - 4, Ink.ABNORMAL, indent="   ")
        if refusal.evidence:
            seen = texts.EVIDENCE.format(evidence="; ".join(refusal.evidence))
            lines += paragraph(seen, width - 4, Ink.DIM, indent="   ")
    return lines


@lru_cache(maxsize=8192)
def row_line(row: MeasuredRow, width: int) -> Line:
    """One measurand: mark, name, value, where it stands between its limits, the limits."""
    failed = row.outcome is Outcome.FAILED
    # A value without limits is recorded, not judged.
    good = row.outcome is Outcome.PASSED and bool(row.expected)
    mark = "✘" if failed else "▲" if row.marginal else "✔" if good else " "
    ink = Ink.OUT if failed else Ink.ABNORMAL if row.marginal else Ink.DIM if row.outcome is None else Ink.PLAIN
    if width < _NARROW:
        value = one_line(value_text(row))
        return spread((Span(f" {mark} {row.name}", ink),), (Span(f" {value} ", ink),), width, ink)
    name_columns = min(34, max(12, width * 2 // 5 - 4))
    value_columns = 14
    bar_columns = min(41, max(11, width - name_columns - value_columns - 26))
    return fitted(
        (
            *fitted((Span(f" {mark} {row.name}", ink),), name_columns, ink),
            *fitted((Span(f" {one_line(value_text(row)):>{value_columns - 1}}", ink),), value_columns, ink),
            Span(f" {bar(row, bar_columns)}", ink),
            Span(f" {one_line(limits_text(row))}", Ink.DIM),
        ),
        width,
    )


def notice_line(state: ScreenState, width: int) -> Line:
    """What the operator must hear once; a scanner that is gone stays said."""
    text = state.notice.text if state.notice is not None else ""
    if not text and state.leaving:
        text = texts.LEAVING
    if not text and state.scanner_trouble:
        text = texts.SCANNER_GONE.format(error=state.scanner_trouble)
    return fitted((Span(f" {one_line(text)}", Ink.ABNORMAL if text else Ink.PLAIN),), width)


def footer_line(width: int) -> Line:
    """The keys; each can be clicked too."""
    spans = [Span(f" {text} ", Ink.KEY, action) for text, action in texts.FOOTER]
    return fitted(tuple(x for span in spans for x in (Span(" "), span)), width)
