"""What lies in a station's spool, seen from outside: read-only, beside the agent that owns it or without one."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from mes.records import RunStarted
from stations.errors import SpoolError
from stations.spool_file import PENDING, open_for_reading

_FIRST_WITH_RUNS = 2
"""The first version of the file that holds open runs and refusals."""


@dataclass(frozen=True, slots=True)
class OpenRunSummary:
    """A run that has begun and has no end yet, and the steps of which the spool holds what they found."""

    run: str
    unit: str
    operation: str
    started_at: datetime
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PinnedEntry:
    """An entry that the centre refuses for good; it and its successors wait for a person."""

    seq: int
    kind: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SpoolSummary:
    """One spool at one moment.

    `owner` is the process that has it open, if one has. `depth` counts the entries that the centre has not
    acknowledged, the oldest of which happened at `oldest_at`, by the station's clock.
    """

    path: Path
    source: str
    simulated: bool
    owner: int | None
    entries: int
    depth: int
    oldest_at: datetime | None
    open_runs: tuple[OpenRunSummary, ...]
    pinned: tuple[PinnedEntry, ...]


def summarise(path: Path) -> SpoolSummary:
    """Look into a spool. Raises `SpoolError` when there is none, or when it cannot be read."""
    connection = open_for_reading(path)
    try:
        connection.execute("BEGIN")
        return _summary(path, connection)
    except (sqlite.Error, KeyError, ValueError) as exc:
        raise SpoolError(f"spool {path}: cannot be read: {exc}; restart its agent, which checks it") from exc
    finally:
        connection.close()


def _summary(path: Path, connection: Any) -> SpoolSummary:
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    entries, depth = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE state = ?) FROM outbox", (PENDING,)
    ).fetchone()
    oldest = _first(connection, "WHERE state = ? ORDER BY seq LIMIT 1", PENDING)
    newest = _first(connection, "ORDER BY seq DESC LIMIT 1")
    runs: tuple[OpenRunSummary, ...] = ()
    pinned: tuple[PinnedEntry, ...] = ()
    if connection.execute("PRAGMA user_version").fetchone()[0] >= _FIRST_WITH_RUNS:
        query = """SELECT open_run.run, outbox.body FROM open_run JOIN outbox ON outbox.seq = open_run.started
            ORDER BY open_run.started"""
        runs = tuple(_open_run(connection, *row) for row in connection.execute(query))
        query = "SELECT seq, kind, reason, since FROM pin JOIN outbox USING (seq) ORDER BY seq"
        pinned = tuple(
            PinnedEntry(seq, kind, reason, datetime.fromisoformat(since))
            for seq, kind, reason, since in connection.execute(query)
        )
    return SpoolSummary(
        path=path,
        source=f"{meta['station']}/{meta['spool']}",
        simulated=bool(newest and newest["simulated"]),
        owner=_owner(path),
        entries=entries,
        depth=depth,
        oldest_at=datetime.fromisoformat(oldest["at"]) if oldest else None,
        open_runs=runs,
        pinned=pinned,
    )


def _first(connection: Any, which: str, *values: Any) -> dict[str, Any] | None:
    row = connection.execute(f"SELECT body FROM outbox {which}", values).fetchone()
    document: dict[str, Any] | None = row and json.loads(row[0])
    return document


def _open_run(connection: Any, run: bytes, body: bytes) -> OpenRunSummary:
    started = RunStarted.model_validate_json(body)
    pieces = connection.execute("SELECT body FROM open_progress WHERE run = ? ORDER BY place", (run,))
    steps = tuple(step["name"] for (piece,) in pieces for step in json.loads(piece).get("steps", ()))
    return OpenRunSummary(str(started.run), str(started.unit), started.operation, started.at, steps)


def _owner(path: Path) -> int | None:
    """The process that the lock file names, if it lives; taking the lock to find out could turn an agent away."""
    try:
        owner = int(Path(f"{path}.lock").read_text(encoding="ascii"))
        os.kill(owner, 0)
    except PermissionError:
        return owner  # another user's process: it lives
    except (OSError, ValueError):
        return None
    return owner
