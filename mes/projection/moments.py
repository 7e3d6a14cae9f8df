"""Moments of values, folded in the transaction that ends a run.

A row belongs to one source, and the values of its runs are folded in the order of that source's chain, one run after
the other and never batch by batch: whichever way the entries were cut or heard, the row has the same bits. When a run
is voided, its rows are folded again from the runs that still count, in the same order, as if it had never been there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Executable, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.moments import RollupMoments
from mes.models.product import PlanMeasurand
from mes.models.test_run import TestRun
from mes.projection.history import Run
from mes.statistics.moments import fixed_origin
from mes.vocabulary import RunEnding

if TYPE_CHECKING:
    from mes.statistics.moment_vectors import MomentVectors, Vector

Row = dict[str, Any]

_TABLE, _RUN, _MEASURAND = table_of(RollupMoments), table_of(TestRun), table_of(PlanMeasurand)
_KEY = ("plan_digest", "station", "source", "day", "simulated")
_COUNTS = ("origins", "counts", "offsets", "m2s")
_EXTREMES = ("minima", "maxima")
_STREAM = {"yield_per": 500}


class MomentKey(NamedTuple):
    """Which row a run counts in: the UTC day is that of its start."""

    plan_digest: str
    station: str
    source: str
    day: date
    simulated: bool


def fold_moments(connection: Connection, voided: Iterable[Run], written: Iterable[Row]) -> None:
    """Fold the runs that ended, and leave out what was voided; the tables hold both as they are now.

    `voided` are runs that counted until now; `written` are the rows of runs of a batch, ended or not.
    """
    left = {_key(run.plan, run.station, run.source, run.started_at, run.simulated) for run in voided if _counts(run)}
    ended: dict[MomentKey, list[Row]] = defaultdict(list)
    for row in written:
        if row["ending"] == RunEnding.COMPLETED and row["voided_by"] is None:
            key = _key(row["plan_digest"], row["station"], row["source"], row["started_at"], row["simulated"])
            if key not in left:
                ended[key].append(row)
    moments = _Moments(connection)
    for key in sorted(left):
        moments.fold_again(key)
    moments.fold_on(ended)
    moments.write()


def _counts(run: Run) -> bool:
    return run.ending == RunEnding.COMPLETED


def _key(plan: str, station: str, source: str, started_at: datetime, simulated: bool) -> MomentKey:
    return MomentKey(plan, station, source, started_at.astimezone(UTC).date(), simulated)


class _Moments:
    """The rows that one batch changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._origins: dict[str, list[float]] = {}
        self._rows: list[Row] = []

    def fold_on(self, ended: Mapping[MomentKey, list[Row]]) -> None:
        """Add runs to their rows."""
        held: dict[MomentKey, Any] = {}
        for told, keys in groupby(sorted(ended), key=lambda key: key[:3]):
            days = [key.day for key in keys]
            scope = dict(zip(_KEY[:3], told, strict=True))
            for found in _HELD.rows(self._connection, set(days), **scope):
                held[MomentKey(*(getattr(found, name) for name in _KEY))] = found
        for key in sorted(ended):
            vectors = [row["measurements"] for row in sorted(ended[key], key=lambda row: int(row["seq"]))]
            row = held.get(key)
            moments = self._new(key.plan_digest) if row is None else _stored(row)
            moments.fold(_matrix(vectors))
            self._put(key, len(vectors) + (0 if row is None else row.runs), moments)

    def fold_again(self, key: MomentKey) -> None:
        """Every run that still counts in a row, from the first; without one there is no row."""
        begin = datetime.combine(key.day, time(), UTC)
        window = {**key._asdict(), "begin": begin, "last": begin + timedelta(days=1, microseconds=-1)}
        moments, runs = self._new(key.plan_digest), 0
        found = self._connection.execute(_STANDING, window, execution_options=_STREAM)
        for vectors in found.scalars().partitions():
            moments.fold(_matrix(vectors))
            runs += len(vectors)
        if runs:
            self._put(key, runs, moments)
        else:
            self._connection.execute(_EMPTIED, {f"old_{name}": value for name, value in key._asdict().items()})

    def write(self) -> None:
        """Write the rows."""
        if self._rows:
            self._connection.execute(_upsert(self._connection.dialect.name), self._rows)

    def _new(self, plan: str) -> "MomentVectors":
        from mes.statistics.moment_vectors import MomentVectors  # noqa: PLC0415 - most acts at the desk end no run

        if plan not in self._origins:
            self._origins[plan] = [
                fixed_origin(row.definition.get("nominal"), row.low, row.high)
                for row in self._connection.execute(_MEASURANDS, {"plan_digest": plan})
            ]
        return MomentVectors.about(self._origins[plan])

    def _put(self, key: MomentKey, runs: int, moments: "MomentVectors") -> None:
        vectors = {
            name: [None if value != value else value for value in getattr(moments, name).tolist()]
            for name in (*_COUNTS, *_EXTREMES)
        }
        self._rows.append({**key._asdict(), "runs": runs, **vectors})


def _stored(row: Any) -> "MomentVectors":
    from mes.statistics.moment_vectors import MomentVectors  # noqa: PLC0415 - as above

    return MomentVectors(*(_matrix(getattr(row, name)) for name in (*_COUNTS, *_EXTREMES)))


def _matrix(values: Any) -> "Vector":
    import numpy as np  # noqa: PLC0415 - as above

    # None becomes NaN.
    return np.array(values, dtype=np.float64)


@cache
def _upsert(dialect: str) -> Executable:
    statement = postgresql.insert(_TABLE) if dialect == "postgresql" else sqlite.insert(_TABLE)
    changed = {name: statement.excluded[name] for name in ("runs", *_COUNTS, *_EXTREMES)}
    return statement.on_conflict_do_update(index_elements=_KEY, set_=changed)


_HELD = Lookup(select(_TABLE).where(*(_TABLE.c[name] == bindparam(name) for name in _KEY[:3])), _TABLE.c.day)
_EMPTIED = delete(_TABLE).where(*(_TABLE.c[name] == bindparam(f"old_{name}") for name in _KEY))
_MEASURANDS = (
    select(_MEASURAND.c.low, _MEASURAND.c.high, _MEASURAND.c.definition)
    .where(_MEASURAND.c.plan_digest == bindparam("plan_digest"))
    .order_by(_MEASURAND.c.place)
)
_STANDING = (
    select(_RUN.c.measurements)
    .where(
        *(_RUN.c[name] == bindparam(name) for name in ("plan_digest", "station", "source", "simulated")),
        _RUN.c.started_at >= bindparam("begin"),
        _RUN.c.started_at <= bindparam("last"),
        _RUN.c.ending == RunEnding.COMPLETED.value,
        _RUN.c.voided_by.is_(None),
    )
    .order_by(_RUN.c.seq)
)
