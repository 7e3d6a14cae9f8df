"""A journal goes into an empty database, and the tables of one that is in use are held against their journal."""

from sqlalchemy import select

from mes import migrations
from mes.database import create_site, open_engine, read_site, reading
from mes.models import projected_tables
from mes.schema import stored_revision
from mes.vocabulary import SiteKind


def test_site_is_made_only_in_an_empty_database(tmp_path, open_writer, story, mes):
    """Not over itself, nor over another site; what a broken-off copy left is taken as empty."""
    one, other, copy = (f"sqlite:///{tmp_path / name}.db" for name in ("one", "other", "copy"))
    with open_writer(one, SiteKind.SIMULATED) as writer:
        writer.tell(story.setting())
    create_site(other, "cable works", SiteKind.SIMULATED)
    refused = mes("rebuild", "--db", other, "--from", one)
    assert (refused.code, "it holds a site of its own, with 0 records" in refused.err) == (2, True)
    assert "names the same database" in mes("rebuild", "--db", one, "--from", one).err
    made = mes("rebuild", "--db", copy, "--from", one, "--json")
    assert (made.code, made.document["records"], made.document["attachments"]) == (0, 7, 0)
    assert "with 7 records" in mes("rebuild", "--db", copy, "--from", one).err
    engine = open_engine(copy)
    with engine.begin() as connection:
        for table in (*reversed([table.name for table in projected_tables()]), "journal", "source_head"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    engine.dispose()
    assert "was made from 7 records of" in mes("rebuild", "--db", copy, "--from", one).out
    assert mes("unit", "C1", "--db", copy, "--json").out == mes("unit", "C1", "--db", one, "--json").out


def test_row_that_the_journal_does_not_say_is_told(tmp_path, open_writer, story, mes):
    """Somebody changed a state, a mean and a count behind the journal's back: each table is named, and the row."""
    url = f"sqlite:///{tmp_path / 'site.db'}"
    with open_writer(url, SiteKind.SIMULATED) as writer:
        writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
        whole = mes("verify", "--tables", "--db", url, "--json")
        assert (whole.code, whole.document["tables"]["faults"]) == (0, [])
        for change in (
            "UPDATE unit SET state = 'SCRAPPED' WHERE serial = 'B1'",
            "UPDATE rollup_moments SET runs = runs + 1",
            "DELETE FROM rollup",
        ):
            writer.change(lambda connection, change=change: connection.exec_driver_sql(change))
    told = mes("verify", "--tables", "--db", url, "--json")
    assert (told.code, told.document["ok"]) == (1, False)
    assert {
        fault["table"]: (fault["missing"], fault["unexpected"], fault["different"])
        for fault in told.document["tables"]["faults"]
    } == {"unit": (0, 0, 1), "rollup_moments": (0, 0, 1), "rollup": (1, 0, 0)}
    assert "fold them again by `mes rebuild`" in told.err
    assert mes("verify", "--db", url).code == 0
    assert mes("rebuild", "--db", url).code == 0
    assert "each as the journal says" in mes("verify", "--tables", "--db", url).out


def test_older_site_can_be_made_anew_beside_itself(tmp_path, open_writer, story, mes):
    """The journal of an older release goes into a new database of this one, and its own is left as it was."""
    one, copy = (f"sqlite:///{tmp_path / name}.db" for name in ("one", "copy"))
    with open_writer(one, SiteKind.REAL) as writer:
        writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
        before = writer.dump()
        writer.change(lambda connection: migrations.downgrade(connection, "0001"))
    made = mes("rebuild", "--db", copy, "--from", one)
    assert (made.code, "from 9 records" in made.out) == (0, True)
    engine = open_engine(copy)
    with reading(engine) as connection:
        assert read_site(connection).kind is SiteKind.REAL
        for table in projected_tables():
            assert sorted(map(repr, connection.execute(select(table)))) == sorted(map(repr, before[table.name]))
    engine.dispose()
    engine = open_engine(one, older=True)
    with reading(engine) as connection:
        assert stored_revision(connection) == "0001"
    engine.dispose()
