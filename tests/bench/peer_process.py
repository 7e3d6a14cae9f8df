"""Peers run in an interpreter and an environment of their own, so that nothing of theirs becomes a dependency."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

_SCRIPTS = Path(__file__).with_name("peers")
INTERPRETER = Path(os.environ.get("VENV_PEERS", ".venv-peers")) / "bin" / "python"


class PeerFailed(Exception):
    """A peer did not do its work; what it said."""


def run_peer(script: str, *arguments: object) -> tuple[str, list[float]]:
    """The name and version of a peer and the seconds that it took, once for each of its repeats."""
    done = subprocess.run(
        [INTERPRETER.absolute(), _SCRIPTS / f"{script}.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PeerFailed(f"{script} {arguments}: ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told["peer"], told["seconds"]
