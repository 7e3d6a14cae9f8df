"""The state of the line in one look: counts, what every station did last, the newest runs, what fails most.

A console asks for the `line_overview` several times a second, so nothing in it grows with the number of runs: counts
come from the rollups, the newest runs and each station's last one from an index. What has to count rows is asked
for apart, in `line_totals`: 0.3 s among a million units and 120,000 failures.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, case, func, true
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from mes.models.journal import JournalRow
from mes.models.rework import RecordVoid
from mes.models.test_run import Rollup, RunFailure, TestRun
from mes.models.unit import Unit
from mes.quality.yields import Yield
from mes.queries.snapshot import snapshot
from mes.vocabulary import RunEnding, UnitState, Verdict

RECENT_RUNS = 200
"""How many of the newest runs an overview holds: what a person scrolls through before searching."""

PARETO_LENGTH = 5
"""How many measurands the Pareto of failures names."""


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Finished runs, each counted once: FAILED however it ended, else by its ending, else PASSED (see `Rollup`)."""

    runs: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    aborted: int = 0

    @property
    def report_yield(self) -> Yield:
        """Runs that passed / runs: the health of a station, not of a product."""
        return Yield(self.passed, self.runs)

    def __add__(self, other: "RunCounts") -> "RunCounts":
        return RunCounts(
            self.runs + other.runs,
            self.passed + other.passed,
            self.failed + other.failed,
            self.errors + other.errors,
            self.aborted + other.aborted,
        )


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run on one line; verdict and ending are None until it is finished."""

    id: UUID
    at: datetime
    unit_id: UUID
    maker: str
    part: str
    serial: str
    operation: str
    station: str
    attempt: int
    verdict: Verdict | None
    ending: RunEnding | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class StationStatus:
    """One station (ISA-95 work unit): its newest run, and its finished runs on the day and in all."""

    station: str
    last: RunSummary | None
    on_day: RunCounts
    overall: RunCounts


@dataclass(frozen=True, slots=True)
class FailedMeasurand:
    """A measurand and the number of runs in which it failed."""

    measurand: str
    runs: int


@dataclass(frozen=True, slots=True)
class LineOverview:
    """The line at one moment. `day` is the UTC day of `on_day`, None while no run has finished."""

    day: date | None
    on_day: RunCounts
    overall: RunCounts
    stations: tuple[StationStatus, ...]
    recent: tuple[RunSummary, ...]


@dataclass(frozen=True, slots=True)
class LineTotals:
    """Units by state, and the measurands that failed in most runs."""

    units: dict[UnitState, int]
    pareto: tuple[FailedMeasurand, ...]


def journal_position(engine: Engine) -> int:
    """The position of the newest journal row, 0 for none: while it stands still, no table changes."""
    with snapshot(engine) as session:
        return int(session.scalar(core_select(func.coalesce(func.max(col(JournalRow.position)), 0))) or 0)


def line_overview(engine: Engine, *, day: date | None, simulated: bool) -> LineOverview:
    """The state of the line, read in one transaction.

    `day` None means the newest day on which a finished run started, which is what "today" is where the clock is
    simulated. `simulated` says whether simulated facts count: always at a simulated site, never at a real one.
    """
    with snapshot(engine) as session:
        if day is None:
            day = session.scalar(core_select(func.max(col(Rollup.day))).where(_included(Rollup.simulated, simulated)))
        recent = _newest(session, simulated, RECENT_RUNS)
        counts = _counts(session, day, simulated)
        stations = sorted(set(counts) | {run.station for run in recent})
        nothing = (RunCounts(), RunCounts())
        newest: dict[str, RunSummary] = {}
        for run in recent:
            newest.setdefault(run.station, run)
        return LineOverview(
            day=day,
            on_day=sum((on_day for on_day, _ in counts.values()), RunCounts()),
            overall=sum((overall for _, overall in counts.values()), RunCounts()),
            stations=tuple(
                StationStatus(
                    station,
                    newest.get(station) or next(iter(_newest(session, simulated, 1, station)), None),
                    *counts.get(station, nothing),
                )
                for station in stations
            ),
            recent=recent,
        )


def line_totals(engine: Engine, *, simulated: bool) -> LineTotals:
    """What is counted row by row; `simulated` as in `line_overview`."""
    with snapshot(engine) as session:
        return LineTotals(_units(session, simulated), _pareto(session, simulated))


def _included(column: Any, simulated: bool) -> ColumnElement[bool]:
    return true() if simulated else col(column).is_(False)


def _units(session: Session, simulated: bool) -> dict[UnitState, int]:
    rows = session.execute(
        core_select(col(Unit.state), func.count())
        .where(_included(Unit.simulated, simulated))
        .group_by(col(Unit.state))
        .order_by(col(Unit.state))
    )
    return {UnitState(state): count for state, count in rows}


def _counts(session: Session, day: date | None, simulated: bool) -> dict[str, tuple[RunCounts, RunCounts]]:
    """Runs of each station on the day and in all."""
    summed = [Rollup.runs, Rollup.passed, Rollup.failed, Rollup.errors, Rollup.aborted]
    on_day = [func.sum(case((col(Rollup.day) == day, col(column)), else_=0)) for column in summed]
    overall = [func.sum(col(column)) for column in summed]
    rows = session.execute(
        core_select(col(Rollup.station), *on_day, *overall)
        .where(_included(Rollup.simulated, simulated))
        .group_by(col(Rollup.station))
    )
    width = len(summed)
    return {
        station: (RunCounts(*map(int, sums[:width])), RunCounts(*map(int, sums[width:]))) for station, *sums in rows
    }


def _newest(session: Session, simulated: bool, count: int, station: str | None = None) -> tuple[RunSummary, ...]:
    question: Select[*tuple[Any, ...]] = (
        core_select(
            col(TestRun.id),
            col(TestRun.started_at),
            col(TestRun.unit_id),
            col(Unit.maker),
            col(Unit.part),
            col(Unit.serial),
            col(TestRun.operation),
            col(TestRun.station),
            col(TestRun.attempt),
            col(TestRun.verdict),
            col(TestRun.ending),
            col(TestRun.simulated),
        )
        .join(Unit, col(Unit.id) == col(TestRun.unit_id))
        .where(_included(TestRun.simulated, simulated))
        .order_by(col(TestRun.started_at).desc(), col(TestRun.id).desc())
        .limit(count)
    )
    if station is not None:
        question = question.where(col(TestRun.station) == station)
    return tuple(
        RunSummary(
            row.id,
            row.started_at,
            row.unit_id,
            row.maker,
            row.part,
            row.serial,
            row.operation,
            row.station,
            row.attempt,
            None if row.verdict is None else Verdict(row.verdict),
            None if row.ending is None else RunEnding(row.ending),
            row.simulated,
        )
        for row in session.execute(question)
    )


def _pareto(session: Session, simulated: bool) -> tuple[FailedMeasurand, ...]:
    failures = func.count()
    question = core_select(col(RunFailure.measurand), failures).group_by(col(RunFailure.measurand))
    # From the few records that void and not from the runs: a Pareto need not look at every run that there is.
    question = question.where(col(RunFailure.run_id).not_in(core_select(col(RecordVoid.target_id))))
    if not simulated:
        question = question.join(TestRun, col(TestRun.id) == col(RunFailure.run_id)).where(
            col(TestRun.simulated).is_(False)
        )
    rows = session.execute(question.order_by(failures.desc(), col(RunFailure.measurand)).limit(PARETO_LENGTH))
    return tuple(FailedMeasurand(measurand, count) for measurand, count in rows)
