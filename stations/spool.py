"""The spool: a station's durable outbox, in which a record is safe before the operator sees RECORDED.

One SQLite file with one owner. `append` commits the record's bytes and its place in the hash chain in one
transaction, synced to the disk, before it returns; acknowledged records stay, so that a centre restored from an
old backup gets them again. SQLite comes through `pysqlite3`, whose library is free of the WAL-reset fault that the
interpreter's own copy has (3.7.0 to 3.51.2). The file belongs on a local disk whose cache survives a power cut.
"""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from pysqlite3 import dbapi2 as sqlite

from mes.ledger import AppendReceipt, JournalEntry, chain, genesis
from mes.records import Record, encode_record
from stations.errors import SpoolBusy, SpoolDamaged, SpoolError

_APPLICATION = 0x524C5350
"""SQLite application id of a spool: "RLSP"."""
_VERSION = 1

_PENDING, _ACKNOWLEDGED = 0, 1

_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    f"""CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY,
        record_id BLOB NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        body BLOB NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        state INTEGER NOT NULL DEFAULT {_PENDING} CHECK (state IN ({_PENDING}, {_ACKNOWLEDGED}))
    ) STRICT""",
    f"CREATE INDEX outbox_pending ON outbox (seq) WHERE state = {_PENDING}",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)


class Spool:
    """The outbox of one station.

    `path` is made when absent, and then `new_spool_id` names the spool; `source` is ``station/spool id`` for ever.
    Opening checks the whole file and its chain. Safe to use from several threads; a second process gets
    `SpoolBusy`. Raises `SpoolDamaged` for a file that contradicts itself, `SpoolError` for one that is no spool, or
    another station's.
    """

    def __init__(self, path: Path, station: str, new_spool_id: Callable[[], str]) -> None:
        self.path = path.expanduser().resolve()
        self._thread = threading.RLock()
        self._untrusted: str | None = None
        self._connection: Any = None
        self._lock = _own(self.path)
        try:
            with self._using("open"):
                self._connection = sqlite.connect(self.path, isolation_level=None, timeout=5.0, check_same_thread=False)
                self._configure()
            self.source = self._identify(station, new_spool_id)
            self.verify()
        except BaseException:
            self.close()
            raise

    def append(self, records: Sequence[Record]) -> tuple[JournalEntry, ...]:
        """Commit these records, all or none, and return their journal entries once they are on the disk.

        Raises `SpoolError` when a record is another source's or is already here, or the disk refuses: then nothing
        of this call is recorded.
        """
        for record in records:
            if record.source != self.source:
                raise SpoolError(f"spool {self.path}: record {record.id} comes from {record.source}, not {self.source}")
        with self._transaction("take a record"):
            head = self.head()
            entries = []
            for record in records:
                entry = JournalEntry(self.source, head.seq + 1, encode_record(record))
                head = AppendReceipt(self.source, entry.seq, chain(head.head, entry))
                kind = record.model_dump(include={"kind"})["kind"]
                row = (entry.seq, record.id.bytes, kind, entry.body, head.head)
                try:
                    self._execute("INSERT INTO outbox (seq, record_id, kind, body, hash) VALUES (?, ?, ?, ?, ?)", *row)
                except sqlite.IntegrityError as exc:
                    raise SpoolError(f"spool {self.path}: record {record.id} is here already; make each once") from exc
                entries.append(entry)
        return tuple(entries)

    def pending(self, limit: int = 500, max_bytes: int = 8_000_000) -> tuple[JournalEntry, ...]:
        """The oldest entries that the centre has not acknowledged, in order; at least one if there is any."""
        with self._using("read"):
            row = self._row("SELECT min(seq) FROM outbox WHERE state = ?", _PENDING)
            return () if row[0] is None else self.entries_from(row[0], limit, max_bytes)

    def entries_from(self, seq: int, limit: int = 500, max_bytes: int = 8_000_000) -> tuple[JournalEntry, ...]:
        """Entries from `seq` on, acknowledged or not, in order; at least one if there is any."""
        entries: list[JournalEntry] = []
        with self._using("read"):
            query = "SELECT seq, body FROM outbox WHERE seq >= ? ORDER BY seq LIMIT ?"
            for number, body in self._connection.execute(query, (seq, limit)):
                max_bytes -= len(body)
                if entries and max_bytes < 0:
                    break
                entries.append(JournalEntry(self.source, number, body))
        return tuple(entries)

    def has_released(self, digest: str) -> bool:
        """Whether a definition or plan of this digest is among the entries."""
        query = """SELECT 1 FROM outbox WHERE kind IN ('definition_released', 'plan_released')
            AND json_extract(CAST(body AS TEXT), '$.digest') = ? LIMIT 1"""
        with self._using("read"):
            return self._row(query, digest) is not None

    def head(self) -> AppendReceipt:
        """The last entry's place in the chain; seq 0 and the source's genesis before the first."""
        with self._using("read"):
            row = self._row("SELECT seq, hash FROM outbox ORDER BY seq DESC LIMIT 1")
            return AppendReceipt(self.source, *(row or (0, genesis(self.source))))

    def acknowledge(self, receipt: AppendReceipt) -> None:
        """Mark everything up to `receipt.seq` as held by the centre, whose chain must be this one.

        Raises `SpoolDamaged` when the centre's head at that place is another: one of the two was altered, rolled
        back or cloned, and nothing is marked.
        """
        with self._transaction("acknowledge entries"):
            row = self._row("SELECT hash FROM outbox WHERE seq = ?", receipt.seq)
            own = genesis(self.source) if receipt.seq == 0 else row and row[0]
            if receipt.source != self.source or receipt.head != own:
                raise SpoolDamaged(
                    f"spool {self.path}: the centre holds another chain of {receipt.source} at entry {receipt.seq};"
                    f" nothing is acknowledged\n{self._set_aside()}"
                )
            self._execute(
                "UPDATE outbox SET state = ? WHERE seq <= ? AND state = ?", _ACKNOWLEDGED, receipt.seq, _PENDING
            )

    def depth(self) -> int:
        """How many entries the centre has not acknowledged."""
        with self._using("read"):
            return int(self._row("SELECT count(*) FROM outbox WHERE state = ?", _PENDING)[0])

    def oldest_pending_at(self) -> datetime | None:
        """When the oldest unacknowledged fact happened; None when there is none."""
        oldest = self.pending(limit=1)
        return datetime.fromisoformat(json.loads(oldest[0].body)["at"]) if oldest else None

    def verify(self) -> AppendReceipt:
        """Walk file and chain from the start; gives the head. Raises `SpoolDamaged` naming the first bad entry."""
        with self._using("read"):
            found = self._row("PRAGMA quick_check(1)")[0]
            if found != "ok":
                raise SpoolDamaged(f"spool {self.path}: the file is corrupt: {found}\n{self._set_aside()}")
            head = AppendReceipt(self.source, 0, genesis(self.source))
            for seq, body, stored in self._connection.execute("SELECT seq, body, hash FROM outbox ORDER BY seq"):
                entry = JournalEntry(self.source, head.seq + 1, body)
                head = AppendReceipt(self.source, entry.seq, chain(head.head, entry))
                if (seq, stored) != (head.seq, head.head):
                    problem = "is missing" if seq != entry.seq else "was altered"
                    raise SpoolDamaged(f"spool {self.path}: entry {entry.seq} {problem}\n{self._set_aside()}")
            return head

    def close(self) -> None:
        """Let go of the file; whatever is pending stays for the next owner."""
        with self._thread:
            if self._lock >= 0:
                if self._connection is not None:
                    self._connection.close()
                os.close(self._lock)
                self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _configure(self) -> None:
        application, version, tables = (
            self._row(f"SELECT * FROM {source}")[0]
            for source in ("pragma_application_id", "pragma_user_version", "(SELECT count(*) FROM sqlite_schema)")
        )
        # Looked at before anything is changed: another program's file is left as it was.
        if tables and application != _APPLICATION:
            raise SpoolError(f"spool {self.path}: the file is another program's database; give another path")
        if tables and version != _VERSION:
            raise SpoolError(f"spool {self.path}: is of version {version}, not {_VERSION}; use the release it is of")
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 2),  # FULL: a commit is synced before it is answered
            ("foreign_keys", 1),
            ("trusted_schema", 0),
            ("cell_size_check", 1),
            ("fullfsync", 1),  # macOS: fsync alone does not reach the disk's medium
            ("checkpoint_fullfsync", 1),
        ):
            self._execute(f"PRAGMA {pragma} = {value}")
            if (got := self._row(f"PRAGMA {pragma}")[0]) != value:
                raise SpoolError(f"spool {self.path}: {pragma} stays {got}, need {value}; use a local disk")

    def _identify(self, station: str, new_spool_id: Callable[[], str]) -> str:
        with self._transaction("be made"):
            if self._row("SELECT count(*) FROM sqlite_schema")[0] == 0:
                for statement in _SCHEMA:
                    self._execute(statement)
                for row in (("station", station), ("spool", new_spool_id())):
                    self._execute("INSERT INTO meta (key, value) VALUES (?, ?)", *row)
                _sync_folder(self.path.parent)
            meta = dict(self._connection.execute("SELECT key, value FROM meta"))
        if meta.keys() != {"station", "spool"}:
            raise SpoolDamaged(f"spool {self.path}: it does not say whose it is\n{self._set_aside()}")
        if meta["station"] != station:
            raise SpoolError(f"spool {self.path}: belongs to station {meta['station']}; give {station} one of its own")
        return f"{station}/{meta['spool']}"

    @contextmanager
    def _using(self, act: str) -> Iterator[None]:
        """The connection for this thread alone, with what SQLite says against it told as a `SpoolError`."""
        with self._thread:
            if self._lock < 0:
                raise SpoolError(f"spool {self.path}: cannot {act}: it is closed; open it again")
            if self._untrusted:
                raise SpoolError(f"spool {self.path}: cannot {act} after {self._untrusted}; restart, which checks it")
            try:
                yield
            except sqlite.Error as exc:
                raise self._failure(act, exc) from exc

    @contextmanager
    def _transaction(self, act: str) -> Iterator[None]:
        with self._using(act):
            self._execute("BEGIN IMMEDIATE")
            try:
                yield
                self._execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._execute("ROLLBACK")
                raise

    def _execute(self, statement: str, *values: Any) -> None:
        self._connection.execute(statement, values)

    def _row(self, query: str, *values: Any) -> Any:
        return self._connection.execute(query, values).fetchone()

    def _failure(self, act: str, exc: Any) -> SpoolError:
        code = getattr(exc, "sqlite_errorname", "")
        said = f"spool {self.path}: cannot {act}: {exc}"
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return SpoolDamaged(f"{said}\n{self._set_aside()}")
        if code.startswith("SQLITE_IOERR"):
            # Whether a commit whose sync failed is on the disk is unknown: PostgreSQL panics here, and so do we.
            self._untrusted = f"an I/O error ({code})"
            return SpoolError(f"{said}\nnothing more is taken; check the disk, then restart")
        if code.startswith("SQLITE_FULL"):
            return SpoolError(f"{said}; nothing is recorded, free some space on its disk")
        return SpoolError(f"{said}; nothing is recorded, check who else uses the file and its rights")

    def _set_aside(self) -> str:
        return f"move {self.path.name}* aside, keep it, and restart: a new spool begins; the centre keeps what it has"


def _own(path: Path) -> int:
    """The owner's lock on this spool, held until the descriptor is closed or the process is gone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise SpoolError(f"spool {path}: cannot be locked: {exc.strerror}; give a folder that can be written") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
    except BlockingIOError as exc:
        owner = os.pread(lock, 20, 0).decode("ascii", "replace") or "unknown"
        os.close(lock)
        raise SpoolBusy(
            f"spool {path}: process {owner} owns it; stop that agent, or give this one its own spool"
        ) from exc
    except OSError as exc:
        os.close(lock)
        raise SpoolError(f"spool {path}: cannot be locked: {exc.strerror}; use a local disk") from exc
    return lock


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
