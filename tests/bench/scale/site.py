"""A site that grows decade by decade and may be kept: an SQLite file, or a PostgreSQL server in a folder of its own."""

import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from mes.database import create_site, open_engine
from mes.ledger import JournalEntry
from mes.local_ledger import LocalLedger
from mes.postgres_server import PostgresServer
from mes.records import encode_record
from mes.vocabulary import SiteKind
from tests.bench.scale.hall import Batch, Hall

_SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "work_mem": "32MB", "effective_cache_size": "4GB"}
"""What a server of this size would be given; the rest stands as PostgreSQL ships it, and every commit is synced."""


@dataclass(slots=True)
class Load:
    """What a piece of loading took: seconds in `Ledger.append`, and of a processor in this process."""

    runs: int = 0
    records: int = 0
    seconds: float = 0.0
    own_seconds: float = 0.0
    worked: float = 0.0
    """Of processors: of this process and of the database's."""
    size: int = 0
    """Bytes of the database after it."""


@dataclass(slots=True)
class Loaded:
    """What is in the site, so that a load goes on where it was cut off."""

    hall: dict[str, Any]
    waves: int = 0
    runs: int = 0
    records: int = 0
    heads: dict[str, int] = field(default_factory=dict)
    """How far each source was when the last wave was whole."""
    loads: list[Load] = field(default_factory=list)
    """What each wave took."""


class ScaleSite(ABC):
    """One database, and how far it is loaded."""

    name: str
    url: str

    def __init__(self, folder: Path, hall: Hall) -> None:
        self._note = folder / "loaded.json"
        self.hall = hall
        self.loaded = Loaded(asdict(hall))
        if fresh := not self._note.exists():
            create_site(self.url, "scale", SiteKind.SIMULATED)
        else:
            told = json.loads(self._note.read_text(encoding="utf-8"))
            self.loaded = Loaded(**(told | {"loads": [Load(**load) for load in told["loads"]]}))
            if self.loaded.hall != asdict(hall):
                raise SystemExit(f"{folder} holds a load of {self.loaded.hall}, not of {asdict(hall)}: give the same")
        self.engine = open_engine(self.url)
        self.ledger = LocalLedger(self.engine, lambda: datetime.now(UTC))
        if fresh:
            self.send(hall.setting())

    def wave(self, number: int, first: int, last: int) -> Load:
        """Send one wave, all of it or what a load that was cut off has not sent."""
        return self.send(self.hall.wave(number, first, last), waves=1)

    def send(self, batches: Iterable[Batch], waves: int = 0) -> Load:
        """Append batches, and note that they are in; of what was sent before and not noted the ledger takes nothing."""
        load = Load()
        heads = dict(self.loaded.heads)
        for source, records, runs in batches:
            first = heads.get(source, 0) + 1
            heads[source] = first + len(records) - 1
            entries = [JournalEntry(source, first + n, encode_record(record)) for n, record in enumerate(records)]
            began, own, worked = time.perf_counter(), time.process_time(), self.worked()
            self.ledger.append(entries)
            load.seconds += time.perf_counter() - began
            load.own_seconds += time.process_time() - own
            load.worked += self.worked() - worked
            load.runs += runs
            load.records += len(entries)
        if waves:
            load.size = self.size()
            self.loaded.loads.append(load)
        self.loaded.waves += waves
        self.loaded.runs += load.runs
        self.loaded.records += load.records
        self.loaded.heads = heads
        self._note.write_text(json.dumps(asdict(self.loaded)), encoding="utf-8")
        return load

    @abstractmethod
    def size(self) -> int:
        """Bytes of the database."""

    def worked(self) -> float:
        """Seconds of processors spent so far: by this process, and by the database's."""
        return time.process_time()

    @abstractmethod
    def settle(self) -> None:
        """What the database does by itself in quiet hours: statistics, checkpoints."""

    def close(self) -> None:
        """Let go of it; what is loaded stays."""
        self.ledger.close()


class SqliteSite(ScaleSite):
    """A file."""

    name = "sqlite"

    def __init__(self, folder: Path, hall: Hall) -> None:
        self._file = folder / "site.db"
        self.url = f"sqlite:///{self._file}"
        if not (folder / "loaded.json").exists():
            for file in folder.glob("site.db*"):
                file.unlink()
        super().__init__(folder, hall)

    def size(self) -> int:
        """Bytes of the file, the log written back into it."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        return os.path.getsize(self._file)

    def settle(self) -> None:
        """Nothing: SQLite does nothing by itself."""


class PostgresqlSite(ScaleSite):
    """A server that syncs its commits."""

    name = "postgresql"

    def __init__(self, folder: Path, hall: Hall) -> None:
        self._server = PostgresServer(folder)
        self._server.start()
        try:
            if not (folder / "loaded.json").exists():
                self._execute("DROP DATABASE IF EXISTS scale", "CREATE DATABASE scale")
                self._execute(*(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in _SETTINGS.items()))
                self._server.stop()
                self._server.start()
            self.url = self._server.url("scale")
            super().__init__(folder, hall)
        except BaseException:
            self._server.stop()
            raise

    def _execute(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self._server.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def size(self) -> int:
        """Bytes of the database."""
        with psycopg.connect(self.url) as connection:
            (size,) = connection.execute("SELECT pg_database_size('scale')").fetchone() or (0,)
        return int(size)

    def worked(self) -> float:
        """Seconds of processors spent so far by this process and by its connections' (Linux's schedstat)."""
        server = self._server.running()
        if server is None:
            return time.process_time()
        spent = 0
        for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split():
            # What vacuums and writes back in the meantime comes and goes.
            with suppress(OSError):
                process = Path("/proc") / pid
                if b"rackline scale" in (process / "cmdline").read_bytes():
                    spent += int((process / "schedstat").read_text("ascii").split()[0])
        return time.process_time() + spent * 1e-9

    def settle(self) -> None:
        """VACUUM ANALYZE, which autovacuum does, and a checkpoint."""
        self._execute("VACUUM ANALYZE", "CHECKPOINT", database="scale")

    def close(self) -> None:
        """Let go of the database and stop the server; what is loaded stays."""
        super().close()
        self._server.stop()


SITES: dict[str, Callable[[Path, Hall], ScaleSite]] = {"sqlite": SqliteSite, "postgres": PostgresqlSite}


@contextmanager
def opened(name: str, folder: Path, hall: Hall) -> Iterator[ScaleSite]:
    """The site of this name in this folder, made or gone on with."""
    site = SITES[name](folder, hall)
    try:
        yield site
    finally:
        site.close()
