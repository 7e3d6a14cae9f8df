"""The programs as a person runs them: real processes, a home of their own, captured data in place."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.warm_interpreter import run_warm

ROOT = Path(__file__).parents[2]


class Program:
    """One of the two programs, run as a process in a home of its own."""

    def __init__(self, module: str, home: Path) -> None:
        self._module = module
        self._command = [sys.executable, "-c", f"from {module} import main; main()"]
        self._environment = {**os.environ, "RACKLINE_HOME": str(home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}

    def __call__(self, *arguments: str | Path, code: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run it, expect this exit code and no traceback."""
        done = run_warm(
            self._module,
            [str(argument) for argument in arguments],
            folder=ROOT,
            environment=self._environment,
            stdin=stdin,
            timeout=110,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        """Run it with --json; the one document on standard output."""
        return json.loads(self(*arguments, "--json", code=code).stdout)

    def start(self, *arguments: str | Path, stdin: bool = False) -> subprocess.Popen[str]:
        """Start it and go on; with `stdin`, its standard input can be written."""
        return subprocess.Popen(
            [*self._command, *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def station(tmp_path: Path) -> Program:
    """The `station` program."""
    return Program("stations.cli.main", tmp_path / "home")


@pytest.fixture
def mes(tmp_path: Path) -> Program:
    """The `mes` program, in the same home."""
    return Program("mes.cli.main", tmp_path / "home")


@pytest.fixture
def realdata() -> Callable[[str], Path]:
    """Where a captured file lies; skips when the captured data is not there."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA is not set: captured data cannot be read")
    return lambda name: Path(folder) / name


@pytest.fixture
def configs() -> Path:
    """The example stations."""
    return ROOT / "stations/configs"
