"""Failures per plan, station, day and measurand, changed by differences in the transaction that changes a run.

Whether a unit has failed before follows from its whole history at the operation: of what a batch touched, the failures
are counted as they stood and as they stand, and the difference is written.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import cache
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Executable, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.failures import RollupFailure
from mes.models.product import Plan
from mes.models.test_run import RunFailure
from mes.projection.history import Run, attempts
from mes.projection.rollups import Counted, counted
from mes.projection.working_set import WorkingSet

NEVER = date.min
"""The day of a failure that there was not."""

_TABLE, _FAILURE, _PLAN = table_of(RollupFailure), table_of(RunFailure), table_of(Plan)
_COUNTS = ("runs", "first_runs", "led")
_FAILURES = Lookup(select(_FAILURE.c.run_id, _FAILURE.c.measurand), _FAILURE.c.run_id)
_PARTS = Lookup(select(_PLAN.c.digest, _PLAN.c.part), _PLAN.c.digest)


class FailureKey(NamedTuple):
    """Which row a failure counts in."""

    plan_digest: str
    station: str
    day: date
    simulated: bool
    operation: str
    measurand: str
    before: date
    before_here: date


class _Standing(NamedTuple):
    """A run that counts, and whether it is its unit's first at the operation."""

    run: Run
    day: date
    first: bool


def fold_failures(connection: Connection, work: WorkingSet) -> None:
    """Count the failures of what the batch touched anew; the table of failures holds them as they are now."""
    were, are = [], []
    for unit_id, operation in work.touched_operations:
        runs = [work.runs[id_] for id_ in work.runs_of[unit_id] if work.runs[id_].operation == operation]
        numbered = attempts(run for run in runs if run.voided_by is None)
        were.append(_standing((run, work.counted.get(run.id), work.attempts.get(run.id, 0)) for run in runs))
        are.append(_standing((run, counted(run, numbered.get(run.id, 0)), numbered.get(run.id, 0)) for run in runs))
    failed: dict[UUID, set[str]] = defaultdict(set)
    for row in work.rows[RunFailure]:
        failed[row["run_id"]].add(row["measurand"])
    for found in _FAILURES.rows(connection, {one.run.id for one in chain(*were)}):
        failed[found.run_id].add(found.measurand)
    if not failed:
        return
    plans = {one.run.plan for one in chain(*were, *are) if one.run.id in failed}
    parts = {row.digest: row.part for row in _PARTS.rows(connection, plans)}
    changes: Counter[tuple[FailureKey, int]] = Counter()
    for histories, sign in ((were, -1), (are, +1)):
        for history in histories:
            for key, counts in _counted(history, failed, parts):
                changes.update({(key, place): sign * count for place, count in enumerate(counts)})
    _write(connection, changes)


def _standing(runs: Iterable[tuple[Run, Counted | None, int]]) -> list[_Standing]:
    standing = [_Standing(run, counts.key.day, attempt == 1) for run, counts, attempt in runs if counts is not None]
    return sorted(standing, key=lambda one: one.run.order)


def _counted(
    history: Collection[_Standing], failed: dict[UUID, set[str]], parts: dict[str, str]
) -> Iterator[tuple[FailureKey, tuple[int, int, int]]]:
    """What the failures of one unit at one operation add, in the order of its runs."""
    last: dict[tuple[str, ...], date] = {}
    for run, day, first in history:
        measurands = sorted(failed.get(run.id, ()))
        for measurand in measurands:
            anywhere = (parts[run.plan], str(run.simulated), measurand)
            here = (*anywhere, run.station)
            days = (last.get(anywhere, NEVER), last.get(here, NEVER))
            key = FailureKey(run.plan, run.station, day, run.simulated, run.operation, measurand, *days)
            yield key, (1, int(first), int(measurand == measurands[0]))
            last[anywhere] = last[here] = day


def _write(connection: Connection, changes: Counter[tuple[FailureKey, int]]) -> None:
    keys = sorted({key for (key, _), count in changes.items() if count})
    if not keys:
        return
    rows = [{**key._asdict(), **{name: changes[key, at] for at, name in enumerate(_COUNTS)}} for key in keys]
    connection.execute(_upsert(connection.dialect.name), rows)
    # Folded anew, a row of nothing would never have been there.
    if emptied := [key for key in keys if changes[key, 0] < 0]:
        named = [{f"old_{name}": value for name, value in key._asdict().items()} for key in emptied]
        connection.execute(_EMPTIED, named)


@cache
def _upsert(dialect: str) -> Executable:
    statement = postgresql.insert(_TABLE) if dialect == "postgresql" else sqlite.insert(_TABLE)
    added = {name: _TABLE.c[name] + statement.excluded[name] for name in _COUNTS}
    return statement.on_conflict_do_update(index_elements=FailureKey._fields, set_=added)


_EMPTIED = delete(_TABLE).where(
    _TABLE.c.runs == 0, *(_TABLE.c[name] == bindparam(f"old_{name}") for name in FailureKey._fields)
)
