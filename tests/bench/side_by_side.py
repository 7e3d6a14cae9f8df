"""The ways in which a run ends badly, in Rackline and in OpenHTF: what is left of the output. Prints a table.

Run as `python -m tests.bench.side_by_side`, with the peers' environment in VENV_PEERS. Ours is a real hipot driver on
the simulated bench, on wall time, and the output is the voltage at its clips in that world. OpenHTF's is a plug that
writes "on" or "off" to a file, switched off both by the plug's `tearDown` and by a teardown phase.
"""

import json
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.peer_process import INTERPRETER
from tests.stations.executive.hipot_rig import HipotFixture, HipotRig, hipot_rig, step

_LIMIT_S = 1.0
_HANG_S = 3.0
_PEER = Path(__file__).with_name("peers") / "openhtf_safety.py"


@dataclass(frozen=True, slots=True)
class Ended:
    """How one case ended: outcome, seconds until it was over, the output then, and seconds later."""

    outcome: str
    took: str
    after: str
    later: str


def _switch(volts: float) -> str:
    return "off" if volts == 0.0 else f"ON, {volts:g} V"


def _timed(rig: HipotRig, act: Callable[[HipotFixture], None], later_s: float) -> Ended:
    def measure(fixture: Any, record: Any) -> None:
        act(fixture)

    began = time.monotonic()
    ended = rig.run(step(measure, timeout_s=_LIMIT_S))
    took, after = time.monotonic() - began, _switch(rig.volts)
    time.sleep(later_s)
    outcome = f"{ended.verdict}, {ended.ending}; {ended.safe}"
    return Ended(outcome, f"{took:.1f} s", after, _switch(rig.volts))


def ours_hang() -> Ended:
    """Energised, and no answer for three seconds at a limit of one."""

    def hang(fixture: HipotFixture) -> None:
        fixture.energise()
        threading.Event().wait(_HANG_S)

    with hipot_rig("hang") as rig:
        return _timed(rig, hang, _HANG_S)


def ours_late() -> Ended:
    """The same, and a `finally` that switches on again three seconds later."""

    def late(fixture: HipotFixture) -> None:
        fixture.energise()
        try:
            threading.Event().wait(_HANG_S)
        finally:
            threading.Event().wait(_HANG_S)
            fixture.energise()

    with hipot_rig("late") as rig:
        return _timed(rig, late, 2 * _HANG_S + 1.0)


def ours_set_up() -> Ended:
    """An exception in set-up, the output on."""

    class Failing(HipotFixture):
        """Energises in its set-up and breaks."""

        def set_up(self) -> None:
            """Break."""
            self.energise()
            raise ZeroDivisionError("a bug of the set-up")

    with hipot_rig("set-up") as rig:
        rig.fixture = Failing(rig.bench.instruments, rig.fixture.product, {})
        return _timed(rig, lambda fixture: None, _HANG_S)


def _signalled(command: list[str], signals: tuple[signal.Signals, ...], word: str) -> tuple[list[str], float, int]:
    """What a process said after its first signal, how long it took to end, and its exit code.

    A second signal comes when it says `word`: that it is making safe.
    """
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while not process.stdout.readline().startswith(b"ENERGISED"):
            pass
        began = time.monotonic()
        process.send_signal(signals[0])
        said = []
        for line in process.stdout:
            said.append(line.decode().strip())
            if said[-1] == word:
                for later in signals[1:]:
                    process.send_signal(later)
                try:
                    process.stdin.write(b"go on\n")
                    process.stdin.flush()
                except BrokenPipeError:
                    said.append("gone")
    return said, time.monotonic() - began, process.returncode


def ours_signal(*signals: signal.Signals) -> Ended:
    """Signals to the process while a step hangs with the output on."""
    said, took, code = _signalled([sys.executable, "-m", "tests.stations.executive.hipot_rig"], signals, "PROVING")
    told = json.loads(said[-1])
    outcome = f"{told['verdict']}, {told['ending']}; {told['safe']}; exit code {code}"
    return Ended(outcome, f"{took:.1f} s", _switch(told["volts"]), _switch(told["volts"]))


def theirs(case: str) -> tuple[str, Ended]:
    """One case in OpenHTF, which ends by itself; with OpenHTF's version."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(INTERPRETER.absolute()), str(_PEER), case, str(Path(folder) / "output")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    words = {"off": "off", "on": "ON"}
    outcome = ", ".join(told["outcome"]) or "no record"
    return told["peer"], Ended(outcome, f"{told['took_s']:.1f} s", words[told["after"]], words[told["later"]])


def theirs_signal(*signals: signal.Signals) -> Ended:
    """Signals to OpenHTF's process while a phase works with the output on."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        command = [str(INTERPRETER.absolute()), str(_PEER), "signal", str(output)]
        said, took, code = _signalled(command, signals, "MAKING SAFE")
        state = {"off": "off", "on": "ON"}[output.read_text(encoding="utf-8")]
    ended = [line for line in said if line.startswith("{")]
    outcome = ", ".join(json.loads(ended[-1])["outcome"]) if ended else "no record"
    return Ended(f"{outcome}; exit code {code}", f"{took:.1f} s", state, state)


def main() -> None:
    """Run every case in both and print the table."""
    peer, hang = theirs("hang")
    rows = {
        f"a step hangs {_HANG_S:g} s at a limit of {_LIMIT_S:g} s": (ours_hang(), hang),
        "the abandoned step's `finally` switches on 3 s later": (ours_late(), theirs("late")[1]),
        "an exception in set-up": (ours_set_up(), theirs("set-up")[1]),
        "SIGTERM": (ours_signal(signal.SIGTERM), theirs_signal(signal.SIGTERM)),
        "Ctrl-C, and again while it makes safe": (
            ours_signal(signal.SIGINT, signal.SIGINT),
            theirs_signal(signal.SIGINT, signal.SIGINT),
        ),
    }
    lines = [
        f"{datetime.now(UTC).date()}, Python {platform.python_version()}, {platform.system()}; {peer}",
        "",
        "| Case | | Outcome | Over after | Output then | Output later |",
        "|---|---|---|---|---|---|",
    ]
    for case, (ours, other) in rows.items():
        for name, ended in (("Rackline", ours), (peer.split()[0], other)):
            lines.append(f"| {case} | {name} | {ended.outcome} | {ended.took} | {ended.after} | {ended.later} |")
            case = ""
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
