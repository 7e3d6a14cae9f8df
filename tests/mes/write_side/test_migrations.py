"""The schema's history ends where the models stand."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlmodel import SQLModel

from mes import migrations
from mes.database import create_site, open_engine, read_only_engine, reading, writing
from mes.ledger import RecordRejected, WrongDatabase
from mes.models import projected_tables
from mes.projection import rebuild
from mes.schema import SCHEMA_REVISION, stored_revision
from mes.vocabulary import SiteKind


@pytest.fixture
def connection(database_url):
    """A writing transaction in a fresh site, on each database."""
    create_site(database_url, "cable works", SiteKind.SIMULATED)
    engine = open_engine(database_url)
    with writing(engine) as connection:
        yield connection
    engine.dispose()


def test_migrated_schema_is_what_the_models_say(connection):
    """The revisions bring a database to exactly the tables, columns and indexes of the models."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, SQLModel.metadata) == []


def test_release_reads_the_newest_revision(connection):
    """The revision that this release names is the last one there is, and the one a new site stands at."""
    script = ScriptDirectory.from_config(migrations.configuration(connection))
    assert script.get_current_head() == SCHEMA_REVISION
    assert MigrationContext.configure(connection).get_current_revision() == SCHEMA_REVISION


def test_revision_can_be_undone(connection):
    """Going back takes every table away, and going forward again brings the same ones."""
    tables = set(inspect(connection).get_table_names())
    migrations.downgrade(connection, "base")
    assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    assert inspect(connection).get_view_names() == []
    migrations.upgrade(connection)
    assert set(inspect(connection).get_table_names()) == tables


@pytest.fixture
def older_site(open_writer, database_url, story):
    """A site with runs whose database stands at the first revision, and what its tables said before."""
    with open_writer(database_url, SiteKind.SIMULATED) as writer:
        group = story.new_id()
        facts = {"group": group, "safe": "proven off: vna", "gap_s": 12.5, "ambient_celsius": 23.5}
        runs = [story.run(story.cable(serial), "final_test", 3, **facts) for serial in ("C1", "C2")]
        writer.tell([*story.setting(("C1", "C2")), *(record for run in runs for record in run)])
        before = writer.dump()
        assert before["test_run"]
        writer.change(lambda connection: migrations.downgrade(connection, "0001"))
    return before


@pytest.mark.parametrize("open_database", [open_engine, read_only_engine])
def test_older_site_is_not_opened_before_it_is_brought_up(older_site, database_url, open_database):
    """A release does not guess at columns that are not there; it says what brings them."""
    with pytest.raises(WrongDatabase, match=r"version 0001, this release reads .*\n.*`mes rebuild`"):
        open_database(database_url)


def test_older_site_is_brought_up_by_a_rebuild(older_site, database_url):
    """The journal knew all along what the new columns say: after a rebuild every row is as if made anew."""
    engine = open_engine(database_url, older=True)
    assert rebuild(engine) == 12
    engine.dispose()
    engine = open_engine(database_url)
    with writing(engine) as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in projected_tables()
        }
        assert found == older_site
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_failed_rebuild_leaves_the_older_schema(older_site, database_url):
    """Schema and rows are brought up in one transaction: what cannot be folded changes neither."""
    engine = open_engine(database_url, older=True)
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE kind = 'unit_registered'")
    with pytest.raises(RecordRejected, match="never registered"):
        rebuild(engine)
    with reading(engine) as connection:
        assert stored_revision(connection) == "0001"
        assert connection.exec_driver_sql("SELECT count(*) FROM test_run").scalar_one() == 2
    engine.dispose()


def test_measurement_view_gives_a_row_for_each_measured_place(writer, story):
    """People who bring their own SQL see single measurements with name, unit and limits; unfinished runs are absent."""
    from_bundle = story.run(story.bundle("B1"), "bundle_test", 2)
    writer.tell([*story.setting(), *from_bundle, story.run(story.cable("C1"), "final_test", 3)[0]])
    query = text("SELECT run_id, place, name, unit, value, low, high FROM measurement ORDER BY place")
    with writing(writer.engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    assert len({row[0] for row in rows}) == 1
    assert [row[1:] for row in rows] == [(0, "sdd21", "dB", -15.5, -17.16, None), (1, "skew", "dB", None, -17.16, None)]


def test_new_revision_can_be_written_from_the_models(connection, tmp_path, monkeypatch):
    """A maintainer gets a file named after the revision, with what the models have and the database has not."""
    (tmp_path / "versions").mkdir()
    for name in ("env.py", "script.py.mako"):
        (tmp_path / name).write_text((migrations.FOLDER / name).read_text())
    monkeypatch.setattr(migrations, "FOLDER", tmp_path)
    connection.execute(text("DROP VIEW measurement"))
    connection.execute(text("DROP TABLE rollup"))
    connection.execute(text("DELETE FROM alembic_version"))
    migrations.revise(connection, "Keep counts", "0002")
    written = (tmp_path / "versions" / "revision_0002_keep_counts.py").read_text()
    assert "op.create_table('rollup'" in written
    assert "import sqlmodel" in written
