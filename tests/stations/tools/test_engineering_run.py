"""`station run` with --step, --loop and --pause-on: what an engineer measures, and what nobody counts."""

import csv
import io
import json
import os
import random
import statistics
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import typer

from drivers.capabilities import Instrument
from drivers.clock import SystemClock
from mes.command_line import CommandError
from mes.vocabulary import Outcome
from stations.bench import Bench
from stations.cli import run
from stations.composition import station_clock
from stations.config import load_station_config
from stations.engineering_plan import chosen_steps
from stations.engineering_run import open_engineering_station, require_idle
from stations.errors import PlanError, StationError
from stations.events import StepEnded
from stations.fixture import Fixture
from stations.identity import IdMaker
from stations.lease import StopSwitch
from stations.pause import PauseOnFailure
from stations.plan_listing import bound_plan
from stations.product import load_product

CONFIGS = Path(__file__).parents[3] / "stations/configs"
LANE = CONFIGS / "cable-lane-test.toml"


def worked(capsys: pytest.CaptureFixture[str], **options: Any) -> tuple[str, int]:
    """What a run printed, and its exit code."""
    with pytest.raises(typer.Exit) as done:
        run.command(LANE, **options)
    return capsys.readouterr().out, int(done.value.exit_code)


def test_one_step_is_run_and_nothing_is_recorded(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The step's values are printed; neither a database nor a spool comes to be, and no verdict is claimed."""
    out, code = worked(capsys, serial=["DAC0001"], step=["plug_memory"], home=tmp_path)
    assert code == 0
    assert "ENGINEERING run" in out
    assert "no verdict on the unit" in out
    assert "checksum_a: valid, must be valid" in out
    assert "sdd21" not in out
    assert list(tmp_path.iterdir()) == []


def test_steps_run_in_the_order_of_the_plan() -> None:
    """However they are named; and a part of a plan has a digest of its own, which no record that counts can carry."""
    plan = bound_plan("dac_800g_final_test", None, None)
    part = chosen_steps(plan, ("pair_map", "plug_memories"))
    assert [step.name for step in part.steps] == ["plug_memories", "pair_map"]
    assert part.digest != plan.digest
    assert chosen_steps(plan, ()) is plan


def test_a_step_that_the_plan_has_not_is_named() -> None:
    """With those that it has."""
    with pytest.raises(PlanError, match=r"no step warm_up; its steps are plug_memory, lane_response"):
        chosen_steps(bound_plan("dac_50g_lane_test", None, None), ("warm_up",))


def test_repetitions_are_summed_up(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """n, least, mean, greatest and the sample's standard deviation, from the values in the same document."""
    out, code = worked(capsys, serial=["DAC0001"], step=["lane_response"], loop=4, as_json=True, home=tmp_path)
    document = json.loads(out)
    assert (code, document["engineering"], document["recorded"]) == (0, True, False)
    values = [trial["values"]["return_loss_pair_1"] for trial in document["trials"]]
    assert len(set(values)) == 4
    spread = next(one for one in document["spread"] if one["measurand"] == "return_loss_pair_1")
    assert (spread["n"], spread["min"], spread["max"]) == (4, min(values), max(values))
    assert spread["mean"] == pytest.approx(statistics.mean(values))
    assert spread["s"] == pytest.approx(statistics.stdev(values))


def test_a_gauge_study_is_tidy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several parts from standard input, each so many trials: one value a line, unrounded."""
    monkeypatch.setattr("sys.stdin", io.StringIO("DAC0001\nDAC0002\n"))
    out, code = worked(capsys, step=["lane_response"], loop=2, as_csv=True, home=tmp_path)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, list(rows[0])) == (0, ["value", "part", "trial", "measurand"])
    assert {(row["part"], row["trial"]) for row in rows} == {(f"DAC000{n}", str(t)) for n in (1, 2) for t in (1, 2)}
    assert all(repr(float(row["value"])) == row["value"] for row in rows)


def test_something_out_of_limits_is_exit_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A limit that no cable meets: FAILED, with how far it is off, and exit 1."""
    limits = tmp_path / "strict.toml"
    limits.write_text(
        'revision = "strict"\nplan = "dac_50g_lane_test"\n[limits.return_loss_pair_1]\nlow = 60.0\nunit = "dB"\n',
        encoding="utf-8",
    )
    out, code = worked(capsys, serial=["DAC0001"], loop=2, limits=limits, home=tmp_path)
    assert code == 1
    assert out.count("FAILED   lane_response") == 2
    assert "0 of 2 repetitions within limits" in out


def test_a_wrong_scan_does_not_stop_the_next(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with counted units."""
    monkeypatch.setattr("sys.stdin", io.StringIO("nonsense\nDAC0002\n"))
    out, code = worked(capsys, step=["plug_memory"], as_json=True, home=tmp_path)
    assert (code, json.loads(out)["unit"]["serial"]) == (2, "DAC0002")


def test_stop_ends_all_repetitions(tmp_path: Path) -> None:
    """A STOP in the second repetition leaves the first as it is, and there is no third."""
    config = load_station_config(LANE)
    clock = station_clock(config, SystemClock().utc())
    new_id = IdMaker(clock, random.Random(1))
    with open_engineering_station(
        config, home=tmp_path, clock=clock, new_id=new_id, steps=(), watch=lambda prepared: prepared.runner
    ) as station:
        stop = StopSwitch()
        unit = station.insert("DAC0001")
        assert station.run(unit, 1, stop, lambda _: None).passed
        stop.request("pressed")
        assert not station.run(unit, 2, stop, lambda _: None).passed


def test_an_agent_at_work_keeps_the_engineer_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two programs on one bench would take each other's answers: the process that works there is named."""

    class Owned:
        owner = 4711

    (tmp_path / "spools").mkdir()
    (tmp_path / "spools/press-1-0123456789ab.db").touch()
    monkeypatch.setattr("stations.engineering_run.summarise", lambda _: Owned())
    with pytest.raises(StationError, match="process 4711 works there"):
        require_idle("press-1", tmp_path)
    require_idle("press-2", tmp_path)


def test_a_pause_needs_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one nobody could press Enter, so nothing is even opened."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="there is no terminal"):
        run.command(LANE, serial=["DAC0001"], pause_on="fail", home=tmp_path)
    with pytest.raises(CommandError, match="--pause-on fail"):
        run.command(LANE, serial=["DAC0001"], pause_on="pass", home=tmp_path)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard input as a pipe; the end that a person types into."""
    near, far = os.pipe()
    with os.fdopen(near, encoding="utf-8") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield far
    os.close(far)


def pause(stop: StopSwitch) -> PauseOnFailure:
    """A pause at a fixture without an interlock."""
    product = load_product(CONFIGS.parent / "products/dac_50g_lane.toml")
    fixture = Fixture(cast(dict[str, Instrument], {}), product, {})
    return PauseOnFailure(stop, Bench({}, SystemClock()), fixture)


def test_enter_goes_on(keyboard: int, capsys: pytest.CaptureFixture[str]) -> None:
    """At a failed step the bench is held until Enter; a passed one is passed by."""
    os.write(keyboard, b"\n")
    held = pause(StopSwitch())
    held(StepEnded("warm_up", Outcome.PASSED, 0.0, 1.0, ""))
    assert capsys.readouterr().err == ""
    held(StepEnded("output", Outcome.FAILED, 0.0, 1.0, "v_out is 0.3 V below 49.5 V"))
    told = capsys.readouterr().err
    assert "outputs may be live" in told
    assert "v_out is 0.3 V below 49.5 V" in told
    assert "going on: Enter" in told


@pytest.mark.usefixtures("keyboard")
def test_stop_ends_a_pause(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C goes on towards safe at once, without Enter."""
    stop = StopSwitch()
    threading.Timer(0.05, stop.request, ["stopped by SIGINT"]).start()
    pause(stop)(StepEnded("output", Outcome.FAILED, 0.0, 1.0, "too high"))
    assert "going on: stopped by SIGINT" in capsys.readouterr().err
