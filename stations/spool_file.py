"""The file under a spool: one owner, synced commits, and SQLite's complaints in the words of a person at the bench.

SQLite comes through `pysqlite3`, whose library is free of the WAL-reset fault that the interpreter's own copy has
(3.7.0 to 3.51.2). Every pragma that durability rests on is read back, because SQLite ignores what it does not know;
whether the disk keeps what it says it keeps is for the disk. What the tables mean is the spool's business.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from stations.errors import SpoolBusy, SpoolDamaged, SpoolError

IntegrityError = sqlite.IntegrityError
"""A row that contradicts the tables' own rules."""

_APPLICATION = 0x524C5350
"""SQLite application id of a spool: "RLSP"."""
_VERSION = 2

PENDING, ACKNOWLEDGED = 0, 1
"""The states of an entry: whether the centre has proven that it holds it."""

_OUTBOX = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    f"""CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY,
        record_id BLOB NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        body BLOB NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        state INTEGER NOT NULL DEFAULT {PENDING} CHECK (state IN ({PENDING}, {ACKNOWLEDGED}))
    ) STRICT""",
    f"CREATE INDEX outbox_pending ON outbox (seq) WHERE state = {PENDING}",
    f"PRAGMA application_id = {_APPLICATION}",
)
_PROGRESS = (
    """CREATE TABLE open_run (
        run BLOB PRIMARY KEY CHECK (length(run) = 16),
        started INTEGER NOT NULL UNIQUE REFERENCES outbox (seq),
        basis BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE open_progress (
        run BLOB NOT NULL REFERENCES open_run (run) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (run, place)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE pin (
        seq INTEGER PRIMARY KEY REFERENCES outbox (seq),
        reason TEXT NOT NULL,
        since TEXT NOT NULL
    ) STRICT""",
    f"PRAGMA user_version = {_VERSION}",
)
_STEPS = {0: (*_OUTBOX, *_PROGRESS), 1: _PROGRESS, _VERSION: ()}
"""What brings a file of each known version to the present one; version 0 is a file without tables."""


class SpoolFile:
    """An open spool file and its owner's lock.

    `path` is made when absent. Safe to use from several threads, one at a time; a second process gets `SpoolBusy`.
    Raises `SpoolDamaged` for a file that is no whole database, `SpoolError` for one that is no spool.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._thread = threading.RLock()
        self._untrusted: str | None = None
        self.connection: Any = None
        self._lock = _own(self.path)
        try:
            with self.using("open"):
                self.connection = sqlite.connect(self.path, isolation_level=None, timeout=5.0, check_same_thread=False)
                version = self._known_version()
                self._configure()
            self._steps = _STEPS[version]
        except BaseException:
            self.close()
            raise

    def prepare(self, fill: Callable[[], None]) -> None:
        """Bring the tables to the present version; `fill` writes the first rows of new ones in the same transaction."""
        if not self._steps:
            return
        with self.transaction("be made"):
            for statement in self._steps:
                self.execute(statement)
            if self._steps is _STEPS[0]:
                fill()
                _sync_folder(self.path.parent)
        self._steps = ()

    @contextmanager
    def using(self, act: str) -> Iterator[None]:
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
    def transaction(self, act: str) -> Iterator[None]:
        """Commit what is executed inside, all or none; it is on the disk when this ends without an error."""
        with self.using(act):
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.execute("ROLLBACK")
                raise

    def execute(self, statement: str, *values: Any) -> int:
        """Execute one statement; how many rows it changed."""
        changed: int = self.connection.execute(statement, values).rowcount
        return changed

    def row(self, query: str, *values: Any) -> Any:
        """The first row, or None."""
        return self.connection.execute(query, values).fetchone()

    def rows(self, query: str, *values: Any) -> Iterator[Any]:
        """Every row, as it is read."""
        rows: Iterator[Any] = self.connection.execute(query, values)
        return rows

    def check(self) -> None:
        """Raise `SpoolDamaged` when the file is no whole database."""
        found = self.row("PRAGMA quick_check(1)")[0]
        if found != "ok":
            raise self.damaged(f"the file is corrupt: {found}")

    def damaged(self, problem: str) -> SpoolDamaged:
        """The error that says what is wrong with this spool and what to do with its file."""
        return SpoolDamaged(
            f"spool {self.path}: {problem}\nmove {self.path.name}* aside, keep it, and restart: a new spool begins;"
            " the centre keeps what it has"
        )

    def close(self) -> None:
        """Let go of the file; closing twice is allowed."""
        with self._thread:
            if self._lock >= 0:
                if self.connection is not None:
                    self.connection.close()
                # An empty lock file says that its last owner went in good order.
                os.ftruncate(self._lock, 0)
                os.close(self._lock)
                self._lock = -1

    def _known_version(self) -> int:
        application, version, tables = (
            self.row(f"SELECT * FROM {source}")[0]
            for source in ("pragma_application_id", "pragma_user_version", "(SELECT count(*) FROM sqlite_schema)")
        )
        # Looked at before anything is changed: another program's file is left as it was.
        if not tables:
            return 0
        if application != _APPLICATION:
            raise SpoolError(f"spool {self.path}: the file is another program's database; give another path")
        if version not in _STEPS or version == 0:
            raise SpoolError(f"spool {self.path}: is of version {version}, not {_VERSION}; use the release it is of")
        return int(version)

    def _configure(self) -> None:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 2),  # FULL: a commit is synced before it is answered
            ("foreign_keys", 1),
            ("trusted_schema", 0),
            ("cell_size_check", 1),
            ("fullfsync", 1),  # macOS: fsync alone does not reach the disk's medium
            ("checkpoint_fullfsync", 1),
        ):
            self.execute(f"PRAGMA {pragma} = {value}")
            if (got := self.row(f"PRAGMA {pragma}")[0]) != value:
                raise SpoolError(f"spool {self.path}: {pragma} stays {got}, need {value}; use a local disk")

    def _failure(self, act: str, exc: Any) -> SpoolError:
        code = getattr(exc, "sqlite_errorname", "")
        said = f"cannot {act}: {exc}"
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return self.damaged(said)
        if code.startswith("SQLITE_IOERR"):
            # Whether a commit whose sync failed is on the disk is unknown: PostgreSQL panics here, and so do we.
            self._untrusted = f"an I/O error ({code})"
            return SpoolError(f"spool {self.path}: {said}\nnothing more is taken; check the disk, then restart")
        if code.startswith("SQLITE_FULL"):
            return SpoolError(f"spool {self.path}: {said}; nothing is recorded, free some space on its disk")
        return SpoolError(
            f"spool {self.path}: {said}; nothing is recorded, check who else uses the file and its rights"
        )


def open_for_reading(path: Path) -> Any:
    """A connection that only looks, beside the owner or without one.

    Raises `SpoolError` when there is no spool of a version that can be read.
    """
    try:
        connection = sqlite.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
    except sqlite.Error as exc:
        raise SpoolError(f"spool {path}: cannot be opened: {exc}; check the path and its rights") from exc
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite.Error as exc:
        connection.close()
        raise SpoolError(f"spool {path}: cannot be read: {exc}; restart its agent, which checks it") from exc
    if application != _APPLICATION or version not in range(1, _VERSION + 1):
        connection.close()
        raise SpoolError(f"spool {path}: is no spool of version 1 to {_VERSION}; give another path")
    return connection


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
