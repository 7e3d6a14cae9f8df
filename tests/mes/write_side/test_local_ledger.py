"""The ledger in this process: how it is opened, and how several processes and threads share one site."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mes.database import create_site, read_only_engine
from mes.journal import verify
from mes.ledger import JournalEntry, LedgerUnavailable, Site, WrongDatabase, create_ledger, open_ledger
from mes.local_ledger import open_local_ledger
from mes.models.journal import JournalRow
from mes.models.unit import Unit
from mes.records import encode_record
from mes.vocabulary import SiteKind

# Another process: registers units of its own source, one transaction each.
OTHER_STATION = """
import sys
from mes.ledger import JournalEntry, open_ledger
ledger = open_ledger(sys.argv[1])
for line in sys.stdin.read().splitlines():
    source, seq, body = line.split(" ", 2)
    ledger.append([JournalEntry(source, int(seq), body.encode())])
ledger.close()
"""


def registrations(story, source, number):
    """Entries of one source, each registering a unit."""
    serials = [f"{source.partition('/')[0]}-{n}" for n in range(number)]
    records = [story.registered(story.bundle(serial), source=source) for serial in serials]
    return [JournalEntry(source, seq, encode_record(record)) for seq, record in enumerate(records, start=1)]


def test_simulated_site_is_made_when_it_is_absent(database_url):
    """A demo needs no preparation: its first ledger makes the site, the second finds it."""
    for _ in range(2):
        ledger = open_ledger(database_url, simulated_site=True)
        assert ledger.site() == Site("simulated", SiteKind.SIMULATED)
        ledger.close()


def test_stations_that_start_at_once_share_the_site_that_one_of_them_makes(database_url):
    """Several stations of a demo may open an absent site at the same moment."""
    together = Barrier(3)

    def start(_number: int) -> Site:
        together.wait()
        ledger = open_ledger(database_url, simulated_site=True)
        ledger.close()
        return ledger.site()

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(start, range(3))) == {Site("simulated", SiteKind.SIMULATED)}


def test_real_site_is_never_made_by_itself(database_url):
    """Without `mes init` there is no site, and no file appears."""
    with pytest.raises(WrongDatabase, match="mes init"):
        open_ledger(database_url)
    assert database_url.startswith("postgresql") or not Path(database_url.removeprefix("sqlite:///")).exists()


def test_site_keeps_its_kind(database_url):
    """Asking for a simulated site does not turn a real one into one."""
    ledger = create_ledger(database_url, "works", SiteKind.REAL)
    ledger.close()
    with pytest.raises(WrongDatabase, match="not empty"):
        create_ledger(database_url, "works", SiteKind.SIMULATED)
    ledger = open_ledger(database_url, simulated_site=True)
    assert ledger.site() == Site("works", SiteKind.REAL)
    ledger.close()


def test_foreign_file_is_not_taken_for_a_site(tmp_path):
    """Not even for a simulated site is somebody's file written over."""
    picture = tmp_path / "holiday.db"
    picture.write_bytes(b"\x89PNG\r\n" * 100)
    with pytest.raises(WrongDatabase, match="not a database"):
        open_local_ledger(f"sqlite:///{picture}", simulated_site=True)
    assert picture.read_bytes() == b"\x89PNG\r\n" * 100


def test_two_processes_write_one_site(writer, story):
    """Stations in different processes append at the same time; every chain is whole and nothing is lost."""
    writer.tell(story.setting())
    theirs = [registrations(story, f"other-{n}/1", 15) for n in range(2)]
    mine = registrations(story, "mine/1", 15)
    command = [sys.executable, "-c", OTHER_STATION, writer.url]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in theirs]
    for other, entries in zip(others, theirs, strict=True):
        lines = [f"{entry.source} {entry.seq} {entry.body.decode()}" for entry in entries]
        other.stdin.write("\n".join(lines))
        other.stdin.close()
    for entry in mine:
        writer.ledger.append([entry])
    assert [other.wait() for other in others] == [0, 0]
    assert len(writer.rows(Unit)) == 2 + 45
    report = verify(writer.engine)
    assert (report.ok, report.sources, report.records) == (True, 4, 7 + 45)


def test_threads_of_one_process_share_a_ledger(writer, story):
    """Stations in one process call one ledger from their own threads."""
    writer.tell(story.setting())
    batches = [registrations(story, f"slot-{n}/1", 5) for n in range(4)]

    def send(entries):
        for entry in entries:
            writer.ledger.append([entry])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, batches))
    assert len(writer.rows(Unit)) == 2 + 20
    assert verify(writer.engine).ok


def test_reader_sees_whole_transactions_beside_a_writer(writer, story):
    """While entries come in, a reader sees the journal and the tables of one moment."""
    writer.tell(story.setting())
    reader = read_only_engine(writer.url)
    with reader.connect() as connection:
        seen = connection.exec_driver_sql("SELECT count(*) FROM unit").scalar_one()
        writer.tell([story.registered(story.bundle("B9"))])
        assert seen == 2
    with reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM unit").scalar_one() == 3
    reader.dispose()


def test_append_and_tables_are_one_transaction(writer, story, monkeypatch):
    """When the tables cannot be written, the journal has not moved either."""
    writer.tell(story.setting())

    def broken(*_arguments):
        raise LedgerUnavailable("disk full")

    monkeypatch.setattr("mes.local_ledger.fold", broken)
    with pytest.raises(LedgerUnavailable):
        writer.tell([story.registered(story.bundle("B9"))])
    assert writer.ledger.expected("desk/1") == 8
    assert len(writer.rows(JournalRow)) == 7


def test_site_can_be_told_by_name(database_url):
    """What `mes init` was told is what every ledger of the site says."""
    assert create_site(database_url, "Línea 3", SiteKind.REAL) == Site("Línea 3", SiteKind.REAL)
    ledger = open_ledger(database_url)
    assert ledger.site().name == "Línea 3"
    ledger.close()
