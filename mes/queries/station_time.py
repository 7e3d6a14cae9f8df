"""How long a station worked on units, and how many came out good: what an effectiveness is made of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy import select as core_select
from sqlmodel import col

from mes.models.test_run import TestRun
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
    busy_s, runs, passed = 0.0, 0, 0
    busy_until: datetime | None = None
    with snapshot(engine) as session:
        for started, finished, ending, verdict in session.execute(query):
            end = finished if until is None else min(finished, until)
            begin = started if busy_until is None else max(started, busy_until)
            busy_s += max(0.0, (end - begin).total_seconds())
            busy_until = end if busy_until is None else max(busy_until, end)
            runs += 1
            passed += ending == RunEnding.COMPLETED and verdict == Verdict.PASSED
    return StationTime(station, busy_s, runs, passed)
