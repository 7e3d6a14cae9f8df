"""Ctrl-C and SIGTERM: the line stops at once, says so, and what was run is recorded."""

import json
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest


def journalled(path: Path) -> Counter[str]:
    """How many records of each kind a database holds; none while it is being made."""
    if not path.exists():
        return Counter()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
        try:
            return Counter(kind for (kind,) in connection.execute("SELECT kind FROM journal"))
        except sqlite3.OperationalError:
            return Counter()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_line_that_is_stopped_keeps_everything(
    station: Any, mes: Any, tmp_path: Path, number: signal.Signals
) -> None:
    """Exit 130; the counts are said; every run that began is finished, one in flight as ABORTED; chains hold."""
    path = tmp_path / "line.db"
    process = station.start("demo", "--headless", "--units", "500", "--seed", "7", "--json", "--db", path)
    try:
        while journalled(path)["run_finished"] < 3:
            assert process.poll() is None, process.communicate()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert f"stopped by {number.name}" in err
    counts = json.loads(out)
    assert 0 < counts["runs"] < 500
    kinds = journalled(path)
    assert kinds["run_started"] == kinds["run_finished"] == counts["runs"]
    assert mes.json("verify", "--db", path)["ok"] is True


def test_what_an_earlier_demonstration_left_latched_went_with_its_bench(station: Any, tmp_path: Path) -> None:
    """A simulated bench is new with every demonstration; a hand-run station of this home stays latched."""
    latched = tmp_path / "home/lines/benches/cable-bundle-test.latched.json"
    by_hand = tmp_path / "home/benches/cable-bundle-test.latched.json"
    for latch in (latched, by_hand):
        latch.parent.mkdir(parents=True)
        latch.write_text('{"safe": "OUTPUT MAY BE LIVE", "run": "1", "at": "2026-11-02T06:00:00+00:00"}', "utf-8")
    demo = station.json("demo", "--headless", "--lines", "cable", "--units", "1")
    assert (demo["finished"], demo["errors"]) == (1, 0)
    assert (latched.exists(), by_hand.exists()) == (False, True)


def test_ctrl_c_at_the_prompt_leaves_nothing_behind(station: Any, configs: Path, tmp_path: Path) -> None:
    """A station that waits for the next serial number ends on Ctrl-C with 130; what it had worked is recorded."""
    process = station.start(
        "run", configs / "cable-lane-test.toml", "--headless", "--json", "--db", tmp_path / "d.db", stdin=True
    )
    try:
        process.stdin.write("DAC0001\n")
        process.stdin.flush()
        worked = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert (worked["verdict"], worked["sent"]) == ("PASSED", True)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_several_units_are_worked_one_after_the_other(station: Any, configs: Path) -> None:
    """Serial numbers from standard input, one a line; the exit code is the worst of them."""
    done = station("run", configs / "cable-lane-test.toml", "--headless", "--json", stdin="DAC0001\nDAC0002\n")
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["PASSED", "PASSED"]


def test_a_scan_that_is_refused_does_not_stop_the_next(station: Any, configs: Path) -> None:
    """A bad label between two good ones: it is told, the others are worked, and the exit code remembers it."""
    run = ("run", configs / "cable-lane-test.toml", "--headless", "--json")
    done = station(*run, stdin="DAC0001\n\nDAC\nDAC0002\n", code=2)
    assert [json.loads(line)["unit"]["serial"] for line in done.stdout.splitlines()] == ["DAC0001", "DAC0002"]
    assert "scan 'DAC' refused" in done.stderr


def test_output_into_a_closed_pipe_is_no_traceback(mes: Any, tmp_path: Path) -> None:
    """`mes … | head -0`: the reader is gone; nothing is said about it and nothing has gone wrong."""
    mes("init", "--name", "site", "--simulated", "--db", tmp_path / "d.db")
    process = mes.start("yield", "--db", tmp_path / "d.db")
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=30), err) == (0, "")


def test_a_rolled_back_spool_stops_the_station(station: Any, mes: Any, configs: Path, tmp_path: Path) -> None:
    """A spool restored from before what the centre holds: no new unit is run, and the message says what to do."""
    run = ("run", configs / "cable-lane-test.toml", "--headless", "--serial", "DAC0001")
    station(*run)
    (spool,) = (tmp_path / "home/spools").glob("cable-lane-test-*.db")
    with closing(sqlite3.connect(spool)) as connection, connection:
        connection.execute("DELETE FROM outbox WHERE seq > 3")
    done = station(*run, code=4)
    assert "rolled back or cloned" in done.stderr
    assert "aside" in done.stderr
    assert mes.json("yield")["operations"][0]["runs"] == 1
