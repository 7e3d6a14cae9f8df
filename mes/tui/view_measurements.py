"""Every run of a unit with its measurements against their limits, what failed first."""

from mes.console_output import moment
from mes.pages.unit import failure_distance, limits_text, measured_text
from mes.queries.history import UnitHistory
from mes.queries.runs import MeasurandOutcome, MeasuredValue, RunReport
from mes.run_words import attempts_told, circumstances
from mes.tui.view_band import band_bar
from mes.tui.view_table import Cell, Column, Entry, table
from mes.tui.view_text import Listing, Row, Span, Tone, folded, line_of
from mes.tui.view_verdict import verdict_word

_FIRST = (
    MeasurandOutcome.FAILED,
    MeasurandOutcome.ERROR,
    MeasurandOutcome.NOT_MEASURED,
    MeasurandOutcome.PASSED,
    MeasurandOutcome.RECORDED,
)
_WORDS = {
    MeasurandOutcome.FAILED: ("✘ failed", Tone.FAILED),
    MeasurandOutcome.ERROR: ("! error", Tone.ERROR),
    MeasurandOutcome.NOT_MEASURED: ("not measured", Tone.MUTED),
    MeasurandOutcome.PASSED: ("passed", Tone.NORMAL),
    MeasurandOutcome.RECORDED: ("recorded", Tone.MUTED),
}
_COLUMNS = (
    Column("measurand", least=10, most=60),
    Column("value", right=True),
    Column("in its band", rank=2),
    Column("limits", rank=3, most=60),
    Column("outcome"),
    Column("clause", rank=4, least=12, most=80, tone=Tone.MUTED),
)


def measurement_listing(history: UnitHistory, width: int) -> Listing:
    """The runs of a unit, newest first; in each what failed, then errors, then what was not reached, then the rest."""
    runs = [event for event in reversed(history.timeline) if isinstance(event, RunReport)]
    if not runs:
        return Listing(None, (Row(line_of("no run has been recorded for this unit", Tone.MUTED)),))
    ordered = [(run, _by_need(run)) for run in runs]
    entries = [_entry(run, measured) for run, measurands in ordered for measured in measurands]
    listing = table(_COLUMNS, entries, width)
    # One table for all runs, so that their columns stand under each other.
    lines = iter(listing.rows)
    rows: list[Row] = []
    for run, measurands in ordered:
        rows += [Row(()), *_run_rows(run, width)] if rows else _run_rows(run, width)
        rows += [next(lines) for _ in measurands]
    return Listing(listing.heading if entries else None, tuple(rows))


def _by_need(run: RunReport) -> list[MeasuredValue]:
    # sorted() keeps the order of the plan among equals.
    return sorted(run.measurands, key=lambda m: (_FIRST.index(m.outcome), not m.marginal))


def _run_rows(run: RunReport, width: int) -> list[Row]:
    word, tone = verdict_word(run.verdict, run.ending)
    where = f"run {run.attempt} of {run.operation} at {run.station}, {moment(run.at)}"
    heading = (Span(f" {word} ", tone if tone is not Tone.NORMAL else Tone.STRONG), *line_of(f" {where}", Tone.STRONG))
    rows = [Row(heading, f"{run.id} heading")]
    limits = "" if run.limit_revision is None else f", limits {run.limit_revision}"
    said = [f"plan {run.plan} revision {run.plan_revision}{limits}, fixture {run.fixture} slot {run.slot}"]
    said += [run.reason] if run.reason else []
    said += [
        f"{measured.name} failed {failure_distance(measured)}"
        for measured in run.measurands
        if measured.outcome is MeasurandOutcome.FAILED
    ]
    said += attempts_told(run)
    # On one line: a small terminal has room for the measurements too.
    said += ["; ".join(told)] if (told := circumstances(run)) else []
    said += [f"attachments: {', '.join(file.name for file in run.attachments)}"] if run.attachments else []
    for text in said:
        rows += [Row(line) for line in folded(text, width, Tone.MUTED, indent=2)]
    return rows


def _entry(run: RunReport, measured: MeasuredValue) -> Entry:
    word, tone = _WORDS[measured.outcome]
    if measured.marginal:
        word, tone = f"{word}, marginal", (Tone.MARGINAL if tone is Tone.NORMAL else tone)
    return Entry(
        (
            Cell(measured.name),
            Cell(measured_text(measured)),
            Cell(band_bar(measured.value, measured.low, measured.high), tone),
            Cell(limits_text(measured)),
            Cell(word, tone),
            Cell(measured.clause),
        ),
        key=f"{run.id} {measured.name}",
    )
