"""After a power cut a resumable run goes on by policy with the gap recorded; every other run is ABORTED."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mes.command_line import Location
from mes.ledger import open_ledger
from mes.records import RunFinished, parse_record
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations import composition
from stations.composition import open_test_station, station_clock
from stations.config import load_station_config
from stations.errors import FixtureWorn, PlanError, ScanRefused, StationError
from stations.events import Event, RunResumed, StepBegan, StepEnded
from stations.hand_run import insert_simulated
from stations.lease import StopSwitch
from stations.measurands.plug_memory import memory_measurands, record_memory
from stations.plans import dac_50g_lane_test
from stations.record import RunRecorder

CONFIG = Path(__file__).parents[3] / "stations/configs/cable-lane-test.toml"
SERIAL = "DAC0000001"


@pytest.fixture
def location(tmp_path: Path) -> Location:
    """A home and a database of its own."""
    return Location(tmp_path, f"sqlite:///{tmp_path / 'site.db'}")


@pytest.fixture
def resumable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The laboratory's plan says that its runs may go on."""
    monkeypatch.setattr(dac_50g_lane_test.PLAN, "resumable", True)


@contextmanager
def opened(
    location: Location, hour: int, *, within_s: float | None = 7200.0, told: list[Event] | None = None, **changed: Any
) -> Iterator[composition.TestStation]:
    """The laboratory station at this hour, with or without a policy of going on."""
    config = load_station_config(CONFIG).model_copy(update={"resume_within_s": within_s, **changed})
    ledger = open_ledger(location.url, simulated_site=True)
    try:
        with open_test_station(
            config,
            location=location,
            ledger=ledger,
            clock=station_clock(config, datetime(2027, 3, 1, hour, tzinfo=UTC)),
            chance=random.Random(hour),
            listener=lambda event: None if told is None else told.append(event),
        ) as station:
            yield station
    finally:
        ledger.close()


def cut_after_first_step(location: Location, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Run a unit until the power goes, right after the first step was committed; the run's id."""
    whole = RunRecorder.__call__
    dead = False

    def dying(recorder: RunRecorder, event: Event) -> None:
        nonlocal dead
        if not dead:
            whole(recorder, event)
        dead = dead or isinstance(event, StepEnded)

    with opened(location, 6) as station, monkeypatch.context() as patch:
        patch.setattr(RunRecorder, "__call__", dying)
        insert_simulated(station, SERIAL)
        with pytest.raises(StationError, match="ended without a record"):
            station.agent.work(SERIAL, StopSwitch())
        (open_run,) = station.spool.open_runs()
        assert [one.name for one in open_run.steps] == ["plug_memory"]
        return open_run.run


@pytest.mark.usefixtures("resumable")
def test_a_resumable_run_goes_on_after_its_last_finished_step(location: Location, monkeypatch: Any) -> None:
    """One hour later: the same run, its first step not repeated, its values kept, the gap an event and a number."""
    run = cut_after_first_step(location, monkeypatch)
    told: list[Event] = []
    with opened(location, 7, told=told) as station:
        assert station.agent.recovered == ()
        assert [one.run for one in station.agent.resumable] == [run]
        insert_simulated(station, SERIAL)
        (finished,) = station.agent.resume(StopSwitch())
        assert station.spool.open_runs() == ()
        assert station.spool.depth() == 0
        assert station.agent.resume(StopSwitch()) == ()
        plan = station.plan
    assert (finished.run, finished.verdict, finished.ending) == (run, Verdict.PASSED, RunEnding.COMPLETED)
    assert [one.name for one in finished.steps] == ["plug_memory", "lane_response"]
    assert [e.step for e in told if isinstance(e, StepBegan)] == ["lane_response"]
    (resumed,) = [e for e in told if isinstance(e, RunResumed)]
    assert resumed.after == "plug_memory"
    assert finished.gap_s == resumed.gap_s
    assert 3500 < finished.gap_s <= 3600
    held = {*finished.texts, *finished.over_ranges}
    names = [measurand.name for measurand in plan.measurands]
    assert {name for name, value in zip(names, finished.values, strict=True) if value is None} == held
    times = [one.started_s for one in finished.steps]
    assert times == sorted(times)


@pytest.mark.usefixtures("resumable")
def test_an_earlier_failure_is_not_lost_by_going_on(location: Location, monkeypatch: Any) -> None:
    """The step before the cut had failed: the run that goes on ends FAILED, whatever comes after."""
    limits = memory_measurands

    def short(parameters: Any, end: Any) -> Any:
        return (replace(m, low=9.0, high=9.5, nominal=None, tolerance=None) if m.name == "length_a" else m
                for m in limits(parameters, end))  # fmt: skip

    monkeypatch.setattr(dac_50g_lane_test, "memory_measurands", short)
    cut_after_first_step(location, monkeypatch)
    with opened(location, 7) as station:
        insert_simulated(station, SERIAL)
        (finished,) = station.agent.resume(StopSwitch())
    assert (finished.verdict, finished.ending) == (Verdict.FAILED, RunEnding.COMPLETED)
    assert [failure.measurand for failure in finished.failures] == ["length_a"]
    assert finished.steps[0].outcome is Outcome.FAILED


@pytest.mark.parametrize("why", ["no policy", "too late", "plan not resumable", "another revision"])
def test_everything_else_is_aborted(location: Location, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    """Without policy, after too long, for a plan that does not say so, or under another revision: ABORTED."""
    monkeypatch.setattr(dac_50g_lane_test.PLAN, "resumable", True)
    cut_after_first_step(location, monkeypatch)
    if why == "plan not resumable":
        monkeypatch.setattr(dac_50g_lane_test.PLAN, "resumable", False)
    if why == "another revision":
        monkeypatch.setattr(dac_50g_lane_test.PLAN, "revision", "99")
    within = {"no policy": None, "too late": 600.0}.get(why, 7200.0)
    with opened(location, 7, within_s=within) as station:
        assert station.agent.resumable == ()
        (run,) = station.agent.recovered
    assert (run.ending, run.verdict) == (RunEnding.ABORTED, Verdict.NONE)


@pytest.mark.usefixtures("resumable")
def test_a_scan_of_another_unit_ends_a_run_that_nobody_went_on_with(location: Location, monkeypatch: Any) -> None:
    """Whoever scans has taken the unit out: the run that was open is ABORTED."""
    cut_after_first_step(location, monkeypatch)
    with opened(location, 7) as station:
        insert_simulated(station, "DAC0000002")
        worked = station.agent.work("DAC0000002", StopSwitch())
        assert [run.ending for run in worked.recovered] == [RunEnding.ABORTED]
        assert station.agent.resumable == ()


def with_two_units(station: composition.TestStation) -> composition.TestStation:
    """The same station with a plan for two units that reads both labels and nothing else."""

    def labels(fixture: Any, record: Any) -> None:
        for k in record.units:
            record_memory(record.unit(k), "a", fixture.memory(), fixture.units[0])

    first = replace(station.plan.steps[0], function=labels)
    plan = replace(station.plan, units=(2, 2), steps=(first,)).sealed()
    station.agent._plan = plan
    station.agent.start()
    return station


def test_units_of_one_run_have_records_of_their_own_tied_by_a_group(location: Location) -> None:
    """Two units: two run ids, two slots, one group, in what was started and in what was finished."""
    with opened(location, 6) as station:
        with_two_units(station)
        insert_simulated(station, SERIAL)
        both = station.agent.work_together([SERIAL, "DAC0000002"], StopSwitch())
        records = [parse_record(entry.body) for entry in station.spool.entries_from(1)]
    runs = [one.run for one in both]
    assert all(isinstance(run, RunFinished) and run.verdict is Verdict.PASSED for run in runs)
    started = [r for r in records if r.kind == "run_started"]
    finished = [r for r in records if r.kind == "run_finished"]
    assert [(r.unit.serial, r.slot) for r in finished] == [(SERIAL, "1"), ("DAC0000002", "2")]
    assert len({r.run for r in finished}) == 2
    groups = {r.group for r in (*started, *finished)}
    assert len(groups) == 1
    assert None not in groups


def test_a_pair_is_two_different_units(location: Location) -> None:
    """The same label twice, or one unit alone, is refused before the gate is asked."""
    with opened(location, 6) as station:
        with_two_units(station)
        with pytest.raises(ScanRefused, match="twice"):
            station.agent.work_together([SERIAL, SERIAL], StopSwitch())
        with pytest.raises(PlanError, match="tests 2 units"):
            station.agent.work(SERIAL, StopSwitch())


def test_a_unit_alone_belongs_to_no_group(location: Location) -> None:
    """An ordinary run says nothing of a group."""
    with opened(location, 6) as station:
        insert_simulated(station, SERIAL)
        worked = station.agent.work(SERIAL, StopSwitch())
    assert worked.run is not None
    assert worked.run.group is None
    assert worked.run.safe == "proven off: vna, memory_a"


def test_a_worn_fixture_takes_no_more_units(location: Location) -> None:
    """Two runs are what its contacts last: the third is refused, and the count is in the record."""

    def worn(hour: int) -> Any:
        config = load_station_config(CONFIG)
        fixture = config.fixture.model_copy(update={"cycles_max": 2})
        return opened(location, hour, fixture=fixture)

    for hour, cycles in ((6, 1), (7, 2)):
        with worn(hour) as station:
            insert_simulated(station, SERIAL)
            worked = station.agent.work(SERIAL, StopSwitch())
            assert worked.run is not None
            assert worked.run.fixture_cycles == cycles
    with worn(8) as station, pytest.raises(FixtureWorn, match="has made 2 runs and lasts 2"):
        station.agent.work(SERIAL, StopSwitch())
