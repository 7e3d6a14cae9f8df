"""What runs attached reaches the centre before the record that names it; what cannot be sent is told, never dropped."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mes.attachment_store import AttachmentStore
from mes.command_line import Location
from mes.ledger import AppendReceipt, JournalEntry, LedgerUnavailable, open_ledger
from mes.local_ledger import LocalLedger
from mes.records import RunFinished, attachments_named
from mes.vocabulary import Verdict
from stations import composition
from stations.attachment_policy import AttachmentsConfig, Keep
from stations.composition import open_test_station, station_clock
from stations.config import load_station_config
from stations.errors import SpoolError
from stations.fixtures.dac_lane import DacLaneFixture
from stations.hand_run import insert_simulated
from stations.lease import StopSwitch
from stations.limits import Measurand
from stations.plan import Record, TestPlan
from stations.worked import Worked

CONFIG = Path(__file__).parents[2] / "stations/configs/cable-lane-test.toml"
PLAN = TestPlan("attaching", "1", "lane_test", "cable", "dac_lane")


@PLAN.step(Measurand("vendor", "", matches=".*"))
def vendor(fixture: DacLaneFixture, record: Record) -> None:
    """Who made it, and the whole of what was read."""
    memory = fixture.memory()
    record.attach("memory.txt", "text/plain", repr(memory).encode())
    record.attach("always_the_same.txt", "text/plain", b"one content, kept once")
    record("vendor", memory.vendor)


@pytest.fixture(autouse=True)
def small_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The station works by the plan above."""
    monkeypatch.setattr(composition, "load_plan", lambda _: PLAN)


@pytest.fixture
def location(tmp_path: Path) -> Location:
    """The home of one station and its centre."""
    return Location(tmp_path, f"sqlite:///{tmp_path / 'centre.db'}")


@pytest.fixture
def centre(location: Location) -> AttachmentStore:
    """Where the centre keeps what it was sent."""
    return AttachmentStore(location.attachments)


@contextmanager
def opened(location: Location, keep: Keep = Keep.ALL, hour: int = 6) -> Iterator[composition.TestStation]:
    """The laboratory station, keeping so much of what its runs attach."""
    config = load_station_config(CONFIG).model_copy(update={"attachments": AttachmentsConfig(keep=keep)})
    ledger = open_ledger(location.url, simulated_site=True)
    try:
        with open_test_station(
            config,
            location=location,
            ledger=ledger,
            clock=station_clock(config, datetime(2027, 3, 1, hour, tzinfo=UTC)),
            chance=random.Random(hour),
        ) as station:
            yield station
    finally:
        ledger.close()


def worked(station: composition.TestStation, serial: str) -> Worked:
    """One unit worked."""
    insert_simulated(station, serial)
    return station.agent.work(serial, StopSwitch())


def journalled(location: Location) -> list[RunFinished]:
    """Every finished run in the centre's journal."""
    with closing(sqlite3.connect(location.url.removeprefix("sqlite:///"))) as site:
        rows = site.execute("SELECT body FROM journal WHERE kind = 'run_finished' ORDER BY position").fetchall()
    return [RunFinished.model_validate_json(body) for (body,) in rows]


def test_the_centre_holds_what_the_station_kept(location: Location, centre: AttachmentStore) -> None:
    """The same bytes at both ends, under the digests that the journalled record names; one content lies there once."""
    with opened(location) as station:
        runs = [worked(station, f"DAC000000{k}").run for k in (1, 2)]
        for run in filter(None, runs):
            assert [one.name for one in run.attachments] == ["memory.txt", "always_the_same.txt"]
            for one in run.attachments:
                assert centre.read(one.sha256) == station.spool.attachments.read(one.sha256)
    assert journalled(location) == runs
    assert len(list(centre.folder.glob("??/*.gz"))) == 3


def test_a_record_names_only_what_is_already_there(
    location: Location, centre: AttachmentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the moment at which the centre is given the record it has every content that the record names."""
    inner = LocalLedger.append
    absent: list[frozenset[str]] = []

    def append(ledger: LocalLedger, entries: list[JournalEntry]) -> AppendReceipt:
        absent.append(centre.missing(one.sha256 for entry in entries for one in attachments_named(entry.body)))
        return inner(ledger, entries)

    monkeypatch.setattr(LocalLedger, "append", append)
    with opened(location) as station:
        assert worked(station, "DAC0000001").run is not None
    assert set(absent) == {frozenset()}


def test_a_centre_that_takes_no_attachment_gets_the_record_later(
    location: Location, centre: AttachmentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk is full: the run is PASSED here and waits with its record; both arrive once there is room."""

    def full(ledger: LocalLedger, content: bytes) -> str:
        raise LedgerUnavailable("the centre's attachments: no space left; try again")

    with opened(location) as station:
        with monkeypatch.context() as broken:
            broken.setattr(LocalLedger, "attach", full)
            first = worked(station, "DAC0000001")
        assert first.run is not None
        assert (first.run.verdict, first.forwarded.error) == (
            Verdict.PASSED,
            "the centre's attachments: no space left; try again",
        )
        assert journalled(location) == []
        assert station.producer.forward().remaining == 0
    assert journalled(location) == [first.run]
    assert centre.missing(one.sha256 for one in first.run.attachments) == frozenset()


@pytest.mark.parametrize("damage", ["lost", "altered"])
def test_what_the_station_has_lost_holds_no_record_up_and_is_told(
    location: Location, centre: AttachmentStore, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """The record is sent without it, and the next unit's warnings name both; nothing altered is ever sent."""
    with opened(location) as station:
        with monkeypatch.context() as broken:
            broken.setattr(LocalLedger, "attach", _unavailable)
            first = worked(station, "DAC0000001").run
        assert first is not None
        memory, same = first.attachments
        file = station.spool.attachments.folder / memory.sha256[:2] / f"{memory.sha256}.gz"
        if damage == "lost":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:-9])
        second = worked(station, "DAC0000002")
        (told,) = second.warnings
        assert "was sent without its attachment memory.txt" in told
        assert ("look for it in a backup" if damage == "lost" else "is damaged") in told
        assert second.forwarded.error is None
        assert worked(station, "DAC0000003").warnings == ()
    assert first in journalled(location)
    assert centre.missing([memory.sha256, same.sha256]) == {memory.sha256}


def _unavailable(ledger: LocalLedger, content: bytes) -> str:
    raise LedgerUnavailable("centre: no answer; try again")


def test_a_station_whose_folder_cannot_be_written_does_not_open(location: Location) -> None:
    """Told before anything is armed, unless its file says that nothing is kept."""
    with opened(location, Keep.NONE) as station:
        folder = station.spool.attachments.folder
        assert not folder.exists()
    folder.write_text("in the way")
    with pytest.raises(SpoolError, match=r"attachments .*cannot be written"), opened(location):
        pass
    with opened(location, Keep.NONE) as station:
        run = worked(station, "DAC0000001").run
        assert run is not None
        assert (run.verdict, run.attachments) == (Verdict.PASSED, ())


def test_a_good_unit_leaves_nothing_where_only_failures_are_kept(location: Location, centre: AttachmentStore) -> None:
    """The default: a passed unit costs no disk."""
    with opened(location, AttachmentsConfig().keep) as station:
        run = worked(station, "DAC0000001").run
        assert run is not None
        assert (run.verdict, run.attachments) == (Verdict.PASSED, ())
    assert not centre.folder.exists()
