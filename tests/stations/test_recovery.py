"""A station that is started again: what was under way is ended, sent and said, before new work, and once."""

import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.reading import Reading
from mes.command_line import Location
from mes.ledger import Site, create_ledger, open_ledger
from mes.vocabulary import RunEnding, SiteKind, Verdict
from stations import composition
from stations.cli.main import app
from stations.composition import open_test_station, spool_path, station_clock
from stations.config import load_station_config
from stations.errors import SpoolError
from stations.events import Measured, RunBegan, RunOrder, StepEnded
from stations.hand_run import insert_simulated
from stations.lease import StopSwitch
from stations.limits import judge
from stations.line_recovery import recover_lines
from stations.record import RunRecorder
from stations.run_report import recovered_line, run_document
from stations.spool import Spool

CONFIG = Path(__file__).parents[2] / "stations/configs/cable-lane-test.toml"
STATION = "cable-lane-test"


@contextmanager
def opened(location: Location, hour: int = 6) -> Iterator[composition.TestStation]:
    """The laboratory station of the shipped file, on its simulated bench."""
    config = load_station_config(CONFIG)
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


def cut_off(station: composition.TestStation, serial: str, *, length_m: float | None = 1.0) -> None:
    """Leave a run as a killed station leaves it: begun, and with a length its first step ended, nothing more."""
    producer = station.producer
    unit = producer.identity(serial)
    decision = producer.ask_gate(unit, station.plan.operation, plan=station.plan.digest)
    order = RunOrder(
        run=producer.new_id(),
        unit=unit,
        station=STATION,
        station_digest=station.config.digest,
        fixture="FX",
        slot="1",
        operator="o",
        gate=decision.request.id,
        simulated=True,
    )
    recorder = RunRecorder(station.spool, producer.new_id, ())
    recorder(RunBegan(order, station.plan, producer.clock.utc()))
    if length_m is not None:
        measurand = next(m for m in station.plan.measurands if m.name == "length_a")
        value = Reading(length_m, "m")
        judgement = judge(measurand, value)
        recorder(Measured("plug_memory", measurand, value, judgement))
        recorder(StepEnded("plug_memory", judgement.outcome, 0.0, 0.5, ""))


@pytest.fixture
def location(tmp_path: Path) -> Location:
    return Location(tmp_path, f"sqlite:///{tmp_path / 'site.db'}")


def runs_at_the_centre(location: Location) -> list[tuple[Any, ...]]:
    """Serial, verdict, ending and reason of every run, in the order in which they began."""
    with closing(sqlite3.connect(location.url.removeprefix("sqlite:///"))) as connection:
        return connection.execute(
            "SELECT serial, verdict, ending, reason FROM test_run JOIN unit ON unit.id = unit_id ORDER BY test_run.id"
        ).fetchall()


def worked(station: composition.TestStation, serial: str) -> Any:
    insert_simulated(station, serial)
    return station.agent.work(serial, StopSwitch())


@pytest.mark.parametrize(("length_m", "verdict"), [(None, "NONE"), (1.0, "NONE"), (9.0, "FAILED")])
def test_a_run_that_was_cut_off_is_aborted_at_the_next_start(location, length_m, verdict):
    """Recorded, sent and told with the next unit, before anything new is done; a third start finds nothing."""
    with opened(location) as station:
        limits = next(m for m in station.plan.measurands if m.name == "length_a")
        good = limits.nominal if length_m == 1.0 else length_m
        cut_off(station, "DAC0000001", length_m=good)
    with opened(location, 7) as station:
        (run,) = station.agent.recovered
        assert (run.ending, run.verdict, run.unit.serial) == (RunEnding.ABORTED, verdict, "DAC0000001")
        assert len(run.values) == len(station.plan.measurands)
        assert station.spool.depth() == 0
        where = "before its first step ended" if length_m is None else "after step plug_memory"
        ((serial, stored, ending, reason),) = runs_at_the_centre(location)
        assert (serial, stored, ending) == ("DAC0000001", verdict, "ABORTED")
        assert f"cut off {where}" in reason
        first, second = worked(station, "DAC0000002"), worked(station, "DAC0000003")
        assert first.recovered == (run,)
        assert second.recovered == ()
        document = run_document(station, first, "db")
        assert [one["unit"]["serial"] for one in document["recovered"]] == ["DAC0000001"]
    with opened(location, 8) as station:
        assert station.agent.recovered == ()
    assert [ending for _, _, ending, _ in runs_at_the_centre(location)] == ["ABORTED", "COMPLETED", "COMPLETED"]


def test_station_run_says_what_was_recovered(tmp_path):
    """One line on standard error when the station opens, and the field `recovered` in the first unit's document."""
    location = Location(tmp_path, f"sqlite:///{tmp_path / 'rackline.db'}")
    with opened(location) as station:
        cut_off(station, "DAC0000001", length_m=None)
    arguments = ["run", str(CONFIG), "--home", str(tmp_path), "--json"]
    done = CliRunner().invoke(app, arguments, input="DAC0000002\nDAC0000003\n")
    assert done.exit_code == 0, done.output
    (line,) = [line for line in done.stderr.splitlines() if "recovered" in line]
    assert line.startswith("station: recovered: run of DAC-50G-LANE DAC0000001, lane_test, is recorded as ABORTED")
    documents = [json.loads(document) for document in done.stdout.splitlines()]
    assert [[run["unit"]["serial"] for run in one["recovered"]] for one in documents] == [["DAC0000001"], []]


def test_a_run_whose_end_the_disk_refused_is_ended_before_the_next_unit(location, monkeypatch):
    """The operator is told that nothing was recorded; once the disk takes records again, the run is ended as it was."""
    with opened(location) as station:

        def refuse(*_: object) -> None:
            raise SpoolError("disk is full")

        monkeypatch.setattr(Spool, "finish_run", refuse)
        with pytest.raises(SpoolError, match="disk is full"):
            worked(station, "DAC0000001")
        monkeypatch.undo()
        assert len(station.spool.open_runs()) == 1
        after = worked(station, "DAC0000002")
        (run,) = after.recovered
        assert run.reason.startswith("its end could not be recorded after step lane_response; ")
        assert [step.name for step in run.steps] == ["plug_memory", "lane_response"]
        assert after.run is not None
        assert after.run.verdict is Verdict.PASSED
    assert [row[:3] for row in runs_at_the_centre(location)] == [
        ("DAC0000001", "NONE", "ABORTED"),
        ("DAC0000002", "PASSED", "COMPLETED"),
    ]


def test_the_bench_is_safe_before_a_run_is_ended(location, monkeypatch):
    """A bench that does not answer leaves the run open: nobody says that it is over while its output may be live."""
    with opened(location) as station:
        cut_off(station, "DAC0000001")

    def unsafe(*_: object) -> Any:
        raise RuntimeError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr("stations.bench.Bench.open", unsafe)
        with pytest.raises(RuntimeError, match="no answer"), opened(location, 7):
            """Not reached."""
    with Spool(spool_path(location, STATION, site_of(location)), STATION, lambda: "") as spool:
        assert len(spool.open_runs()) == 1


def site_of(location: Location) -> Site:
    """The site of a database."""
    ledger = open_ledger(location.url)
    try:
        return ledger.site()
    finally:
        ledger.close()


def test_a_killed_demonstration_is_ended_in_its_own_database(tmp_path):
    """The next demonstration finds what an earlier one left open or unsent, ends and sends it there, and says so."""
    lines = tmp_path / "lines"
    location = Location(lines, f"sqlite:///{tmp_path / 'demo-1.db'}")
    create_ledger(location.url, "demo", SiteKind.SIMULATED).close()
    with opened(location) as station:
        cut_off(station, "DAC0000001")
        at = station.spool.open_runs()[0].started.at
        held = recover_lines(tmp_path, lines, (STATION,), random.Random(1))
        assert held.runs == held.problems == (), "a line that lives is left alone"
    recovery = recover_lines(tmp_path, lines, (STATION, "another"), random.Random(1))
    ((database, run),) = recovery.runs
    assert (database, run.ending) == (location.url, RunEnding.ABORTED)
    assert (run.at - at).total_seconds() == 0.5, "its time stood still where it was cut off"
    assert runs_at_the_centre(location)[0][2] == "ABORTED"
    assert "run of DAC-50G-LANE DAC0000001, lane_test, is recorded as ABORTED" in recovered_line(run)
    assert recover_lines(tmp_path, lines, (STATION,), random.Random(1)).runs == ()


def test_a_demonstration_that_cannot_be_recovered_is_named(tmp_path):
    """A broken spool of an old demonstration is reported, and does not keep the next one from being recovered."""
    lines = tmp_path / "lines"
    for number in (1, 2):
        location = Location(lines, f"sqlite:///{tmp_path / f'demo-{number}.db'}")
        create_ledger(location.url, "demo", SiteKind.SIMULATED).close()
        with opened(location) as station:
            cut_off(station, "DAC0000001")
        if number == 1:
            spool_path(location, STATION, site_of(location)).write_bytes(b"no spool at all" * 300)
    recovery = recover_lines(tmp_path, lines, (STATION,), random.Random(1))
    assert [database for database, _ in recovery.runs] == [f"sqlite:///{tmp_path / 'demo-2.db'}"]
    (problem,) = recovery.problems
    assert problem.startswith("demo-1.db: spool ")


class TestSpoolCommand:
    """`station spool`: read-only, beside a living agent or without one."""

    @pytest.fixture
    def spool(self, location: Location) -> Callable[..., Any]:
        def run(*arguments: str, code: int = 0) -> Any:
            options = ["--home", str(location.home), "--db", location.url]
            done = CliRunner().invoke(app, ["spool", *arguments, *options])
            assert done.exit_code == code, done.output
            return done

        return run

    def test_it_shows_what_waits_while_the_agent_works(self, location, spool):
        """Depth, oldest age, the run under way with its finished steps, and who has the spool open."""
        with opened(location) as station:
            spool(str(CONFIG))
            cut_off(station, "DAC0000001")
            (shown,) = json.loads(spool(str(CONFIG), "--json").stdout)["spools"]
            assert (shown["owner"], shown["entries"], shown["depth"]) == (os.getpid(), 4, 1)
            assert shown["oldest_at"].startswith("2027-03-01T06:00")
            assert isinstance(shown["oldest_age_s"], float)
            (run,) = shown["open_runs"]
            assert (run["unit"], run["steps"]) == ("DAC-50G-LANE DAC0000001", ["plug_memory"])
            told = spool(str(CONFIG)).stdout
            assert "1 not yet at the centre, the oldest of 2027-03-01 06:00" in told
            assert "open run of DAC-50G-LANE DAC0000001, lane_test, after plug_memory: under way" in told
            station.spool.verify()

    def test_it_shows_what_a_dead_agent_left(self, location, spool):
        """Nobody has the spool open: the run was cut off, and looking changes nothing."""
        with opened(location) as station:
            cut_off(station, "DAC0000001", length_m=None)
        path = spool_path(location, STATION, site_of(location))
        before = path.read_bytes()
        told = spool("--all").stdout
        assert "no agent has it open" in told
        assert "before its first step ended: cut off; its station ends it at the next start" in told
        assert path.read_bytes() == before

    def test_it_says_what_the_centre_refuses_and_that_it_waits_for_a_person(self, location, spool):
        """A refused entry is shown with its reason until the centre takes it; meanwhile the exit code is 1."""
        with opened(location) as station:
            station.spool.pin(2, "kind is of a future release\nupdate the centre", datetime(2027, 3, 1, 9, tzinfo=UTC))
            (shown,) = json.loads(spool("--all", "--json", code=1).stdout)["spools"]
            assert [(pin["seq"], pin["kind"]) for pin in shown["pinned"]] == [(2, "plan_released")]
            told = spool(str(CONFIG), code=1).stdout
            assert "REFUSED by the centre since 2027-03-01 09:00 UTC: entry 2, plan_released:" in told
            assert "    update the centre" in told

    def test_it_needs_a_station_or_all(self, location, spool, tmp_path):
        """Neither, both, a station that has recorded nothing, or a broken file: told in a line."""
        assert "one of the two" in str(spool(code=1).exception)
        assert "one of the two" in str(spool(str(CONFIG), "--all", code=1).exception)
        assert "cable-lane-test has recorded nothing yet" in str(spool(str(CONFIG), code=1).exception)
        assert "no station has recorded anything yet" in spool("--all").stdout
        broken = tmp_path / "spools/x.db"
        broken.parent.mkdir()
        broken.write_bytes(b"no spool")
        assert "x.db" in str(spool("--all", code=1).exception)
