"""Rows in bulk: what is written is what SQLAlchemy would have written, and lookups go by the index."""

import pickle
from uuid import UUID

import pytest
from sqlalchemy import bindparam, insert, select, text

from mes.database import reading
from mes.lookup import Lookup, Prepared, id_of, id_text, moment_of, moment_stored, stored_moment
from mes.models import table_of
from mes.models.journal import JournalRow
from mes.models.test_run import RunInstrument, TestRun
from mes.models.unit import Unit
from mes.projection import loading
from mes.row_writer import insert_rows, update_rows


@pytest.fixture
def told(writer, story):
    """A site with one finished run."""
    writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
    return writer


def raw(writer, table, names) -> list[tuple[str, ...]]:
    """What lies in the table, byte for byte as text."""
    shown = "CAST({0} AS TEXT)" if writer.engine.dialect.name == "postgresql" else "quote({0})"
    columns = ", ".join(shown.format(name) for name in names)
    with reading(writer.engine) as connection:
        return sorted(tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {table.name}")))


@pytest.mark.parametrize("model", [JournalRow, TestRun, RunInstrument, Unit])
def test_rows_hold_what_sqlalchemy_would_write(told, model):
    """Ids, times, vectors and documents are stored alike, or a later reader would meet two kinds of rows."""
    table = table_of(model)
    names = [column.name for column in table.c if column.name != "position"]
    with reading(told.engine) as connection:
        rows = [{name: row[name] for name in names} for row in connection.execute(select(table)).mappings()]
    before = raw(told, table, names)

    def again(write):
        def change(connection):
            if told.engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            connection.execute(table.delete())
            write(connection)

        told.change(change)
        return raw(told, table, names)

    assert rows
    assert again(lambda connection: insert_rows(connection, table, rows)) == before
    assert again(lambda connection: connection.execute(insert(table), rows)) == before


def test_update_sets_only_the_columns_it_names(told):
    """Rows of an update may name different columns; the others stay."""
    table = table_of(Unit)
    first, second = told.rows(Unit)
    told.change(
        lambda connection: update_rows(
            connection, table, [{"id": first.id, "state": "COMPLETED"}, {"id": second.id, "revision": "B"}]
        )
    )
    after = {row.id: row for row in told.rows(Unit)}
    assert (after[first.id].state, after[first.id].revision) == ("COMPLETED", first.revision)
    assert (after[second.id].state, after[second.id].revision) == (second.state, "B")


def test_lookup_takes_more_values_than_a_statement_takes_parameters(told):
    """None, one, and forty thousand values are one question each."""
    lookup = Lookup(select(table_of(Unit)), table_of(Unit).c.id)
    ids = {row.id for row in told.rows(Unit)}
    with reading(told.engine) as connection:
        assert list(lookup.rows(connection, [])) == []
        assert list(lookup.rows(connection, [UUID(int=1)])) == []
        many = [*ids, *(UUID(int=number) for number in range(40_000))]
        assert {row.id for row in lookup.rows(connection, many)} == ids


@pytest.mark.parametrize("model", [JournalRow, TestRun, RunInstrument, Unit])
def test_prepared_rows_are_those_of_sqlalchemy(told, model):
    """Ids, times, truths, vectors and documents come back alike, by the same names, whoever asks."""
    statement = select(table_of(model)).order_by(*table_of(model).primary_key)
    with reading(told.engine) as connection:
        rows = Prepared(statement).rows(connection)
        assert [row._asdict() for row in rows] == [dict(row) for row in connection.execute(statement).mappings()]
    assert rows


def test_prepared_statement_keeps_its_own_values_and_takes_those_named(told):
    """A list that the statement holds, a limit and a parameter: asked for another value it answers another time."""
    unit = table_of(Unit)
    statement = select(unit.c.serial).where(unit.c.part.in_(["BUNDLE-1", "CABLE-1"]), unit.c.serial == bindparam("one"))
    prepared = Prepared(statement.limit(1))
    with reading(told.engine) as connection:
        assert [[row.serial for row in prepared.rows(connection, one=one)] for one in ("B1", "B9", "B1")] == [
            ["B1"],
            [],
            ["B1"],
        ]


def test_ids_and_moments_can_stay_as_the_database_tells_them(told):
    """A lookup by such ids finds what one by ids finds, and such moments are in the order of time."""
    unit = table_of(Unit)
    ids = [row.id for row in told.rows(Unit)]
    first = min(told.rows(Unit), key=lambda row: row.registered_at)
    columns = select(id_text(unit.c.id), stored_moment(unit.c.registered_at))
    with reading(told.engine) as connection:
        found = Lookup(columns, unit.c.id).rows(connection, ids)
        texts = [id_ for id_, _ in found]
        assert sorted(Lookup(columns, unit.c.id, raw=True).rows(connection, texts)) == sorted(found)
        assert min((moment, UUID(id_)) for id_, moment in found)[1] == first.id
        assert min(moment for _, moment in found) == moment_stored(
            connection, unit.c.registered_at, first.registered_at
        )
        assert min(moment_of(moment) for _, moment in found) == first.registered_at


LOOKUPS = {name: value for name, value in vars(loading).items() if isinstance(value, Lookup)}


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS)
def test_lookups_never_walk_a_table(sqlite_writer, lookup):
    """Each goes by an index: its cost must not grow with the site."""
    statement = lookup._in_list._statement.compile(dialect=sqlite_writer.engine.dialect)
    with reading(sqlite_writer.engine) as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("[]",))]
    walks = [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    assert not walks, plan


@pytest.mark.parametrize("stored", ["019df1c961807c1885f5dba5ac3a88fd", "019df1c9-6180-7c18-85f5-dba5ac3a88fd"])
def test_an_id_is_read_as_either_database_tells_it(stored):
    """It is the UUID in every respect: equal, of one hash, shown alike, and kept by a copy."""
    read, whole = id_of(stored), UUID(stored)
    assert (read, hash(read), repr(read), str(read)) == (whole, hash(whole), repr(whole), str(whole))
    assert pickle.loads(pickle.dumps(read)) == whole


@pytest.mark.parametrize("stored", ["019df1c961807c18", "x" * 32, ""])
def test_what_is_no_id_is_said_to_be_none(stored):
    """Half an id in a damaged file is not taken for another unit's."""
    with pytest.raises(ValueError, match=r"badly formed|invalid literal"):
        id_of(stored)
