"""Programs as processes of their own, forked from an interpreter that has imported what they need.

A program of ours spends more than half of a short life on imports, and hundreds of them are run by the tests. Such a
process has its own memory, standard streams, environment and exit code as any other; that the programs also start from
nothing is what the documents' tests, the screens' and all tests that kill them show.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    [
        "alembic.command",
        "mes.console_output",
        "mes.desk.acts",
        "mes.local_ledger",
        "mes.migrations",
        "mes.site_access",
        "pyvisa_py",
        "rich.progress",
        "stations.cli.main",
        "stations.composition",
        "stations.simulation",
    ]
)
# One thread for linear algebra: an interpreter with threads is not forked.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
_STREAMS = ("stdin", "stdout", "stderr")


def run_warm(
    module: str, arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], stdin: str, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run `main` of a module in `folder`, as `subprocess.run` would. Raises `subprocess.TimeoutExpired`."""
    with tempfile.TemporaryDirectory() as place:
        streams = Path(place)
        (streams / "stdin").write_text(stdin, "utf-8")
        process = _FORKING.Process(
            target=_main, args=(module, tuple(arguments), str(folder), dict(environment), str(streams))
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired([module, *arguments], timeout, *_told(streams))
        code = process.exitcode
        process.close()
        return subprocess.CompletedProcess([module, *arguments], code, *_told(streams))


def _told(streams: Path) -> list[str]:
    return [(streams / name).read_text("utf-8") if (streams / name).exists() else "" for name in _STREAMS[1:]]


def _main(module: str, arguments: tuple[str, ...], folder: str, environment: dict[str, str], streams: str) -> None:
    """The whole life of the forked process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(_STREAMS):
        flags = os.O_RDONLY if name == "stdin" else os.O_WRONLY | os.O_CREAT
        opened = os.open(f"{streams}/{name}", flags)
        os.dup2(opened, number)
        os.close(opened)
        # The interpreter's own stream would keep the encoding and the buffering of where it was started.
        stream = open(number, "r" if name == "stdin" else "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for life
        setattr(sys, name, stream)
    sys.argv = [module, *arguments]
    import_module(module).main()
