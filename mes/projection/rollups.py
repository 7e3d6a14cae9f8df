"""Counts per plan, station and day, changed by differences in the transaction that changes a run."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from mes.models import table_of
from mes.models.test_run import Rollup
from mes.projection.history import Run
from mes.vocabulary import RunEnding, Verdict

_KEY = ("plan_digest", "station", "day", "simulated", "operation")
_COUNTS = ("runs", "passed", "failed", "errors", "aborted", "first_runs", "first_passed")


_ROLLUP = table_of(Rollup)
_EMPTIED = delete(_ROLLUP).where(_ROLLUP.c.runs == 0, *(_ROLLUP.c[name] == bindparam(f"old_{name}") for name in _KEY))


class RollupKey(NamedTuple):
    """Which rollup row a run counts in: the UTC day is that of its start."""

    plan_digest: str
    station: str
    day: date
    simulated: bool
    operation: str


class Counted(NamedTuple):
    """What one run adds to its rollup row, in the order of the row's columns."""

    key: RollupKey
    counts: tuple[int, ...]


def counted(run: Run, attempt: int) -> Counted | None:
    """What a run adds; None until it has finished, and when it was voided."""
    if not run.finished or run.voided_by is not None:
        return None
    failed = run.verdict == Verdict.FAILED
    errors = not failed and run.ending == RunEnding.ERROR
    aborted = not failed and run.ending == RunEnding.ABORTED
    first = attempt == 1
    key = RollupKey(run.plan, run.station, run.started_at.astimezone(UTC).date(), run.simulated, run.operation)
    return Counted(
        key, (1, int(run.passed), int(failed), int(errors), int(aborted), int(first), int(first and run.passed))
    )


class RollupChanges:
    """The differences of one transaction, summed per row."""

    def __init__(self) -> None:
        self._sums: dict[RollupKey, list[int]] = defaultdict(lambda: [0] * len(_COUNTS))

    def replace(self, before: Counted | None, after: Counted | None) -> None:
        """Count a run as `after` where it counted as `before`."""
        if before != after:
            self._add(before, -1)
            self._add(after, +1)

    def write(self, connection: Connection) -> None:
        """Add the differences to the table."""
        rows = [
            {**key._asdict(), **dict(zip(_COUNTS, sums, strict=True))}
            for key, sums in sorted(self._sums.items())
            if any(sums)
        ]
        if rows:
            self._upsert(connection, rows)
        # A row of nothing would tell of a run that was voided; folded anew it would never have been there.
        for key in sorted(key for key, sums in self._sums.items() if sums[0] < 0):
            connection.execute(_EMPTIED, {f"old_{name}": value for name, value in key._asdict().items()})

    def _add(self, counted: Counted | None, sign: int) -> None:
        if counted is not None:
            sums = self._sums[counted.key]
            for place, count in enumerate(counted.counts):
                sums[place] += sign * count

    def _upsert(self, connection: Connection, rows: Iterable[dict[str, object]]) -> None:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(_ROLLUP)
        added = {name: _ROLLUP.c[name] + statement.excluded[name] for name in _COUNTS}
        connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=added), list(rows))
