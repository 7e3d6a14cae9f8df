"""How long a station worked on units, and how many came out good: what an effectiveness is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import select as core_select
from sqlmodel import col

from mes.models.test_run import TestRun
from mes.planned_time import Stretch, planned_s
from mes.queries.snapshot import snapshot
from mes.vocabulary import RunEnding, Verdict


@dataclass(frozen=True, slots=True)
class StationTime:
    """Finished runs of one station: seconds in which at least one was in progress, runs, and runs that passed.

    Runs side by side (slots) share their time: it is the time of the station, not the sum over units.
    """

    station: str
    busy_s: float
    runs: int
    passed: int


def station_time(
    engine: Engine, station: str, *, since: datetime | None, until: datetime | None, simulated: bool
) -> StationTime:
    """What a station did; runs that started in the window, cut off at its end."""
    return _told(station, _runs(engine, station, since, until, simulated), until)


def shift_times(
    engine: Engine, station: str, planned: Sequence[Stretch], *, simulated: bool
) -> tuple[tuple[str, float, StationTime], ...]:
    """What a station did in each shift of these stretches, by name: seconds planned, and runs that started in it.

    A run belongs to the stretch in which it started and is cut off at its end; between stretches nothing is planned.
    """
    if not planned:
        return ()
    since, until = min(one.start for one in planned), max(one.end for one in planned)
    runs = _runs(engine, station, since, until, simulated)
    found: dict[str, list[StationTime]] = {}
    for one in planned:
        within = [run for run in runs if one.start <= run.started_at < one.end]
        found.setdefault(one.shift, []).append(_told(station, within, one.end))
    return tuple(
        (
            shift,
            planned_s([one for one in planned if one.shift == shift]),
            StationTime(
                station, sum(t.busy_s for t in times), sum(t.runs for t in times), sum(t.passed for t in times)
            ),
        )
        for shift, times in found.items()
    )


def _runs(
    engine: Engine, station: str, since: datetime | None, until: datetime | None, simulated: bool
) -> Sequence[Any]:
    query = (
        core_select(col(TestRun.started_at), col(TestRun.finished_at), col(TestRun.ending), col(TestRun.verdict))
        .where(col(TestRun.station) == station, col(TestRun.finished_at).is_not(None), col(TestRun.voided_by).is_(None))
        .order_by(col(TestRun.started_at), col(TestRun.id))
    )
    if since is not None:
        query = query.where(col(TestRun.started_at) >= since)
    if until is not None:
        query = query.where(col(TestRun.started_at) < until)
    if not simulated:
        query = query.where(col(TestRun.simulated).is_(False))
    with snapshot(engine) as session:
        return session.execute(query).all()


def _told(station: str, rows: Iterable[Any], until: datetime | None) -> StationTime:
    busy_s, runs, passed = 0.0, 0, 0
    busy_until: datetime | None = None
    for started, finished, ending, verdict in rows:
        end = finished if until is None else min(finished, until)
        begin = started if busy_until is None else max(started, busy_until)
        busy_s += max(0.0, (end - begin).total_seconds())
        busy_until = end if busy_until is None else max(busy_until, end)
        runs += 1
        passed += ending == RunEnding.COMPLETED and verdict == Verdict.PASSED
    return StationTime(station, busy_s, runs, passed)
