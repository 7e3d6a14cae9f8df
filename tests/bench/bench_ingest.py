"""Runs of 100 measurands into the central database, beside the bare insert of the very rows that follow from them.

Each batch is journalled and folded by our ledger; then the rows that it left in every table go into a twin of the
database by the database's own fastest way. The twin has the same tables, keys and indexes.
"""

import os
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Json
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from mes.database import create_site, open_engine
from mes.local_ledger import LocalLedger
from mes.vocabulary import SiteKind
from tests.bench.corpus import Corpus
from tests.bench.figure import Figure, alone, compared
from tests.conftest import PostgresServer

MEASURANDS = 100
_SETTING = ("material", "route_step", "plan", "plan_measurand", "unit")
_GROWING = ("journal", "test_run", "run_instrument", "run_failure")

_BATCHES = (
    "batches of run_started and run_finished, one transaction each, in turns with the bare one; the first not counted; "
)
_SAME_ROWS = (
    _BATCHES + "ours also checks every record, hashes the chain, numbers attempts, moves unit states and counts the "
    "rollups; in process, not over HTTP, which is still to come"
)
_STORED = "everything that the site grew by (journal with its JSON, tables, indexes), by the number of measurements"


class Twin(ABC):
    """A site's database, and beside it one of the same tables that only ever sees finished rows."""

    url: str
    engine: Engine

    def __init__(self) -> None:
        create_site(self.url, "bench", SiteKind.SIMULATED)
        self.engine = open_engine(self.url)
        self.ledger = LocalLedger(self.engine, lambda: datetime.now(UTC))
        self.corpus = Corpus(MEASURANDS)
        self._unit = 0

    def prepare(self, units: int) -> None:
        """Register so many units and give the twin what the runs will refer to."""
        entries = self.corpus.entries(self.corpus.setting(units))
        for start in range(0, len(entries), 2000):
            self.ledger.append(entries[start : start + 2000])
        for table in _SETTING:
            self.copy(table, self.grown(table))

    def pairs(self, runs: int, batches: int) -> Iterator[tuple[float, dict[str, list[Any]]]]:
        """Seconds that each batch of so many runs took, and the rows that it left."""
        for table in _GROWING:
            self.grown(table)
        for _ in range(batches):
            units = range(self._unit, self._unit + runs)
            self._unit += runs
            entries = self.corpus.entries([record for unit in units for record in self.corpus.run(unit)])
            began = time.perf_counter()
            self.ledger.append(entries)
            yield time.perf_counter() - began, {table: self.grown(table) for table in _GROWING}

    @abstractmethod
    def grown(self, table: str) -> list[Any]:
        """The rows that came since this was asked before."""

    @abstractmethod
    def copy(self, table: str, rows: Sequence[Any]) -> None:
        """Put rows into the twin, in a transaction of its own."""

    @abstractmethod
    def bare(self, rows: dict[str, list[Any]]) -> float:
        """Put a batch's rows into the twin; the seconds that it took."""

    @abstractmethod
    def size(self) -> dict[str, int]:
        """Bytes of the whole site, and of the table of runs where the database can say."""

    @abstractmethod
    def close(self) -> None:
        """Let go of both databases."""


class SqliteTwin(Twin):
    """Two files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "site.db"
        self.url = f"sqlite:///{self.file}"
        super().__init__()
        create_site(f"sqlite:///{folder / 'twin.db'}", "twin", SiteKind.SIMULATED)
        self._reader = sqlite.connect(self.file)
        self._twin = sqlite.connect(folder / "twin.db", isolation_level=None)
        self._twin.execute("PRAGMA synchronous = FULL")
        self._twin.execute("CREATE TABLE vector (id BLOB PRIMARY KEY, unit TEXT, at TEXT, verdict TEXT, measured BLOB)")
        self._seen: dict[str, int] = {}

    def grown(self, table: str) -> list[Any]:
        """The rows that came since this was asked before."""
        last = self._seen.get(table, 0)
        rows = self._reader.execute(f"SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid", (last,)).fetchall()
        self._seen[table] = rows[-1][0] if rows else last
        return [row[1:] for row in rows]

    def copy(self, table: str, rows: Sequence[Any]) -> None:
        """Put rows into the twin, in a transaction of its own."""
        self.bare({table: list(rows)})

    def bare(self, rows: dict[str, list[Any]]) -> float:
        """Seconds of one executemany for each table, and the commit."""
        began = time.perf_counter()
        self._twin.execute("BEGIN IMMEDIATE")
        for table, told in rows.items():
            if told:
                marks = ", ".join("?" * len(told[0]))
                self._twin.executemany(f"INSERT INTO {table} VALUES ({marks})", told)
        self._twin.execute("COMMIT")
        return time.perf_counter() - began

    def vectors(self, rows: dict[str, list[Any]]) -> float:
        """Seconds of a table that keeps one row a run with its vector, and nothing else: no journal, no steps."""
        names = [column[1] for column in self._twin.execute("PRAGMA table_info(test_run)")]
        wanted = [names.index(name) for name in ("id", "unit_id", "started_at", "verdict", "measurements")]
        return self.bare({"vector": [tuple(row[place] for place in wanted) for row in rows["test_run"]]})

    def size(self) -> dict[str, int]:
        """Bytes of the file, the log written back into it."""
        self._reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return {"site": os.path.getsize(self.file)}

    def close(self) -> None:
        """Let go of both files."""
        self._reader.close()
        self._twin.close()
        self.ledger.close()


class _Orm(DeclarativeBase):
    """The tables of the contrast."""


class Measurement(_Orm):
    """A measurement as a row of its own, as most systems keep it."""

    __tablename__ = "tall_measurement"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    name: Mapped[str]
    value: Mapped[float]


class PostgresqlTwin(Twin):
    """Two databases of one server."""

    def __init__(self, server: PostgresServer) -> None:
        server.execute("CREATE DATABASE bench_site", "CREATE DATABASE bench_twin")
        self.url = server.url("bench_site")
        super().__init__()
        create_site(server.url("bench_twin"), "twin", SiteKind.SIMULATED)
        self._reader = psycopg.connect(server.url("bench_site"), autocommit=True)
        self._twin = psycopg.connect(server.url("bench_twin"), autocommit=True)
        self._orm = create_engine(server.url("bench_twin").replace("postgresql://", "postgresql+psycopg://"))
        _Orm.metadata.create_all(self._orm)
        self._types = {table: self._columns(table) for table in (*_SETTING, *_GROWING)}
        self._seen: dict[str, int] = {}

    def _columns(self, table: str) -> list[tuple[str, str]]:
        query = """SELECT column_name, udt_name FROM information_schema.columns
            WHERE table_name = %s ORDER BY ordinal_position"""
        return list(self._reader.execute(query, (table,)).fetchall())

    def grown(self, table: str) -> list[Any]:
        """The rows that came since this was asked before, by the transactions that wrote them."""
        columns = [
            sql.SQL("{}::text").format(sql.Identifier(name)) if kind == "json" else sql.Identifier(name)
            for name, kind in self._types[table]
        ]
        query = sql.SQL("SELECT {}, xmin::text::bigint FROM {} WHERE xmin::text::bigint > {}").format(
            sql.SQL(", ").join(columns), sql.Identifier(table), sql.Literal(self._seen.get(table, 0))
        )
        rows = self._reader.execute(query, binary=True).fetchall()
        self._seen[table] = max((row[-1] for row in rows), default=self._seen.get(table, 0))
        documents = [place for place, (_, kind) in enumerate(self._types[table]) if kind == "json"]
        told = []
        for row in rows:
            values = list(row[:-1])
            for place in documents:
                # The text is there already: the bare way must not pay for making it.
                values[place] = Json(values[place], dumps=str.encode)
            told.append(values)
        return told

    def copy(self, table: str, rows: Sequence[Any]) -> None:
        """Put rows into the twin, in a transaction of its own."""
        self.bare({table: list(rows)})

    def bare(self, rows: dict[str, list[Any]]) -> float:
        """Seconds of one binary COPY for each table, and the commit."""
        began = time.perf_counter()
        with self._twin.transaction(), self._twin.cursor() as cursor:
            for table, told in rows.items():
                statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table))
                with cursor.copy(statement) as copy:
                    copy.set_types(
                        [kind.removeprefix("_") + "[]" * kind.startswith("_") for _, kind in self._types[table]]
                    )
                    for row in told:
                        copy.write_row(row)
        return time.perf_counter() - began

    def tall(self, rows: dict[str, list[Any]]) -> float:
        """Seconds of a row for each measurement through SQLAlchemy's ORM."""
        names = [name for name, _ in self._types["test_run"]]
        run, values = names.index("id"), names.index("measurements")
        began = time.perf_counter()
        with Session(self._orm) as session, session.begin():
            session.add_all(
                Measurement(run_id=str(row[run]), name=f"m{place:03d}", value=value)
                for row in rows["test_run"]
                for place, value in enumerate(row[values])
            )
        return time.perf_counter() - began

    def size(self) -> dict[str, int]:
        """Bytes of the database, and of the table of runs with its indexes and long values."""
        self._reader.execute("CHECKPOINT")
        query = "SELECT pg_database_size('bench_site'), pg_total_relation_size('test_run')"
        site, runs = self._reader.execute(query).fetchone() or (0, 0)
        return {"site": site, "runs": runs}

    def close(self) -> None:
        """Let go of both databases."""
        self._orm.dispose()
        self._reader.close()
        self._twin.close()
        self.ledger.close()


def sqlite_figures(folder: Path, runs: int, batches: int) -> list[Figure]:
    """Ingest and storage on SQLite."""
    twin = SqliteTwin(folder)
    try:
        twin.prepare(runs * (batches + 1))
        before = twin.size()["site"]
        measured = [(seconds, twin.bare(rows), twin.vectors(rows)) for seconds, rows in twin.pairs(runs, batches + 1)]
        stored = (twin.size()["site"] - before) / (runs * (batches + 1) * MEASURANDS)
    finally:
        twin.close()
    return [
        compared(
            "ingest of runs of 100 measurands, SQLite",
            "runs/s",
            [(runs / ours, runs / bare) for ours, bare, _ in measured[1:]],
            "executemany of the same rows",
            better="more",
            share=True,
            goal="≥ 50 %",
            met=lambda share: share >= 0.5,
            note=_SAME_ROWS,
        ),
        compared(
            "the same",
            "runs/s",
            [(runs / ours, runs / vectors) for ours, _, vectors in measured[1:]],
            "executemany of one row a run with its vector only",
            better="more",
            share=True,
            note="not the same work: no journal, no steps, no instruments, no indexes",
        ),
        alone("storage of a measurement, SQLite", "B", [stored], goal="≤ 16 B", met=lambda b: b <= 16, note=_STORED),
    ]


def postgresql_figures(server: PostgresServer, runs: int, batches: int) -> list[Figure]:
    """Ingest and storage on PostgreSQL."""
    twin = PostgresqlTwin(server)
    try:
        twin.prepare(runs * (batches + 1))
        before = twin.size()
        measured, tall = [], []
        for place, (seconds, rows) in enumerate(twin.pairs(runs, batches + 1)):
            measured.append((seconds, twin.bare(rows)))
            if place in (1, 2):
                tall.append((seconds, twin.tall(rows)))
        after = twin.size()
    finally:
        twin.close()
    measurements = runs * (batches + 1) * MEASURANDS
    return [
        compared(
            "ingest of runs of 100 measurands, PostgreSQL",
            "runs/s",
            [(runs / ours, runs / bare) for ours, bare in measured[1:]],
            "binary COPY of the same rows by psycopg",
            better="more",
            share=True,
            goal="≥ 50 %",
            met=lambda share: share >= 0.5,
            note=_SAME_ROWS,
        ),
        compared(
            "the same",
            "runs/s",
            [(runs / ours, runs / rows) for ours, rows in tall],
            "an ORM row for each measurement",
            better="more",
            goal="≥ 20 ×",
            met=lambda ratio: ratio >= 20,
            note="the measurements alone, by SQLAlchemy's session.add_all; neither journal nor runs",
        ),
        alone(
            "storage of a measurement, PostgreSQL",
            "B",
            [(after["site"] - before["site"]) / measurements],
            goal="≤ 16 B",
            met=lambda b: b <= 16,
            note=_STORED,
        ),
        alone(
            "of this the table of runs",
            "B",
            [(after["runs"] - before["runs"]) / measurements],
            note="with its indexes, steps and the vectors",
        ),
    ]


@contextmanager
def durable_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that syncs its commits."""
    with tempfile.TemporaryDirectory(prefix="rackline-pg-") as folder:
        server = PostgresServer(Path(folder), durable=True)
        try:
            yield server
        finally:
            server.stop()


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    runs, batches = (250, 3) if quick else (500, 12)
    told: list[Figure] = []
    # In the working folder and not under /tmp, which is in memory on many machines.
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        told += sqlite_figures(Path(name), runs, batches)
    with durable_server() as server:
        told += postgresql_figures(server, runs, batches)
    return told
