"""A flipped bit anywhere in the journal is a fault in the report, and never the end of the walk."""

import re
from contextlib import closing
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from mes.database import read_only_engine
from mes.database_errors import is_damage
from mes.verification import verify

SQLITE_DAMAGE = {
    "record_id that is no UUID": ("record_id = replace(record_id, '0', 'p')", (3, "differ")),
    "record_id in capitals": ("record_id = upper(record_id) || 'A'", (3, "differ")),
    "record_id not UTF-8": ("record_id = CAST(x'ff' || CAST(record_id AS BLOB) AS TEXT)", (3, "differ")),
    "received_at that is no time": ("received_at = '2026-05-04 06:0p:00.000000'", (3, "received_at")),
    "received_at not UTF-8": ("received_at = CAST(x'b2' AS TEXT)", (3, "received_at")),
    "kind of another record": ("kind = 'plan_releaseD'", (3, "differ")),
    "kind not UTF-8": ("kind = CAST(x'c3' AS TEXT)", (3, "differ")),
    "source not UTF-8": ("source = CAST(x'e465736b2f31' AS TEXT)", (3, "source beside the bytes is no text")),
    "number that is a text": ("seq = 'three'", (0, "number beside the bytes")),
    "number below one": ("seq = -3", (-3, "number beside the bytes is -3")),
    "number of many bits": ("seq = 4611686018427387904", (8, "missing: 8 to 4611686018427387903")),
    "body of another byte": ("body = CAST(replace(CAST(body AS TEXT), 'desk', 'desj') AS BLOB)", (3, "hash")),
    "body that is a text": ("body = CAST(body AS TEXT)", (3, "another type")),
    "body that is nothing": ("body = x''", (3, "hash")),
    "hash of another byte": ("hash = zeroblob(32)", (3, "hash")),
    "hash cut short": ("hash = x'00'", (3, "hash")),
    "hash that is a text": ("hash = 'abc'", (3, "another type")),
}


@pytest.fixture
def told_file(sqlite_writer, story, tmp_path) -> Path:
    """A copy of a site whose desk has told seven records, free to be damaged."""
    sqlite_writer.empty()
    sqlite_writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
    file = tmp_path / "site.db"
    with closing(pysqlite3.connect(sqlite_writer.engine.url.database)) as site:
        site.execute("VACUUM INTO ?", (str(file),))
    return file


def found_in(file: Path) -> list[tuple[str, int, str]]:
    """The faults of the site in this file."""
    engine = read_only_engine(f"sqlite:///{file}")
    report = verify(engine)
    engine.dispose()
    assert report.ok == (not report.faults)
    return [(fault.source, fault.seq, fault.reason) for fault in report.faults]


@pytest.mark.parametrize(("damage", "expected"), SQLITE_DAMAGE.values(), ids=SQLITE_DAMAGE)
def test_damaged_column_is_a_fault(told_file, damage, expected):
    """Whatever a column holds instead of what was written, the report names the entry and does not raise."""
    with closing(pysqlite3.connect(told_file)) as connection, connection:
        connection.execute(f"UPDATE journal SET {damage} WHERE source = 'desk/1' AND seq = 3")
    faults = found_in(told_file)
    assert any(seq == expected[0] and expected[1] in reason for _, seq, reason in faults), faults
    assert not any(source == "test-1/1" for source, _, _ in faults)


@pytest.mark.parametrize("damage", ["source = CAST(x'e4' AS TEXT)", "seq = 'one'", "hash = 'abc'", "seq = -1"])
def test_damaged_head_is_a_fault(told_file, damage):
    """The heads kept apart are read as carefully as the journal."""
    with closing(pysqlite3.connect(told_file)) as connection, connection:
        connection.execute(f"UPDATE source_head SET {damage} WHERE source = 'desk/1'")
    assert any("head" in reason for _, _, reason in found_in(told_file))


@pytest.fixture
def cell(told_file) -> tuple[bytes, int, int, int]:
    """The file's bytes, and where the body of entry 4, its time of arrival and the end of the row lie in them."""
    stored = told_file.read_bytes()
    with closing(pysqlite3.connect(told_file)) as connection:
        body, digest, arrived = connection.execute(
            "SELECT body, hash, received_at FROM journal WHERE source = 'desk/1' AND seq = 4"
        ).fetchone()
    tail = digest + arrived.encode()
    # Pages that were split keep old copies of rows in their unused part: the row is where a change is seen.
    for copy in re.finditer(re.escape(body + tail), stored):
        start, end = copy.span()
        told_file.write_bytes(stored[:start] + b"[" + stored[start + 1 :])
        if found_in(told_file):
            return stored, start, end - len(arrived), end
    raise AssertionError("entry 4 is nowhere in the file")


def test_every_flipped_bit_of_a_row_in_the_file_is_found(told_file, cell):
    """One bit of the row's cell, header and all, on the disk; only another time of arrival goes unseen."""
    stored, start, arrival, end = cell
    # In front of the body: 3 bytes of sizes, 10 of types, then source (6), number (1), id (32) and kind (13).
    header = range(start - 65, start)
    for place in (*header, *range(start, arrival, 29), *range(arrival - 8, end)):
        flipped = bytearray(stored)
        flipped[place] ^= 1 << place % 8
        told_file.write_bytes(flipped)
        assert found_in(told_file) or place >= arrival, f"byte {place - start}, counted from the body"


def test_row_that_its_index_contradicts_is_a_fault(told_file, cell):
    """Readers go by the index and a rebuild by the table: both must name the same entry."""
    stored, start, _, _ = cell
    source = start - 65 + 13
    assert stored[source : source + 6] == b"desk/1"
    told_file.write_bytes(stored[:source] + b"desk/3" + stored[source + 6 :])
    assert [(source, seq) for source, seq, _ in found_in(told_file)] == [("desk/3", 4), ("desk/1", 4)]


POSTGRESQL_DAMAGE = {
    "record_id": ("record_id = 'ffffffff-0000-7000-8000-000000000000'", (3, "differ")),
    "source not UTF-8": (r"source = '\xe465736b2f31'::bytea::varchar", (3, "source beside the bytes is no text")),
    "kind not UTF-8": (r"kind = '\xc3'::bytea::varchar", (3, "differ")),
    "received_at past every calendar": ("received_at = 'infinity'", (3, "received_at")),
    "received_at in year 20000": ("received_at = '20000-01-01'", (3, "received_at")),
    "number below one": ("seq = -3", (-3, "number beside the bytes is -3")),
    "body": (r"body = '\x7b'", (3, "hash")),
    "hash": (r"hash = ''", (3, "hash")),
}


@pytest.mark.parametrize(("damage", "expected"), POSTGRESQL_DAMAGE.values(), ids=POSTGRESQL_DAMAGE)
def test_damaged_column_on_postgresql_is_a_fault(postgresql_writer, story, damage, expected):
    """The server refuses to store what is no UTF-8, so a cast that checks nothing stands for the damaged disk."""
    postgresql_writer.empty()
    postgresql_writer.tell(story.setting())

    def spoil(connection):
        connection.execute(text("CREATE CAST (bytea AS varchar) WITHOUT FUNCTION"))
        connection.execute(text(f"UPDATE journal SET {damage} WHERE source = 'desk/1' AND seq = 3"))
        connection.execute(text("DROP CAST (bytea AS varchar)"))

    postgresql_writer.change(spoil)
    report = verify(postgresql_writer.engine)
    faults = [(fault.seq, fault.reason) for fault in report.faults]
    assert not report.ok
    assert any(seq == expected[0] and expected[1] in reason for seq, reason in faults), faults


def test_damage_is_told_apart_from_what_passes(tmp_path):
    """A page that is malformed is damage; a table that is missing is a fault of ours and stays an exception."""
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}", module=pysqlite3)
    with engine.connect() as connection, pytest.raises(DBAPIError) as error:
        connection.execute(text("SELECT * FROM journal"))
    engine.dispose()
    assert not is_damage(error.value)
