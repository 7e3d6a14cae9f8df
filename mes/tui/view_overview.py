"""The overview of the line as lines of text: counts, stations, failures, newest runs."""

from datetime import UTC, datetime

from mes.console_output import counted, percent
from mes.quality.yields import Yield
from mes.queries.overview import RECENT_RUNS, LineOverview, LineTotals, RunCounts, RunSummary
from mes.tui.view_table import Cell, Column, Entry, table
from mes.tui.view_text import Line, Listing, Row, Target, Tone, joined, line_of
from mes.tui.view_verdict import verdict_word

_BAR = "█"
_PARETO_BAR = 24


def clock(at: datetime) -> str:
    """A time of day in UTC, as a list shows it."""
    return f"{at.astimezone(UTC):%H:%M:%S}"


def share(part: Yield) -> str:
    """A yield in percent with what it was counted from."""
    return f"{percent(part.value)} ({part.passed}/{part.seen})"


def unit_line(totals: LineTotals) -> Line:
    """Units in all and by state."""
    states = ", ".join(
        f"{count} {state.value.replace('_', ' ').lower()}" for state, count in totals.units.items() if count
    )
    return joined((line_of(counted(sum(totals.units.values()), "unit"), Tone.STRONG), line_of(states, Tone.MUTED)))


def run_lines(overview: LineOverview) -> tuple[Line, Line]:
    """The finished runs of the day, then in all."""
    day = "no day yet" if overview.day is None else f"{overview.day:%Y-%m-%d}"
    return (_runs_line(day, overview.on_day), _runs_line("in all", overview.overall))


def _runs_line(when: str, runs: RunCounts) -> Line:
    return joined(
        (
            line_of(f"{when:<10}", Tone.MUTED),
            line_of(counted(runs.runs, "run"), Tone.STRONG),
            line_of(f"{runs.passed} passed"),
            line_of(f"{runs.failed} failed", Tone.FAILED if runs.failed else Tone.NORMAL),
            line_of(counted(runs.errors, "error"), Tone.ERROR if runs.errors else Tone.NORMAL),
            line_of(f"{runs.aborted} aborted", Tone.ERROR if runs.aborted else Tone.NORMAL),
        )
    )


def station_listing(overview: LineOverview, width: int) -> Listing:
    """One row a station: what it did last, and its report yield (passed runs / runs)."""
    columns = (
        Column("station", least=8),
        Column("last unit", least=8, most=24),
        Column("last verdict"),
        Column("at", rank=2, tone=Tone.MUTED),
        Column("runs", rank=1, right=True),
        Column("on the day", rank=4, right=True),
        Column("errors", rank=3, right=True),
        Column("report yield", rank=1, right=True),
    )
    entries = []
    for station in overview.stations:
        last, runs = station.last, station.overall
        word, tone = ("idle", Tone.MUTED) if last is None else verdict_word(last.verdict, last.ending)
        entries.append(
            Entry(
                (
                    Cell(station.station),
                    Cell("" if last is None else last.serial),
                    Cell(word, tone),
                    Cell("" if last is None else clock(last.at)),
                    Cell(str(runs.runs)),
                    Cell(str(station.on_day.runs)),
                    Cell(str(runs.errors), Tone.ERROR if runs.errors else None),
                    Cell(share(runs.report_yield)),
                ),
                key=station.station,
                target=None if last is None else Target("unit", last.unit_id),
            )
        )
    return table(columns, entries, width)


def pareto_listing(totals: LineTotals, width: int) -> Listing:
    """The measurands that failed in most runs, each with a bar against the first one."""
    most = max((row.runs for row in totals.pareto), default=1)
    columns = (
        Column("fails most", least=12, most=60),
        Column("runs", right=True),
        Column("", rank=1, tone=Tone.MUTED),
    )
    entries = [
        Entry(
            (
                Cell(row.measurand),
                Cell(str(row.runs)),
                Cell(_BAR * max(1, round(_PARETO_BAR * row.runs / most))),
            ),
            key=row.measurand,
        )
        for row in totals.pareto
    ]
    listing = table(columns, entries, width)
    if entries:
        return listing
    return Listing(line_of("fails most", Tone.HEADING), (Row(line_of("no measurand has failed", Tone.MUTED)),))


def recent_listing(overview: LineOverview, width: int) -> Listing:
    """The newest runs, newest first."""
    if not overview.recent:
        return Listing(
            line_of("newest runs", Tone.HEADING),
            (
                Row(line_of("no run has been recorded yet: this page fills by itself as stations report")),
                Row(line_of("start one with `station run`, or a whole simulated line with `station demo`", Tone.MUTED)),
            ),
        )
    columns = (
        Column("newest runs", tone=Tone.MUTED),
        Column("unit", least=8, most=24),
        Column("verdict"),
        Column("operation", rank=1, least=8),
        Column("part", rank=3, least=8),
        Column("station", rank=2, least=8),
        Column("attempt", rank=4, right=True),
    )
    listing = table(columns, [_run_entry(run) for run in overview.recent], width)
    if len(overview.recent) < RECENT_RUNS:
        return listing
    rest = Row(line_of(f"older runs than these {RECENT_RUNS}: search their unit with /", Tone.MUTED))
    return Listing(listing.heading, (*listing.rows, rest))


def _run_entry(run: RunSummary) -> Entry:
    word, tone = verdict_word(run.verdict, run.ending)
    return Entry(
        (
            Cell(clock(run.at)),
            Cell(run.serial),
            Cell(word, tone),
            Cell(run.operation),
            Cell(run.part),
            Cell(run.station),
            Cell(str(run.attempt), Tone.MARGINAL if run.attempt > 1 else None),
        ),
        key=str(run.id),
        target=Target("unit", run.unit_id),
    )
