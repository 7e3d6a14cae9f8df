"""What may be opened as a site, and how two writers share one."""

import subprocess
import sys
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from mes import database
from mes.database import (
    create_site,
    is_empty,
    make_site,
    open_engine,
    read_only_engine,
    read_site,
    reading,
    writing,
)
from mes.ledger import LedgerUnavailable, Site, WrongDatabase
from mes.models import table_of
from mes.models.journal import SiteRow
from mes.schema import APPLICATION_ID
from mes.vocabulary import SiteKind

EMPTY, NEWER = "is empty", "schema is version 9999"


@pytest.fixture
def site_engine(database_url):
    """The writing engine of a fresh site, on each database."""
    create_site(database_url, "cable works", SiteKind.REAL)
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def shown(error: pytest.ExceptionInfo[WrongDatabase]) -> str:
    """The message, which must be two lines for a person."""
    message = str(error.value)
    assert len(message.splitlines()) == 2
    assert message.startswith("database ")
    return message


def test_site_is_what_it_was_made_as(site_engine):
    """A database belongs to one site, real or simulated from its first moment."""
    with reading(site_engine) as connection:
        assert read_site(connection) == Site("cable works", SiteKind.REAL)
        (made_at,) = connection.execute(select(table_of(SiteRow).c.created_at)).one()
    assert made_at.utcoffset().total_seconds() == 0


def test_second_site_in_one_database_is_refused(database_url):
    """A site is made in an empty database only; what is there stays untouched."""
    assert is_empty(database_url)
    create_site(database_url, "first", SiteKind.REAL)
    assert not is_empty(database_url)
    with pytest.raises(WrongDatabase, match="not empty") as error:
        create_site(database_url, "second", SiteKind.SIMULATED)
    shown(error)
    engine = open_engine(database_url)
    with reading(engine) as connection:
        assert read_site(connection).name == "first"
    engine.dispose()


@pytest.mark.parametrize("open_database", [open_engine, read_only_engine])
def test_database_of_a_newer_release_is_refused(site_engine, database_url, open_database):
    """A schema that this release does not know is neither read nor written."""
    with writing(site_engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WrongDatabase, match=NEWER) as error:
        open_database(database_url)
    assert "use the release" in shown(error)


@pytest.mark.parametrize("open_database", [open_engine, read_only_engine])
def test_empty_postgresql_database_is_no_site(postgresql_database_url, open_database):
    """An empty server database wants `mes init`."""
    with pytest.raises(WrongDatabase, match=EMPTY) as error:
        open_database(postgresql_database_url)
    assert "mes init" in shown(error)


def test_foreign_postgresql_database_is_refused(postgresql_database_url, postgres_server):
    """Another program's tables are left alone, by opening and by `mes init`."""
    engine = database._postgresql_engine(database._parse(postgresql_database_url), read_only=False)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE photo (id integer)"))
    engine.dispose()
    for attempt in (open_engine, lambda url: create_site(url, "x", SiteKind.REAL)):
        with pytest.raises(WrongDatabase) as error:
            attempt(postgresql_database_url)
        shown(error)


def test_absent_postgresql_database_is_refused(postgres_server):
    """A database that the server does not have is a wrong URL, not a busy server."""
    with pytest.raises(WrongDatabase, match="nowhere") as error:
        open_engine(postgres_server.url("nowhere"))
    shown(error)


def test_unreachable_server_is_unavailable(tmp_path):
    """A server that does not answer may answer later."""
    with pytest.raises(LedgerUnavailable, match="try again"):
        open_engine(f"postgresql://rackline@/site?host={tmp_path}")


def foreign(path: Path) -> None:
    """Make a database of another program."""
    connection = pysqlite3.connect(str(path))
    connection.execute("CREATE TABLE photo (id INTEGER)")
    connection.commit()
    connection.close()


WRONG_FILES = {
    "absent": (lambda path: None, "no such file"),
    "empty": (lambda path: path.write_bytes(b""), "it is empty"),
    "picture": (lambda path: path.write_bytes(b"\x89PNG\r\n" * 200), "file is not a database"),
    "foreign": (foreign, "not a Rackline site"),
    "folder": (lambda path: path.mkdir(), "not a file"),
}


@pytest.mark.parametrize("open_database", [open_engine, read_only_engine])
@pytest.mark.parametrize(("make", "reason"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_wrong_file_is_refused_and_left_as_it_was(tmp_path, make, reason, open_database):
    """Whatever is no site is told so in two lines, and not one byte of it changes."""
    path = tmp_path / "some.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(WrongDatabase, match=reason) as error:
        open_database(f"sqlite:///{path}")
    assert str(path) in shown(error)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/site", "not a url"])
def test_url_that_can_hold_no_site_is_refused(url):
    """A site outlives its process, so memory is no place for it."""
    with pytest.raises(WrongDatabase, match="give sqlite:///FILE or postgresql://"):
        open_engine(url)


def test_sqlite_file_says_whose_it_is_and_how_it_is_kept(sqlite_url):
    """The file carries our application id; every commit is synced, and keys are enforced."""
    create_site(sqlite_url, "cable works", SiteKind.REAL)
    engine = open_engine(sqlite_url)
    pragmas = ("application_id", "journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with reading(engine) as connection:
        values = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for pragma in pragmas]
    engine.dispose()
    assert values == [APPLICATION_ID, "wal", 2, 1, 5000]


def test_reader_cannot_write(database_url):
    """An engine for reading refuses to change anything."""
    create_site(database_url, "cable works", SiteKind.REAL)
    engine = read_only_engine(database_url)
    change = update(table_of(SiteRow)).values(name="other")
    with pytest.raises((LedgerUnavailable, DBAPIError)), engine.begin() as connection:
        connection.execute(change)
    with reading(engine) as connection:
        assert read_site(connection).name == "cable works"
    engine.dispose()


def rename(engine: Engine, name: str) -> None:
    """A short write."""
    with writing(engine) as connection:
        connection.execute(update(table_of(SiteRow)).values(name=name))


def test_writer_that_waits_too_long_is_told_to_try_again(database_url, monkeypatch):
    """While one writer holds the database another one waits, then hears that it is unavailable; readers go on."""
    create_site(database_url, "cable works", SiteKind.REAL)
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 0.2)
    first, second, reader = open_engine(database_url), open_engine(database_url), read_only_engine(database_url)
    with writing(first) as connection:
        connection.execute(update(table_of(SiteRow)).values(name="being changed"))
        with pytest.raises(LedgerUnavailable, match="try again"):
            rename(second, "second")
        with pytest.raises(LedgerUnavailable, match="try again"):
            rename(first, "another thread of the same process")
        with reading(reader) as other:
            assert read_site(other).name == "cable works"
    rename(second, "second")
    with reading(reader) as other:
        assert read_site(other).name == "second"
    for engine in (first, second, reader):
        engine.dispose()


def test_broken_transaction_leaves_nothing(site_engine):
    """What fails half way has not happened."""

    def interrupted() -> None:
        with writing(site_engine) as connection:
            connection.execute(update(table_of(SiteRow)).values(name="half"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with reading(site_engine) as connection:
        assert read_site(connection).name == "cable works"


def test_of_two_makers_one_makes_the_site(database_url):
    """Two processes that start on an empty database at once end up in one site."""
    answers = [make_site(database_url, name, SiteKind.SIMULATED, database._now) for name in ("a", "b")]
    assert answers == [True, False]


def test_interrupted_making_leaves_an_empty_database(database_url):
    """A process that dies while it makes a site leaves none, and the next one makes it."""

    def died() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_site(database_url, "half", SiteKind.SIMULATED, died)
    assert is_empty(database_url)
    assert make_site(database_url, "whole", SiteKind.SIMULATED, database._now)


def test_path_of_a_site_may_hold_any_character(tmp_path):
    """Spaces, hashes, question marks and percent signs are characters of a file name."""
    path = tmp_path / "new folder" / "a #1 100%.db"
    create_site(f"sqlite:///{path}", "cable works", SiteKind.REAL)
    assert path.is_file()


def test_command_line_help_needs_no_database_code():
    """The wire's side of the ledger loads without SQLAlchemy."""
    code = "import sys, mes.ledger, mes.records; print(sorted({'sqlalchemy', 'sqlmodel'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
