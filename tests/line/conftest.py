"""The programs as a person runs them: real processes, a home of their own, captured data in place."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
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


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """Runs one command of a page in this process, in a home of its own; the lines that it printed.

    A database named like `bad-lot.db` is in that home; the mark of a simulated site, above every answer, is left out.
    """
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("RACKLINE_HOME", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words: str, code: int = 0) -> list[str]:
        placed = [str(tmp_path / word) if re.fullmatch(r"[\w-]+\.db", word) else word for word in words]
        monkeypatch.setattr(sys, "argv", placed)
        with pytest.raises(SystemExit) as ended:
            import_module({"mes": "mes.cli.main", "station": "stations.cli.main"}[words[0]]).main()
        said = capsys.readouterr()
        assert int(ended.value.code or 0) == code, f"{shlex.join(words)}\n{said.out}{said.err}"
        told = (said.out or said.err).replace(f"{tmp_path}{os.sep}", "")
        return [line.rstrip() for line in told.splitlines() if not line.startswith("SIMULATED site")]

    return run
