"""A console outlives its database: it says what is wrong, keeps its figures, and goes on by itself."""

from pathlib import Path

# Locks of one process are seen only inside one SQLite library: the console's own.
import pysqlite3 as sqlite3
import pytest

from mes.command_line import CommandError
from mes.database import create_site, open_engine
from mes.queries.overview import journal_position
from mes.tui.database_link import DatabaseLink
from mes.vocabulary import SiteKind


def copy_to(story, name):
    """A copy of the site in a rollback journal, which a reader can be locked out of."""
    engine = open_engine(story.url)
    with engine.connect() as connection:
        connection.connection.dbapi_connection.commit()
        connection.connection.dbapi_connection.execute(f"VACUUM INTO '{name}'")
    engine.dispose()
    with sqlite3.connect(name) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
    copy.close()
    return f"sqlite:///{name}"


def test_file_that_goes_away_and_comes_back(story, drive):
    """A removed database is noticed though its open file still answers; what was shown stays, marked as old."""
    url, file = copy_to(story, "gone.db"), Path("gone.db")

    async def scenario(console):
        file.rename("elsewhere.db")
        await console.until(lambda: "OFFLINE" in console.lines()[0], "the loss is told")
        await console.until(lambda: "database gone.db: is not there" in console.text(), "the reason is told")
        assert "CABLE0003" in console.text()
        Path("elsewhere.db").rename(file)
        await console.until(lambda: " live" in console.lines()[0], "the database is found again")
        await console.open("CABLE0001")

    drive(url, scenario)


def test_another_site_under_the_same_name_is_another_site(story, drive):
    """A file that was replaced is read anew: the console shows the new site's name and figures."""
    url = copy_to(story, "swapped.db")

    async def scenario(console):
        Path("swapped.db").unlink()
        create_site(url, "Rack hall", SiteKind.REAL)
        await console.until(lambda: "Rack hall" in console.lines()[0], "the new site is shown")
        await console.until(lambda: "0 units" in console.text(), "its figures are shown")
        assert "SIMULATED" not in console.text()

    drive(url, scenario)


def test_locked_file_is_waited_for(story, drive):
    """While somebody holds the file the console says so and stays usable; afterwards it goes on."""
    url = copy_to(story, "locked.db")

    async def scenario(console):
        other = sqlite3.connect("locked.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        await console.until(lambda: "OFFLINE" in console.text() and "locked" in console.text(), "the lock is told")
        await console.pilot.press("slash")
        other.execute("ROLLBACK")
        other.close()
        await console.until(lambda: " live" in console.lines()[0], "the console goes on")

    drive(url, scenario)


def test_page_that_cannot_be_read_is_not_a_lost_database(story, drive):
    """One damaged row spoils the page that needs it and no other."""
    url = copy_to(story, "damaged.db")
    with sqlite3.connect("damaged.db") as copy:
        copy.execute("UPDATE gate_decision SET refusals = '{'")
        copy.execute("UPDATE test_run SET texts = '{' WHERE attempt = 2")
    copy.close()

    async def scenario(console):
        await console.open_page("CABLE0001")
        await console.until(lambda: "TROUBLE" in console.lines()[0], "the trouble is told")
        assert "mes rebuild" in console.text()
        await console.press("escape")
        await console.open("CABLE0002")
        assert " live" in console.lines()[0]

    drive(url, scenario)


def test_server_that_drops_every_connection(postgresql_database_url, open_line, postgres_server, drive):
    """On PostgreSQL the console shows the same, and a restart of the server costs it nothing but a moment."""
    line = open_line(postgresql_database_url)
    line.define(line.CABLE)
    line.plan("final_test")
    line.run(line.register("CABLE0001"), "final_test")

    async def scenario(console):
        await console.until(lambda: "CABLE0001" in console.text(), "the run is shown")
        postgres_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'site' AND pid <> pg_backend_pid() AND application_name <> 'keep'"
        )
        await console.until(lambda: " live" in console.lines()[0], "the console goes on")
        await console.open("CABLE0001")
        assert "sdd21" in console.text()

    drive(postgresql_database_url, scenario)


def test_link_that_was_closed_refuses(story):
    """After the end nothing is opened again by a late worker."""
    link = DatabaseLink(story.url)
    assert link.ask(journal_position) > 0
    link.close()
    with pytest.raises(CommandError, match="was closed"):
        link.pulse()
