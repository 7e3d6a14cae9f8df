"""A bench held as it is at a failed step, for a person with a probe in the hand.

Nothing is switched off while the run waits: outputs stay as the step left them, and nothing but STOP, an open
interlock, Enter or the end of the longest pause goes on, each of them towards safe.
"""

import select
import sys
import time
from collections.abc import Callable
from typing import Final

from mes.vocabulary import Outcome
from stations.bench import Bench
from stations.errors import ConfigurationError
from stations.events import Event, StepEnded
from stations.fixture import Fixture
from stations.interlock import InterlockWatch
from stations.lease import StopSwitch

LONGEST_S: Final = 900.0
"""How long an unattended bench may stay energised, in seconds of the wall: 15 minutes."""
_LOOK_S: Final = 0.2


def require_terminal() -> None:
    """Raise `ConfigurationError` when nobody could press Enter."""
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigurationError(
            "--pause-on fail: holds the bench until Enter is pressed, and there is no terminal;"
            " start it in one, without redirecting its input"
        )


class PauseOnFailure:
    """Listens to one run and waits at each step that failed or ended in an error."""

    def __init__(self, stop: StopSwitch, bench: Bench, fixture: Fixture) -> None:
        self._stop = stop
        self._watch: InterlockWatch | None = None
        interlock = fixture.INTERLOCK
        if interlock is not None:
            role = interlock.role
            resource = bench.resources.get(role, role)
            self._watch = InterlockWatch(interlock, bench.instruments[role], bench.clock, stop, resource)

    def __call__(self, event: Event) -> None:
        """Take in an event; returns when the run may go on."""
        if isinstance(event, StepEnded) and event.outcome is Outcome.FAILED:
            sys.stderr.write(
                f"\nstep {event.step} {event.outcome}: {event.message}\n"
                f"THE BENCH IS HELD AS IT IS, outputs may be live; Enter goes on, Ctrl-C stops;"
                f" after {LONGEST_S / 60:g} min it goes on by itself\n"
            )
            sys.stderr.flush()
            sys.stderr.write(f"going on: {self._wait(_enter_pressed)}\n")

    def _wait(self, pressed: Callable[[float], bool]) -> str:
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            if self._watch is not None:
                self._watch.look()
            if self._stop.reason is not None:
                return self._stop.reason
            if pressed(_LOOK_S):
                return "Enter"
        return f"nobody came within {LONGEST_S / 60:g} min"


def _enter_pressed(within_s: float) -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], within_s)
    return bool(ready) and sys.stdin.readline() is not None
