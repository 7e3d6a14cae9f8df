"""The waveforms that a supply's numbers were judged by, attached as tables: who opens one finds the number again."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from drivers.reading import Reading
from mes.attachment_store import AttachmentStore
from mes.records import RunFinished
from stations.attachment_policy import Keep, is_kept
from stations.cli import run
from stations.config import load_station_config
from stations.events import Attached, StepEnded
from stations.replay import replay
from tests.stations.plans.bench_of import CONFIGS, Told, bench_of


def columns(content: bytes) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """A table's columns."""
    header, *rows = csv.reader(io.StringIO(content.decode("ascii")))
    return dict(zip(header, np.asarray(rows, dtype=float).T, strict=True))


def attached(told: Told) -> dict[str, bytes]:
    """Everything that a run attached, encoded."""
    events = [event for event in told.events if isinstance(event, Attached)]
    return {one.name: one.content if isinstance(one.content, bytes) else one.content() for one in events}


def number(told: Told, name: str) -> float:
    """A value that was recorded."""
    value = told.values[name]
    assert isinstance(value, Reading)
    assert value.value is not None
    return value.value


@pytest.fixture(scope="module")
def orv3() -> Told:
    """One good ORv3 supply, the steps in which the oscilloscope is read."""
    with bench_of("psu-test") as bench:
        bench.only("output_check", "power_on", "ripple", "load_step", "hold_up")
        (told,) = bench.run(bench.insert(1).serial)
        return told


def test_the_numbers_are_in_the_waveforms(orv3: Told) -> None:
    """Peak, peak to peak and hold-up, computed anew from the files alone, are what was recorded."""
    files = {name: columns(content) for name, content in attached(orv3).items()}
    assert list(files) == ["inrush.csv", "ripple.csv", "load_step.csv", "hold_up_at_100.csv"]
    assert np.abs(files["inrush.csv"]["line_a"]).max() == pytest.approx(number(orv3, "inrush_peak"), rel=1e-6)
    assert np.ptp(files["ripple.csv"]["output_v"]) == pytest.approx(number(orv3, "ripple"), rel=1e-6)
    lost = files["hold_up_at_100.csv"]
    warned = lost["time_s"][np.flatnonzero(lost["ac_loss_v"] >= 1.65)[-1]]
    assert -warned == pytest.approx(number(orv3, "ac_loss_lead_at_100"), abs=1e-4)
    assert files["load_step.csv"]["output_v"].size == 5000


def test_every_attachment_says_what_it_shows(orv3: Told) -> None:
    """So that a station which keeps failures keeps the waveform of the value that failed."""
    shown = {event.name: event.shows for event in orv3.events if isinstance(event, Attached)}
    assert shown["ripple.csv"] == ("ripple",)
    assert shown["hold_up_at_100.csv"] == ("hold_up_at_100", "ac_loss_lead_at_100")


def test_a_shelf_attaches_its_bus_while_a_supply_goes() -> None:
    """The deepest point of each file is the least voltage that was recorded for that slot."""
    with bench_of("shelf-test") as bench:
        bench.only("power_on", "identity", "redundancy")
        (told,) = bench.run(bench.insert(1).serial)
    files = {name: columns(content) for name, content in attached(told).items()}
    assert files
    for name, table in files.items():
        slot = name.removeprefix("redundancy_slot_").removesuffix(".csv")
        least = number(told, f"redundant_least_voltage_slot_{slot}")
        assert table["bus_v"].min() == pytest.approx(least, rel=1e-6)


def test_a_failed_pair_of_a_cable_keeps_its_own_sweep_only() -> None:
    """An open conductor in pair 3: of sixteen sweeps the one that shows it, a Touchstone file."""
    with bench_of("cable-test") as bench:
        bench.only("pair_map", "pair_responses")
        (told,) = bench.run(bench.insert(1, {"kind": "Open", "pair": 3, "conductor": "P"}).serial)
    (ended,) = [one for one in told.events if isinstance(one, StepEnded) and one.step == "pair_responses"]
    sweeps = [event for event in told.events if isinstance(event, Attached)]
    assert len(sweeps) == 16
    kept = [one for one in sweeps if is_kept(Keep.FAILED, ended.outcome, one.shows, told.failed)]
    assert [one.name for one in kept] == ["pair_3.s4p"]
    assert callable(kept[0].content)
    assert kept[0].content().startswith(b"! pair 3: ports 1 P and 2 N near, 3 P and 4 N far\n# Hz S RI R 50\n")


def test_a_replayed_supply_attaches_the_identical_waveforms(tmp_path: Path) -> None:
    """Computed anew from the recorded bytes, every hash is that of the record; nothing is written beside it."""
    path = tmp_path / "run.jsonl"
    with pytest.raises(typer.Exit):
        run.command(CONFIGS / "psu-test.toml", serial=["PSU0000001"], record=path, home=tmp_path, as_json=True)
    before = sorted(tmp_path.rglob("*"))
    played = replay(load_station_config(CONFIGS / "psu-test.toml"), path).record
    recorded = RunFinished.model_validate_json(
        next(
            json.dumps(row["record"])
            for row in map(json.loads, path.read_text().splitlines())
            if row.get("do") == "finished"
        )
    )
    assert played == recorded
    assert len(played.attachments) == 5
    store = AttachmentStore(tmp_path / "rackline.db.attachments")
    assert store.missing(one.sha256 for one in played.attachments) == frozenset()
    assert sorted(tmp_path.rglob("*")) == before
