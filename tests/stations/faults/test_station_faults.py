"""What a station remembers of a fault from run to run: the latch of row 10, the worn fixture of row 20."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from drivers.errors import InstrumentError
from mes.command_line import locate
from mes.ledger import open_ledger
from mes.vocabulary import RunEnding, Verdict
from stations import composition
from stations.cli.main import app
from stations.config import load_station_config
from stations.errors import FaultLatched, FixtureWorn
from stations.fault_latch import FaultLatch
from stations.hand_run import insert_simulated
from stations.lease import StopSwitch
from stations.plan import load_plan
from stations.plan_revision import PlanRevision
from tests.stations.faults.supply_rig import CONFIG, START

STUCK = ('options.variant = "61511"', 'options.variant = "61511"\noptions.stuck_on = true')
SILENT = ("seed = 7", 'seed = 7\nfaults = [{ role = "ac", kind = "drop" }]')


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Path]:
    """The station's file with these lines replaced."""

    def write(*edits: tuple[str, str]) -> Path:
        text = CONFIG.read_text("utf-8").replace('"../products/', f'"{CONFIG.parents[1] / "products"}/')
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = tmp_path / "station.toml"
        path.write_text(text, "utf-8")
        return path

    return write


@contextmanager
def opened(path: Path, home: Path, monkeypatch: Any) -> Iterator[composition.TestStation]:
    """The station at work, as `station run` opens it; its plan ends with the step that energises."""
    config, location = load_station_config(path), locate(home, None)
    ledger = open_ledger(location.url, simulated_site=True)
    bind = type(load_plan(config.plan)).bind

    def shortened(plan: Any, *arguments: Any) -> PlanRevision:
        whole = bind(plan, *arguments)
        return replace(whole, steps=tuple(s for s in whole.steps if s.name in ("output_check", "power_on"))).sealed()

    monkeypatch.setattr("stations.plan.TestPlan.bind", shortened)
    try:
        # Closing says again that the relay has not opened; what matters of it is asserted inside.
        with (
            suppress(InstrumentError),
            composition.open_test_station(
                config,
                location=location,
                ledger=ledger,
                clock=composition.station_clock(config, START),
                chance=random.Random(1),
            ) as station,
        ):
            yield station
    finally:
        ledger.close()


def work(station: composition.TestStation, number: int) -> Any:
    """Put a good unit in and work it."""
    serial = f"{station.product.material.serial_pattern[1:4]}{number:07d}"
    insert_simulated(station, serial)
    return station.agent.work(serial, StopSwitch()).run


def check(path: Path, home: Path, *options: str) -> Any:
    """`station check`, as a person types it."""
    return CliRunner().invoke(app, ["check", str(path), "--home", str(home), *options])


def test_row_10_a_latched_fault_outlives_the_process_until_a_person_resets_it(
    config: Callable[..., Path], tmp_path: Path, monkeypatch: Any
) -> None:
    """OUTPUT MAY BE LIVE: nothing is armed again, here or after a restart, until the bench was inspected and proven."""
    home = tmp_path / "home"
    with opened(config(STUCK), home, monkeypatch) as station:
        run = work(station, 1)
        assert (run.verdict, run.ending) == (Verdict.NONE, RunEnding.ERROR)
        assert run.safe.startswith("OUTPUT MAY BE LIVE: ac")
        with pytest.raises(FaultLatched, match=r"OUTPUT MAY BE LIVE: ac[\s\S]*--reset"):
            work(station, 2)
    good = config()
    with opened(good, home, monkeypatch) as station, pytest.raises(FaultLatched, match=str(run.run)):
        work(station, 2)
    looked = check(good, home)
    assert looked.exit_code == 1
    assert "fault latched" in looked.output
    # A reset without proof is none: an instrument that does not answer is not proven safe.
    assert check(config(SILENT), home, "--reset").exit_code == 1
    assert check(config(), home).exit_code == 1
    assert check(config(), home, "--reset").exit_code == 0
    with opened(config(), home, monkeypatch) as station:
        assert work(station, 2).verdict is Verdict.PASSED


def test_row_10_a_latch_that_cannot_be_read_is_latched(tmp_path: Path) -> None:
    """Half a file is a fault, not a reset; the first fault stands over later ones; a reset clears it."""
    latch = FaultLatch.of(tmp_path, "bench")
    latch.require_clear()
    latch.latch("OUTPUT MAY BE LIVE: ac", UUID(int=1), START)
    latch.latch("OUTPUT MAY BE LIVE: load", UUID(int=2), START)
    assert latch.fault is not None
    assert latch.fault.safe == "OUTPUT MAY BE LIVE: ac"
    latch.path.write_text("{", "utf-8")
    with pytest.raises(FaultLatched, match="cannot be read"):
        latch.require_clear()
    latch.reset()
    latch.reset()
    latch.require_clear()


def test_row_10_an_engineering_run_is_no_way_around_the_latch(
    config: Callable[..., Path], tmp_path: Path, monkeypatch: Any
) -> None:
    """`--step` counts nowhere, and the output burns all the same."""
    path, home = config(), tmp_path / "home"
    FaultLatch.of(home, "psu-test").latch("OUTPUT MAY BE LIVE: ac", UUID(int=1), START)
    arguments = ["run", str(path), "--headless", "--serial", "PSU0000001", "--step", "power_on", "--home", str(home)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code != 0
    assert "OUTPUT MAY BE LIVE" in str(done.exception) + done.output


def test_row_20_a_worn_fixture_takes_no_unit(config: Callable[..., Path], tmp_path: Path, monkeypatch: Any) -> None:
    """After its last cycle nothing is armed in it, also after a restart; a fixture of a new name counts anew."""
    home = tmp_path / "home"
    worn = ('name = "FX-PSU-01"', 'name = "FX-PSU-01"\ncycles_max = 2')
    with opened(config(worn), home, monkeypatch) as station:
        assert work(station, 1).verdict is Verdict.PASSED
        last = work(station, 2)
        assert (last.verdict, last.fixture_cycles) == (Verdict.PASSED, 2)
        with pytest.raises(FixtureWorn, match="FX-PSU-01"):
            work(station, 3)
        assert station.simulated is not None
        assert not station.simulated.bench._instruments["ac"].feed.is_on  # type: ignore[attr-defined]
    with opened(config(worn), home, monkeypatch) as station, pytest.raises(FixtureWorn):
        work(station, 3)
    renewed = ('name = "FX-PSU-01"', 'name = "FX-PSU-02"\ncycles_max = 2')
    with opened(config(renewed), home, monkeypatch) as station:
        assert work(station, 3).verdict is Verdict.PASSED
