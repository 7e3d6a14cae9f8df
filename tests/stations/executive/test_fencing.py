"""After a run no output is live, whatever its steps did: looked at in the world, on wall time, with a real driver."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from stations.errors import Fenced
from stations.plan import Record
from tests.stations.executive.hipot_rig import HipotFixture, hipot_rig, leaked, step

_ROOT = Path(__file__).parents[3]


class LateWriter:
    """A step that energises, hangs past its time, and when it wakes up wants the output on again."""

    def __init__(self) -> None:
        self.wake, self.gone = threading.Event(), threading.Event()
        self.raised: list[BaseException] = []

    def __call__(self, fixture: HipotFixture, record: Record) -> None:
        fixture.energise()
        self.wake.wait(30)
        try:
            fixture.energise()
            record("leakage", leaked())
        except Fenced as fenced:
            self.raised.append(fenced)
        finally:
            self.gone.set()


def late_volts(name: str) -> tuple[float, float, LateWriter]:
    """The voltage at the clips after the run, and after the abandoned step has woken up."""
    late = LateWriter()

    def hang(fixture: Any, record: Record) -> None:
        late(fixture, record)

    with hipot_rig(name) as rig:
        ended = rig.run(step(hang, timeout_s=0.5))
        assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
        assert "did not end within its 0.5 s" in ended.reason
        assert ended.safe == "proven off: hipot"
        after_run = rig.volts
        late.wake.set()
        assert late.gone.wait(30)
        after_wake = rig.volts
        rig.bench.make_safe()
    return after_run, after_wake, late


def test_a_step_that_hangs_leaves_the_output_off() -> None:
    """Past its limit the step is given up, the high voltage goes off, and the record says so."""
    after_run, _, _ = late_volts("hangs")
    assert after_run == 0.0


def test_a_thread_that_writes_after_its_timeout_reaches_nothing() -> None:
    """The abandoned step wakes up and wants the voltage on: fenced, and the clips stay dead."""
    _, after_wake, late = late_volts("late")
    assert after_wake == 0.0
    assert [type(error) for error in late.raised] == [Fenced]


def test_without_the_fence_the_late_thread_switches_the_output_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: with no lease checked at the wire, what the test above looks at is a live output."""
    monkeypatch.setattr("stations.leased_place.check_lease", lambda resource="": None)
    after_run, after_wake, _ = late_volts("unfenced")
    assert after_run == 0.0
    assert after_wake > 0.0


def test_an_exception_in_set_up_leaves_the_output_off() -> None:
    """Set-up energises and then fails: no step runs, the voltage goes off."""

    class Failing(HipotFixture):
        """Its set-up has a bug, with the output on."""

        seen = 0.0

        def set_up(self) -> None:
            """Energise, then break."""
            self.energise()
            Failing.seen = rig.volts
            raise ZeroDivisionError("a bug of the fixture")

    def never(fixture: Any, record: Record) -> None:
        raise AssertionError("no step may run after a failed set-up")

    with hipot_rig("set-up") as rig:
        ended = rig.run(step(never), fixture=Failing(rig.bench.instruments, rig.fixture.product, {}))
        assert Failing.seen > 0.0
        assert rig.volts == 0.0
    assert ended.ending is RunEnding.ERROR
    assert ended.reason == "fixture set-up: ZeroDivisionError: a bug of the fixture"
    assert ended.safe == "proven off: hipot"


def signalled(*signals: signal.Signals) -> dict[str, Any]:
    """What came of a run in a process of its own: the first signal while the step hangs, others during safe-off."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stations.executive.hipot_rig"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ENERGISED\n"
        process.send_signal(signals[0])
        assert process.stdout.readline() == "PROVING\n"
        for later in signals[1:]:
            process.send_signal(later)
        process.stdin.write("go on\n")
        process.stdin.flush()
        told: dict[str, Any] = json.loads(process.stdout.readline())
    assert process.returncode == 0
    return told


@pytest.mark.parametrize(
    "signals",
    [(signal.SIGTERM,), (signal.SIGINT, signal.SIGINT)],
    ids=["SIGTERM", "Ctrl-C twice"],
)
def test_a_signal_to_a_hanging_run_leaves_the_output_off(signals: tuple[signal.Signals, ...]) -> None:
    """The run is ABORTED, the output proven off; a second Ctrl-C while that happens is counted and changes nothing."""
    told = signalled(*signals)
    assert told == {
        "verdict": "NONE",
        "ending": "ABORTED",
        "reason": f"step hang: stopped by {signals[0].name}",
        "safe": "proven off: hipot, unit",
        "volts": 0.0,
        "requests": len(signals),
    }
