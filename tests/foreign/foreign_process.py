"""Other people's programs run in an interpreter and an environment of their own, `make foreign` makes it."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
INTERPRETER = (Path(os.environ.get("VENV_PEERS", ".venv-peers")) / "bin" / "python").absolute()
CLIENTS = ("instro", "pymeasure", "qcodes")
"""In this order: the first one switches the supply on whose voltage the others read."""

_SECONDS = 180.0


def is_installed() -> bool:
    """Whether the environment holds them."""
    if not INTERPRETER.exists():
        return False
    probe = [str(INTERPRETER), "-c", "import instro, pymeasure, qcodes"]
    return subprocess.run(probe, capture_output=True, check=False, timeout=_SECONDS).returncode == 0


def run_client(name: str, resources: Mapping[str, str]) -> dict[str, Any]:
    """What a client tells: its name and version, and by role what it exercised and read. Raises RuntimeError."""
    script = FOLDER / "clients" / f"{name}_client.py"
    done = subprocess.run(
        [str(INTERPRETER), "-W", "ignore", str(script), json.dumps(dict(resources))],
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
        cwd=FOLDER,
    )
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@contextmanager
def foreign_servers() -> Iterator[dict[str, int]]:
    """instro's simulators, by role the port that they listen on."""
    script = FOLDER / "servers" / "instro_server.py"
    with subprocess.Popen(
        [str(INTERPRETER), "-W", "ignore", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=FOLDER,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(_SECONDS)
