"""Engines for the two databases, and the one way to read or write in them.

SQLite goes through `pysqlite3`, whose SQLite is free of the WAL bug of 3.7-3.51.2 that several writing processes can
meet. It is opened with write-ahead logging, `synchronous=FULL` and a busy timeout, with one writing connection per
process and readers in `mode=ro`, so that a console and a line share one file. PostgreSQL goes through psycopg 3.

There is one writer at a time on either database (BEGIN IMMEDIATE; an advisory lock): positions in the journal are
then in the order of the commits, so that folding the journal again meets the same facts in the same order.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pysqlite3
from pydantic_core import to_json
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, insert, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlmodel import col

from mes.database_errors import translated
from mes.ledger import Site, WrongDatabase
from mes.models.journal import SiteRow
from mes.schema import APPLICATION_ID, require_schema
from mes.vector import register_functions
from mes.vocabulary import SiteKind

LOCK_TIMEOUT_S = 5.0
"""How long a writer waits for another one before it says that the database is unavailable."""

_WRITER_LOCK = 0x5241434B
_READ = "rackline_read"


def _now() -> datetime:
    return datetime.now(UTC)


def open_engine(url: str, *, older: bool = False) -> Engine:
    """The engine that writes to an existing site of this release's schema, or with `older` of one before it.

    Raises `WrongDatabase` for what is absent, empty, foreign, of another version or no database at all (nothing is
    written to it), `LedgerUnavailable` when it cannot be reached now.
    """
    target = _parse(url)
    if target.get_backend_name() == "sqlite":
        reader = _sqlite_engine(target, read_only=True)
        try:
            _check(reader, older=older)
        finally:
            reader.dispose()
        return _sqlite_engine(target, read_only=False)
    return _checked(_postgresql_engine(target, read_only=False), older=older)


def read_only_engine(url: str, *, older: bool = False) -> Engine:
    """An engine that can only read an existing site. Raises as `open_engine` does."""
    target = _parse(url)
    factory = _sqlite_engine if target.get_backend_name() == "sqlite" else _postgresql_engine
    return _checked(factory(target, read_only=True), older=older)


def create_site(url: str, name: str, kind: SiteKind, now: Callable[[], datetime] = _now) -> Site:
    """Make the tables and the one row that says whose database this is.

    Raises `WrongDatabase` when the database already holds something.
    """
    if not make_site(url, name, kind, now):
        raise WrongDatabase(
            f"database {_shown(_parse(url))}: cannot make a site in it: it is not empty\n"
            "give the name of a new file or of an empty database"
        )
    return Site(name, kind)


def make_site(url: str, name: str, kind: SiteKind, now: Callable[[], datetime]) -> bool:
    """Make a site unless the database already holds something; whether it was made.

    Two processes may ask at once: one makes it, the other hears False.
    """
    from mes.migrations import upgrade  # noqa: PLC0415 - Alembic is heavy, and only a new site needs it

    target = _parse(url)
    if target.get_backend_name() == "sqlite":
        _make_folder(Path(str(target.database)))
        engine = _sqlite_engine(target, read_only=False, create=True)
    else:
        engine = _postgresql_engine(target, read_only=False)
    try:
        with writing(engine) as connection:
            if inspect(connection).get_table_names():
                return False
            upgrade(connection)
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            site = {"id": 1, "name": name, "kind": kind.value, "identity": uuid4(), "created_at": now()}
            connection.execute(insert(SiteRow), site)
    finally:
        engine.dispose()
    return True


def is_absent(url: str) -> bool:
    """Whether this is an SQLite file that does not exist yet."""
    target = _parse(url)
    return target.get_backend_name() == "sqlite" and not Path(str(target.database)).exists()


def is_empty(url: str) -> bool:
    """Whether a site could be made here: nothing is there yet, or a database without tables."""
    target = _parse(url)
    if is_absent(url):
        return True
    if target.get_backend_name() == "sqlite" and not Path(str(target.database)).is_file():
        return False
    factory = _sqlite_engine if target.get_backend_name() == "sqlite" else _postgresql_engine
    engine = factory(target, read_only=True)
    try:
        with reading(engine) as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def read_site(connection: Connection) -> Site:
    """The site that this database belongs to."""
    row = connection.execute(select(col(SiteRow.name), col(SiteRow.kind), col(SiteRow.identity))).one_or_none()
    if row is None:
        raise WrongDatabase(
            f"database {_shown(connection.engine.url)}: it does not say whose it is: its site row is gone\n"
            "restore it from a backup"
        )
    return Site(row.name, SiteKind(row.kind), row.identity)


def _make_folder(file: Path) -> None:
    if file.is_dir():
        raise WrongDatabase(f"database {file}: it is a folder\ngive the name of a file in it")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"database folder {file.parent}: cannot be made: {error.strerror}"
        raise WrongDatabase(f"{problem}\ngive a folder that can be written") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads a single state and takes no lock. Raises `LedgerUnavailable`, `WrongDatabase`."""
    with translated(_shown(engine.url)), engine.connect() as connection:
        options: dict[str, Any] = {_READ: True}
        if engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        connection = connection.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction of the only writer; committed at the end, undone by an exception.

    Raises `LedgerUnavailable` when another writer holds the database for longer than `LOCK_TIMEOUT_S`.
    """
    with translated(_shown(engine.url)), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
        yield connection


@contextmanager
def along_the_index(connection: Connection) -> Iterator[None]:
    """For a walk over links: PostgreSQL takes every step of one for a tenth of the table, and would read all of it."""
    if connection.dialect.name != "postgresql":
        yield
        return
    settings = ("enable_hashjoin", "enable_mergejoin")
    for name in settings:
        connection.execute(text(f"SET LOCAL {name} = off"))
    yield
    for name in settings:
        connection.execute(text(f"SET LOCAL {name} = on"))


def _parse(url: str) -> URL:
    try:
        target = make_url(url)
        backend = target.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # Not even a broken URL is printed with its password.
        hidden = re.sub(r"//[^@/]*@", "//…@", url)
        raise WrongDatabase(
            f"database {hidden}: cannot read this URL\ngive sqlite:///FILE or postgresql://…"
        ) from error
    if backend == "postgresql":
        return target.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not target.database or target.database == ":memory:":
        raise WrongDatabase(
            f"database {_shown(target)}: cannot keep a site there\ngive sqlite:///FILE or postgresql://…"
        )
    return target.set(drivername="sqlite+pysqlite")


def _shown(target: URL) -> str:
    return str(target.database) if target.get_backend_name() == "sqlite" else target.render_as_string()


def _sqlite_engine(target: URL, *, read_only: bool, create: bool = False) -> Engine:
    mode = "ro" if read_only else "rwc" if create else "rw"
    file = Path(str(target.database)).absolute()

    def connect() -> Any:
        # isolation_level=None: transactions begin where the event below says, not where the driver guesses.
        return pysqlite3.connect(
            f"file:{quote(str(file))}?mode={mode}",
            uri=True,
            timeout=LOCK_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )

    # One writing connection per process: its threads queue for it here, and not at the file's lock.
    limits = {} if read_only else {"pool_size": 1, "max_overflow": 0, "pool_timeout": LOCK_TIMEOUT_S}
    engine = create_engine(
        target, module=pysqlite3, creator=connect, poolclass=QueuePool, json_serializer=_to_json, **limits
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        register_functions(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        if not read_only:
            connection.execute("PRAGMA synchronous = FULL")
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                raise WrongDatabase(
                    f"database {file}: cannot keep a write-ahead log there: journal mode stays {mode}\n"
                    "put the file on a local disk"
                )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        read = read_only or connection.get_execution_options().get(_READ)
        connection.exec_driver_sql("BEGIN" if read else "BEGIN IMMEDIATE")

    return engine


def _to_json(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """JSON text of plain values and of parts of records; what is empty, as most often, needs no serialiser."""
    return to_json(document).decode() if document else "{}" if isinstance(document, dict) else "[]"


def _postgresql_engine(target: URL, *, read_only: bool) -> Engine:
    settings = f"-c lock_timeout={int(LOCK_TIMEOUT_S * 1000)} -c timezone=UTC"
    if read_only:
        settings += " -c default_transaction_read_only=on"
    return create_engine(
        target,
        pool_pre_ping=True,
        json_serializer=_to_json,
        connect_args={"options": settings, "connect_timeout": int(LOCK_TIMEOUT_S)},
    )


def _checked(engine: Engine, *, older: bool = False) -> Engine:
    try:
        _check(engine, older=older)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _check(engine: Engine, *, older: bool) -> None:
    """Raise `WrongDatabase` unless this is a site whose schema may be opened. Writes nothing."""
    shown = _shown(engine.url)
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        if not file.exists():
            raise WrongDatabase(f"database {shown}: cannot open it: no such file\nmake the site with `mes init` first")
        if not file.is_file():
            raise WrongDatabase(f"database {shown}: cannot open it: it is not a file\ngive the name of a file")
    with reading(engine) as connection:
        require_schema(connection, shown, older=older)
