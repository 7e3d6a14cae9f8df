"""Plain pytest, or pytest with HardPy's plugin and JSON files: a test function for each step, nothing to do in it.

Prints the seconds from the first test function to the last one's report, without starting up and collecting.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

_TIMING = """
import json
import time

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    began = time.perf_counter()
    answer = yield
    seconds = time.perf_counter() - began
    with open("seconds.json", "w") as file:
        json.dump({"seconds": seconds, "failed": session.testsfailed, "ran": session.testscollected}, file)
    return answer
"""
_HARDPY = """
title = "bench"

[database]
storage_type = "json"

[stand_cloud]
connection_only = false
autosync = false
"""


def source(steps: int, measurements: int, hardpy: bool) -> str:
    """A module of tests that check and keep so many values each."""
    lines = ["import hardpy" if hardpy else "import pytest", ""]
    for number in range(steps):
        lines += ["", f"def test_step_{number:03d}({'' if hardpy else 'record_property'}):"]
        for place in range(measurements):
            name, value = f"m{number:03d}_{place}", -9.0 + place
            if hardpy:
                lines += [
                    f"    measurement = hardpy.NumericMeasurement(name={name!r}, value={value!r}, unit='dB',"
                    " operation=hardpy.ComparisonOperation.GELE,"
                    " lower_limit=-18.0, upper_limit=0.0)",
                    "    hardpy.set_case_measurement(measurement)",
                    "    assert measurement.result",
                ]
            else:
                lines += [
                    f"    value = {value!r}",
                    f"    record_property({name!r}, value)",
                    "    assert -18.0 <= value <= 0.0",
                ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the module in a process of its own, once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--measurements", type=int, required=True)
    parser.add_argument("--hardpy", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rackline-bench-") as name:
        folder = Path(name)
        (folder / "conftest.py").write_text(_TIMING, encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        (folder / "test_steps.py").write_text(source(given.steps, given.measurements, given.hardpy), encoding="utf-8")
        options = ["-q", "-p", "no:cacheprovider"]
        if given.hardpy:
            (folder / "hardpy.toml").write_text(_HARDPY, encoding="utf-8")
            options += ["--hardpy-pt"]
        else:
            options += ["-p", "no:hardpy"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, "."],
            cwd=folder,
            env=os.environ | {"HOME": name},
            capture_output=True,
            text=True,
            check=False,
        )
        result = folder / "seconds.json"
        told = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
        if done.returncode or told.get("failed") or told.get("ran") != given.steps:
            sys.exit(f"pytest ended with {done.returncode}, {told}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    peer = f"HardPy {version('hardpy')}" if given.hardpy else f"pytest {version('pytest')}"
    print(json.dumps({"peer": peer, "seconds": [told["seconds"]]}))  # noqa: T201 - the answer to the bench


if __name__ == "__main__":
    main()
