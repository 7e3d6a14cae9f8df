"""The spool: what it acknowledged survives kill -9, in order, without gaps, under an unbroken chain."""

import os
import random
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pysqlite3 import dbapi2 as sqlite

from mes.ledger import AppendReceipt, JournalEntry, chain, genesis
from mes.records import (
    DefinitionReleased,
    MaterialDefinition,
    UnitIdentity,
    UnitRegistered,
    encode_record,
    parse_record,
)
from stations.errors import SpoolBusy, SpoolDamaged, SpoolError
from stations.spool import Spool
from stations.spool_summary import summarise

START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


def record(source: str, number: int) -> UnitRegistered:
    return UnitRegistered(
        id=UUID(int=number),
        source=source,
        at=START + timedelta(seconds=number),
        simulated=True,
        unit=UnitIdentity(part="DAC-1", serial=f"DAC{number:04d}"),
        revision="A",
    )


def open_spool(path: Path, station: str = "st-1") -> Spool:
    return Spool(path, station, lambda: "spool-1")


def appended(spool: Spool, *numbers: int) -> tuple[JournalEntry, ...]:
    return spool.append([record(spool.source, number) for number in numbers])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "spool.db"


@pytest.fixture
def spool(path: Path):
    with open_spool(path) as opened:
        yield opened


def receipt(spool: Spool, seq: int) -> AppendReceipt:
    head = genesis(spool.source)
    for entry in spool.entries_from(1, limit=seq) if seq else ():
        head = chain(head, entry)
    return AppendReceipt(spool.source, seq, head)


def test_entries_are_numbered_from_one_and_hold_the_exact_bytes(spool):
    """`source` is station and spool; each entry is the record's own bytes, chained as the journal chains them."""
    assert spool.source == "st-1/spool-1"
    entries = appended(spool, 1, 2) + appended(spool, 3)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.body for entry in entries] == [encode_record(record(spool.source, n)) for n in (1, 2, 3)]
    assert spool.pending() == spool.entries_from(1) == entries
    assert spool.head() == spool.verify() == receipt(spool, 3)


def test_a_spool_keeps_its_name_and_content_when_reopened(path):
    """The spool's id is made once; another run of the agent goes on where the last one stopped."""
    with open_spool(path) as spool:
        entries = appended(spool, 1, 2)
    with Spool(path, "st-1", lambda: pytest.fail("a spool has one id for ever")) as again:
        assert again.source == "st-1/spool-1"
        assert again.pending() == entries
        assert appended(again, 3)[0].seq == 3


def test_commits_are_synced_and_the_file_guards_itself(spool):
    """WAL with synchronous FULL: a kill cannot tell FULL from NORMAL, a power cut can, so the setting is read back."""
    settings_read = {
        name: spool._file.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "cell_size_check")
    }
    assert settings_read == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
    }
    assert sqlite.sqlite_version_info >= (3, 51, 3)


def test_records_given_together_are_taken_all_or_none(spool):
    """One refused record refuses its companions: a run without its measurements is no run."""
    appended(spool, 1)
    with pytest.raises(SpoolError, match=r"record 00000000-0000-0000-0000-000000000001 is here already"):
        appended(spool, 2, 3, 1)
    with pytest.raises(SpoolError, match="here already"):
        appended(spool, 4, 4)
    assert spool.depth() == 1
    assert [entry.seq for entry in appended(spool, 2, 3)] == [2, 3]


def test_nothing_given_is_nothing_taken(spool):
    """An empty append changes nothing."""
    assert spool.append(()) == ()
    assert spool.head() == AppendReceipt(spool.source, 0, genesis(spool.source))
    assert spool.oldest_pending_at() is None


def test_a_record_of_another_source_is_refused(spool):
    """A station cannot write another's history."""
    with pytest.raises(SpoolError, match=r"comes from st-2/x, not st-1/spool-1"):
        spool.append([record("st-2/x", 1)])
    assert spool.depth() == 0


def test_acknowledged_entries_stay_and_count_no_more(spool):
    """The centre's receipt empties the queue, not the spool: a restored centre may ask again."""
    entries = appended(spool, 1, 2, 3)
    assert spool.oldest_pending_at() == START + timedelta(seconds=1)
    spool.acknowledge(receipt(spool, 2))
    assert (spool.depth(), spool.pending()) == (1, entries[2:])
    assert spool.oldest_pending_at() == START + timedelta(seconds=3)
    assert spool.entries_from(1) == entries
    spool.acknowledge(receipt(spool, 0))
    spool.acknowledge(receipt(spool, 1))
    assert spool.depth() == 1


@pytest.mark.parametrize(
    ("source", "seq", "head"),
    [
        ("st-1/spool-1", 2, b"\0" * 32),
        ("st-1/spool-1", 3, b"\0" * 32),
        ("st-1/spool-1", 0, b"\0" * 32),
        ("st-2/spool-1", 0, genesis("st-2/spool-1")),
    ],
)
def test_a_receipt_for_another_chain_acknowledges_nothing(spool, source, seq, head):
    """The centre must prove by its chain that it holds these very bytes; a mere 200 is no acknowledgement."""
    appended(spool, 1, 2)
    with pytest.raises(SpoolDamaged, match=r"another chain.*nothing is acknowledged\nmove spool\.db\* aside"):
        spool.acknowledge(AppendReceipt(source, seq, head))
    assert spool.depth() == 2


def test_pending_is_bounded_by_count_and_bytes_but_never_stuck(spool):
    """A batch fits the wire; an entry bigger than a batch goes alone rather than never."""
    entries = appended(spool, *range(1, 6))
    size = len(entries[0].body)
    assert spool.pending(limit=2) == entries[:2]
    assert spool.pending(max_bytes=3 * size) == entries[:3]
    assert spool.pending(max_bytes=3 * size - 1) == entries[:2]
    assert spool.pending(max_bytes=1) == entries[:1]
    assert spool.entries_from(4, limit=9) == entries[3:]
    assert spool.entries_from(6) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_is_appended_and_acknowledged_the_chain_is_whole(tmp_path_factory, data):
    """Law: entries are gapless from 1, pending is the suffix after the last receipt, and the head is the chain's."""
    path = tmp_path_factory.mktemp("law") / "spool.db"
    number = acknowledged = 0
    for kind in data.draw(st.lists(st.sampled_from(["append", "acknowledge"]), max_size=8)):
        with open_spool(path) as spool:
            if kind == "append":
                count = data.draw(st.integers(1, 4))
                appended(spool, *range(number + 1, number + count + 1))
                number += count
            else:
                seq = data.draw(st.integers(0, number))
                spool.acknowledge(receipt(spool, seq))
                acknowledged = max(acknowledged, seq)
            assert [e.seq for e in spool.entries_from(1)] == list(range(1, number + 1))
            assert [e.seq for e in spool.pending()] == list(range(acknowledged + 1, number + 1))
            assert spool.verify() == receipt(spool, number)


def test_a_second_owner_is_refused_and_told_who_owns_it(path, spool):
    """Two agents on one spool would fork its chain: the second names the first's process and leaves."""
    with pytest.raises(SpoolBusy, match=rf"spool\.db: process {os.getpid()} owns it"):
        open_spool(path)
    appended(spool, 1)
    spool.close()
    with open_spool(path) as next_owner:
        assert next_owner.depth() == 1


def test_a_second_process_is_refused_and_a_killed_owner_leaves_no_lock(path):
    """The lock belongs to the living: it refuses other processes, and goes with kill -9."""
    with _child(path, first=1) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(SpoolBusy, match=f"process {child.pid} owns it"):
            open_spool(path)
        child.send_signal(signal.SIGKILL)
    with open_spool(path) as spool:
        assert spool.depth() >= 1


def test_another_station_cannot_take_a_spool(path):
    """A spool copied to another station would speak in the first one's name."""
    open_spool(path).close()
    with pytest.raises(SpoolError, match="belongs to station st-1; give st-2 one of its own"):
        open_spool(path, "st-2")


def test_a_closed_spool_says_so(spool):
    """Nothing is taken after closing, and closing twice is no error."""
    spool.close()
    spool.close()
    with pytest.raises(SpoolError, match="it is closed"):
        appended(spool, 1)


def _damage_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:8192] = os.urandom(4096)
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _no_database(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


@pytest.mark.parametrize("damage", [_damage_middle, _truncate, _no_database])
def test_a_corrupt_file_is_named_and_left_as_it_is(path, damage):
    """A broken spool is evidence: it is named, refused, and nothing in it is changed."""
    with open_spool(path) as spool:
        appended(spool, *range(1, 60))
    damage(path)
    before = path.read_bytes()
    with pytest.raises(SpoolDamaged, match=r"spool\.db.*\nmove spool\.db\* aside") as refused:
        open_spool(path)
    assert str(refused.value).count("\n") == 1
    assert path.read_bytes() == before
    path.rename(path.with_suffix(".aside"))
    open_spool(path).close()


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        ("UPDATE outbox SET body = CAST(replace(CAST(body AS TEXT), '2', '3') AS BLOB) WHERE seq = 2", "2 was altered"),
        ("DELETE FROM outbox WHERE seq = 2", "entry 2 is missing"),
        ("UPDATE outbox SET seq = 9 WHERE seq = 3", "entry 3 is missing"),
        ("DELETE FROM meta", "does not say whose it is"),
    ],
)
def test_an_altered_record_breaks_the_chain(path, tamper, problem):
    """Whoever edits the file with other tools is found out at the next start, at the first entry that differs."""
    with open_spool(path) as spool:
        appended(spool, 1, 2, 3)
    other = sqlite.connect(path, isolation_level=None)
    other.execute(tamper)
    other.close()
    with pytest.raises(SpoolDamaged, match=problem):
        open_spool(path)


def test_another_programs_database_is_left_alone(path):
    """A photo library's file is no spool: refused before anything in it is changed."""
    path.parent.mkdir()
    other = sqlite.connect(path)
    other.execute("CREATE TABLE photo (id INTEGER)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(SpoolError, match="another program's database"):
        open_spool(path)
    assert path.read_bytes() == before


def test_a_spool_of_another_version_is_left_alone(path):
    """A newer release's spool is not read by an older one."""
    open_spool(path).close()
    other = sqlite.connect(path, isolation_level=None)
    other.execute("PRAGMA user_version = 3")
    other.close()
    with pytest.raises(SpoolError, match="is of version 3, not 2"):
        open_spool(path)


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(spool):
    """When the disk is full the append says so, what was acknowledged stays, and work goes on once there is space."""
    appended(spool, 1)
    pages = spool._file.connection.execute("PRAGMA page_count").fetchone()[0]
    spool._file.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SpoolError, match="disk is full; nothing is recorded"):
        appended(spool, *range(2, 200))
    assert spool.depth() == 1
    spool._file.connection.execute("PRAGMA max_page_count = 1000000")
    assert len(appended(spool, *range(2, 200))) == 198
    assert spool.verify().seq == 199


def test_a_database_held_by_another_program_is_waited_for_and_then_refused(path, spool):
    """An antivirus or a backup holding the file costs a bounded wait, never a false acknowledgement."""
    spool._file.connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SpoolError, match="database is locked; nothing is recorded"):
        appended(spool, 1)
    other.execute("ROLLBACK")
    other.close()
    assert [entry.seq for entry in appended(spool, 1)] == [1]


def test_after_an_io_error_nothing_more_is_taken(spool):
    """Whether a commit whose sync failed is on the disk is unknown: only a restart, which checks, may go on."""

    class SyncFailed(sqlite.OperationalError):
        sqlite_errorname = "SQLITE_IOERR_FSYNC"

    class Failing:
        """The connection, but for a COMMIT that the disk refuses."""

        def __init__(self, real):
            self.real = real

        def execute(self, statement, values=()):
            if statement == "COMMIT":
                raise SyncFailed("disk I/O error")
            return self.real.execute(statement, values)

        def __getattr__(self, name):
            return getattr(self.real, name)

    real, spool._file.connection = spool._file.connection, Failing(spool._file.connection)
    with pytest.raises(SpoolError, match="check the disk, then restart"):
        appended(spool, 1)
    spool._file.connection = real
    with pytest.raises(SpoolError, match=r"after an I/O error \(SQLITE_IOERR_FSYNC\); restart"):
        appended(spool, 2)


CHILD = """
    import itertools, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from uuid import UUID
    from mes.records import UnitIdentity, UnitRegistered
    from stations.spool import Spool

    def record(source, number):
        unit = UnitIdentity(part="DAC-1", serial=f"DAC{number:04d}")
        at = datetime(2027, 3, 1, tzinfo=UTC)
        return UnitRegistered(id=UUID(int=number), source=source, at=at, simulated=True, unit=unit, revision="A")

    path, first, mutant = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with Spool(path, "st-1", lambda: "spool-1") as spool:
        for number in itertools.count(first, 3):
            batch = [record(spool.source, n) for n in range(number, number + 3)]
            if mutant == "acknowledge before commit":
                print(number, number + 2, flush=True)
                sys.stdin.read()
            spool.append(batch)
            print(number, number + 2, flush=True)
"""


def _child(path: Path, first: int, mutant: str = "") -> subprocess.Popen[str]:
    """A real process that appends batches of three for ever and says on stdout what was acknowledged."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(path), str(first), mutant],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _killed_after(path: Path, first: int, lines: int, mutant: str = "") -> int:
    """Kill -9 an appending process after it acknowledged this many batches; gives the last number acknowledged."""
    acknowledged = first - 1
    with _child(path, first, mutant) as child:
        assert child.stdout is not None
        for _, line in zip(range(lines), child.stdout, strict=False):
            acknowledged = int(line.split()[1])
        child.send_signal(signal.SIGKILL)
        # What it acknowledged between our last look and its death counts as well.
        for line in child.stdout:
            if line.endswith("\n"):
                acknowledged = int(line.split()[1])
    assert child.returncode == -signal.SIGKILL
    return acknowledged


def _lost(path: Path, acknowledged: int) -> list[int]:
    """Reopen (which walks file and chain), and name what was acknowledged and is not there."""
    with open_spool(path) as spool:
        entries = spool.entries_from(1, limit=1_000_000, max_bytes=10**9)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert len(entries) % 3 == 0, "a batch was torn"
        held = {parse_record(entry.body).id.int for entry in entries}
        assert len(held) == len(entries)
        return sorted(set(range(1, acknowledged + 1)) - held)


def test_every_acknowledged_record_survives_kill_9(path):
    """Processes killed while they append: each batch that was acknowledged is there whole, gapless, chained."""
    rng = random.Random(5)
    first = 1
    for _ in range(4):
        acknowledged = _killed_after(path, first, lines=rng.randint(1, 25))
        assert acknowledged >= first
        assert _lost(path, acknowledged) == []
        with open_spool(path) as spool:
            first = spool.head().seq + 1


def test_the_kill_harness_catches_an_early_acknowledgement(path):
    """Mutant: a spool that acknowledges before it commits is caught by the same check, or the check proves nothing."""
    acknowledged = _killed_after(path, 1, lines=1, mutant="acknowledge before commit")
    assert _lost(path, acknowledged) == [1, 2, 3]


def test_a_plan_is_released_once_in_the_life_of_a_spool(path):
    """A station that restarts knows which definitions its spool has told already, by their digest."""
    digest = "ab" * 32
    with open_spool(path) as spool:
        assert not spool.has_released(digest)
        spool.append(
            [
                DefinitionReleased(
                    id=UUID(int=9),
                    source=spool.source,
                    at=START,
                    simulated=True,
                    material=MaterialDefinition(
                        part="DAC-1", revision="A", description="cable", tracking="UNIT", serial_pattern="^DAC"
                    ),
                    digest=digest,
                )
            ]
        )
    with open_spool(path) as again:
        assert again.has_released(digest)
        assert not again.has_released("cd" * 32)


def test_a_spool_of_the_first_version_learns_to_keep_progress(path):
    """A spool from before open runs were kept is brought up to date where it lies, with all that it holds."""
    with open_spool(path) as spool:
        entries = appended(spool, 1, 2)
    other = sqlite.connect(path, isolation_level=None)
    for table in ("open_progress", "open_run", "pin"):
        other.execute(f"DROP TABLE {table}")
    other.execute("PRAGMA user_version = 1")
    other.close()
    assert summarise(path).open_runs == ()
    with open_spool(path) as again:
        assert again.entries_from(1) == entries
        assert again.open_runs() == ()
        assert again._file.row("PRAGMA user_version") == (2,)
        assert appended(again, 3)[0].seq == 3


def test_a_refusal_is_noted_until_the_centre_takes_the_entry(path, spool):
    """The first refusal's time stands, the last one's reason; an acknowledgement past the entry ends it."""
    appended(spool, 1, 2, 3)
    spool.pin(2, "first", START)
    spool.pin(2, "second", START + timedelta(days=1))
    spool.acknowledge(receipt(spool, 1))
    (pinned,) = summarise(path).pinned
    assert (pinned.seq, pinned.kind, pinned.reason, pinned.since) == (2, "unit_registered", "second", START)
    spool.acknowledge(receipt(spool, 3))
    assert summarise(path).pinned == ()


def test_looking_into_a_spool_takes_nothing_but_a_spool(tmp_path, path):
    """No file, and another program's file, are told apart from an empty spool; nothing is made by looking."""
    with pytest.raises(SpoolError, match=r"gone\.db: cannot be opened"):
        summarise(tmp_path / "gone.db")
    assert not (tmp_path / "gone.db").exists()
    other = sqlite.connect(tmp_path / "photos.db", isolation_level=None)
    other.execute("CREATE TABLE photo (id INTEGER)")
    other.close()
    with pytest.raises(SpoolError, match="is no spool of version 1 to 2"):
        summarise(tmp_path / "photos.db")
    open_spool(path).close()
    summary = summarise(path)
    assert (summary.owner, summary.entries, summary.depth, summary.oldest_at) == (None, 0, 0, None)


def test_a_definition_changed_and_changed_back_is_to_be_told_again(spool: Spool) -> None:
    """The one in between is in force until it is; another part's definition changes nothing."""

    def released(number: int, part: str, digest: str) -> DefinitionReleased:
        return DefinitionReleased(
            id=UUID(int=number),
            source=spool.source,
            at=START + timedelta(seconds=number),
            simulated=True,
            material=MaterialDefinition(part=part, revision="A", description=part, tracking="UNIT"),
            digest=digest,
        )

    first, second = "ab" * 32, "cd" * 32
    spool.append([released(1, "DAC-1", first), released(2, "PSU-1", "ef" * 32)])
    assert spool.has_released(first)
    spool.append([released(3, "DAC-1", second)])
    assert spool.has_released(second)
    assert not spool.has_released(first)
    spool.append([released(4, "DAC-1", first)])
    assert spool.has_released(first)
    assert not spool.has_released(second)
