"""Those who run slots side by side: actors of a virtual clock, or threads on the machine's time, by one protocol.

A simulated bench's virtual clock has these methods itself, and runs one actor at a time in an order that only the
program decides. On a real clock `ThreadCrew` does the same with threads, in the order in which they happen to come.
"""

import math
from collections.abc import Callable
from threading import Condition, Thread
from typing import Protocol

from drivers.clock import Clock
from stations.turn import Look

_JOIN_S = 0.2
"""A signal that comes while all slots are waited for is seen within this time."""

LOOK_UP_EVERY_S = 0.5
"""How long a slot that waits for others goes without looking at its STOP and its interlock, in seconds of the clock."""


class CrewBell(Protocol):
    """Tells those who wait that something has changed; `rung` counts, so that no ring is missed."""

    @property
    def rung(self) -> int:
        """How often it has rung."""
        ...

    def ring(self) -> None:
        """Wake all who wait."""
        ...

    def wait_until(self, deadline: float, seen: int) -> None:
        """Wait until it has rung more than `seen` times, or the clock shows `deadline` (s, may be infinite)."""
        ...


class Crew(Protocol):
    """Time, and those who work in it side by side."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def actor(self, function: Callable[..., object], *arguments: object, name: str | None = None) -> None:
        """Add somebody who will do this; `run()` starts it."""
        ...

    def run(self) -> None:
        """Let all of them work to their end; raise the first exception that left one."""
        ...

    def bell(self, name: str = ...) -> CrewBell:
        """Make a bell."""
        ...


class ThreadCrew:
    """Threads on a clock that goes by itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._threads: list[Thread] = []
        self._raised: list[BaseException] = []

    def now(self) -> float:
        """Seconds on the clock."""
        return self._clock.now()

    def actor(self, function: Callable[..., object], *arguments: object, name: str | None = None) -> None:
        """Add a thread."""

        def live() -> None:
            try:
                function(*arguments)
            except BaseException as error:  # noqa: BLE001 - the end of a thread: run() raises it
                self._raised.append(error)

        self._threads.append(Thread(target=live, name=name, daemon=True))

    def run(self) -> None:
        """Start all threads and wait for their ends."""
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_JOIN_S)
        raised, self._raised = self._raised, []
        if raised:
            raise raised[0]

    def bell(self, name: str = "bell") -> "ThreadBell":
        """Make a bell between threads."""
        return ThreadBell(self._clock)


class ThreadBell:
    """A bell between threads on a clock that goes by itself."""

    def __init__(self, clock: Clock) -> None:
        self.rung = 0
        self._clock = clock
        self._condition = Condition()

    def ring(self) -> None:
        """Wake all who wait."""
        with self._condition:
            self.rung += 1
            self._condition.notify_all()

    def wait_until(self, deadline: float, seen: int) -> None:
        """Wait until it has rung more than `seen` times, or the clock shows `deadline` (s, may be infinite)."""
        with self._condition:
            while self.rung == seen and (left := deadline - self._clock.now()) > 0:
                self._condition.wait(min(left, _JOIN_S))


def wait_for(crew: Crew, bell: CrewBell, done: Callable[[], bool], look: Look | None) -> None:
    """Wait until it is so, looked at whenever the bell rings; every half second `look`, which raises to end the wait.

    Without `look` only the bell ends it, and a virtual clock tells of a deadlock.
    """
    while True:
        seen = bell.rung
        if done():
            return
        bell.wait_until(math.inf if look is None else crew.now() + LOOK_UP_EVERY_S, seen)
        if look is not None and bell.rung == seen:
            look()
