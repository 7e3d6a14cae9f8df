"""How long `--help` takes, from the shell's side, beside the smallest program that Typer can make."""

import subprocess
import sys
import time
from collections.abc import Sequence

from tests.bench.figure import Figure, compared

_HELLO = "import typer\napp = typer.Typer()\n@app.command()\ndef hello(name: str) -> None:\n    print(name)\napp()"
_PROGRAMS = {"mes": "mes.cli.main", "station": "stations.cli.main"}


def seconds_of(code: str) -> float:
    """Seconds from starting an interpreter on this code with --help to its end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, check=True)
    return time.perf_counter() - began


def pairs(module: str, repeats: int) -> Sequence[tuple[float, float]]:
    """Seconds of a program of ours and of the hello, in turns; the first turn fills the caches."""
    ours = f"from {module} import main; main()"
    return [(seconds_of(ours), seconds_of(_HELLO)) for _ in range(repeats + 1)][1:]


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    return [
        compared(
            f"`{program} --help`",
            "s",
            pairs(module, 5 if quick else 15),
            "typer hello",
            goal="≤ 2 ×",
            met=lambda ratio: ratio >= 0.5,
            note="whole processes of one interpreter, in turns; the first turn not counted",
        )
        for program, module in _PROGRAMS.items()
    ]
