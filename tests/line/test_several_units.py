"""Several units in one run at a station worked by hand, and a burn-in that goes on after its program was killed."""

import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FIRST, SECOND = "PSC0000001", "PSC0000002"
SEVEN = tuple(f"PSC{number:07d}" for number in range(1, 8))
PSU_TEST = re.compile(r'\[\[route\]\]\nname = "psu_test"\n(?:\w.*\n)+')
"""What comes before in the product's route, and need not here."""

DIES_AFTER_HOUR_2 = """
import os, signal
from stations.events import StepEnded
from stations.record import RunRecorder

recorded, ended = RunRecorder.__call__, 0

def dying(recorder, event):
    global ended
    recorded(recorder, event)
    ended += isinstance(event, StepEnded)
    if ended == 6:
        os.kill(os.getpid(), signal.SIGKILL)

RunRecorder.__call__ = dying
from stations.cli.main import main
main()
"""
"""`station`, killed once three steps of two units are in its spool."""


@pytest.fixture
def burn_in(tmp_path: Path) -> Path:
    """The burn-in station, as the first of its product's route; the second supply dies in the second hour."""
    shutil.copytree(ROOT / "stations/products", tmp_path / "products")
    product = tmp_path / "products/mcrps_2k4.toml"
    assert PSU_TEST.search(product.read_text("utf-8"))
    product.write_text(PSU_TEST.sub("", product.read_text("utf-8")), "utf-8")
    config = tmp_path / "configs/burn-in.toml"
    config.parent.mkdir()
    shipped = (ROOT / "stations/configs/psu-burn-in.toml").read_text("utf-8")
    defect = f'defects = [{{ kind = "EarlyFailure", hours = 2.0, unit = "{SECOND}" }}]'
    config.write_text(shipped.replace("seed = 7", f"seed = 7\n{defect}"), "utf-8")
    return config


def serials(*numbers: str) -> list[str]:
    """The options that name these units."""
    return [word for number in numbers for word in ("--serial", number)]


def records(home: Path, kind: str) -> list[dict[str, Any]]:
    """The records of a kind that the centre holds, in order."""
    with closing(sqlite3.connect(f"file:{home / 'rackline.db'}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT body FROM journal WHERE kind = ? ORDER BY position", (kind,))
        return [json.loads(body) for (body,) in found]


def test_two_supplies_of_one_run_have_a_verdict_each(station: Any, burn_in: Path, tmp_path: Path) -> None:
    """One dies: it alone FAILED; each has a document and records of its own, tied by one group.

    Seven before them are refused in one line, which decides the exit code: no gate is asked for them, nothing armed.
    """
    done = station("run", burn_in, "--headless", "--json", stdin=f"{' '.join(SEVEN)}\n{FIRST}, {SECOND}\n", code=2)
    assert done.stderr == "station: plan psu_burn_in tests 1 to 6 units in a run, not 7\n"
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    told = [(one["unit"]["serial"], one["slot"], one["verdict"], one["gap_s"]) for one in documents]
    assert told == [(FIRST, "1", "PASSED", 0.0), (SECOND, "2", "FAILED", 0.0)]
    assert {failure["measurand"] for failure in documents[1]["failures"]} == {"output_lowest_at_2h"}
    asked = {one["request"]["unit"]["serial"] for one in records(tmp_path / "home", "gate_decided")}
    assert asked == {FIRST, SECOND}
    finished = records(tmp_path / "home", "run_finished")
    assert [one["run"] for one in finished] == [one["run"] for one in documents]
    groups = {one["group"] for one in (*finished, *documents, *records(tmp_path / "home", "run_started"))}
    assert len(groups) == 1
    assert None not in groups


def test_serials_of_a_plan_of_one_unit_are_worked_one_after_the_other(station: Any, configs: Path) -> None:
    """Each is a run of its own, in no group."""
    run = ("run", configs / "cable-lane-test.toml", "--headless", "--json", *serials("DAC0001", "DAC0002"))
    documents = [json.loads(line) for line in station(*run).stdout.splitlines()]
    assert [(one["unit"]["serial"], one["group"]) for one in documents] == [("DAC0001", None), ("DAC0002", None)]


def test_the_screen_says_that_it_works_one_unit_at_a_time(burn_in: Path, tmp_path: Path) -> None:
    """On a terminal, a plan of several units is refused with what to type instead."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        done = subprocess.run(
            [sys.executable, "-c", "from stations.cli.main import main; main()", "run", str(burn_in)],
            cwd=ROOT,
            env={**os.environ, "RACKLINE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            check=False,
            timeout=60,
        )
        said = screen.read(4096).decode()
        os.close(theirs)
    assert done.returncode == 2, said
    assert "one unit at a time" in said
    assert "--serial" in said


def test_a_burn_in_that_was_killed_goes_on(station: Any, burn_in: Path, tmp_path: Path) -> None:
    """Kill -9 after two hours: asked for the same units again, it goes on with hour 3 in the same run and group.

    What had failed before stays so. With --no-resume both end as ABORTED; seven units, which no run takes, end nothing.
    """
    home, other = tmp_path / "home", tmp_path / "other"
    both = ("run", str(burn_in), "--headless", *serials(FIRST, SECOND))
    killed = subprocess.run(
        [sys.executable, "-c", DIES_AFTER_HOUR_2, *both],
        cwd=ROOT,
        env={**os.environ, "RACKLINE_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    shutil.copytree(home, other)

    assert "not 7" in station("run", burn_in, "--headless", *serials(*SEVEN), code=2).stderr
    done = station(*both, "--json", code=1)
    assert f"going on with the run of {FIRST}, {SECOND}, burn_in, cut off after step hour_2" in done.stderr
    assert "after a gap of" in done.stderr
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["verdict"], one["ending"]) for one in documents] == [("PASSED", "COMPLETED"), ("FAILED", "COMPLETED")]
    steps = ["places", "hour_1", "hour_2", "hour_3", "hour_4", "drift"]
    assert [step["name"] for step in documents[0]["steps"]] == steps
    started = records(home, "run_started")
    assert [one["run"] for one in started] == [one["run"] for one in documents]
    assert {one["group"] for one in started} == {one["group"] for one in documents}

    ended = type(station)("stations.cli.main", other)("run", burn_in, "--headless", "--no-resume")
    assert ended.stderr.count("the station was cut off after step hour_2; 3 finished steps kept") == 2
    told = [(one["verdict"], one["ending"]) for one in records(other, "run_finished")]
    assert told == [("NONE", "ABORTED"), ("FAILED", "ABORTED")]
