"""Those who run slots side by side: actors of a virtual clock, or threads on the machine's time, by one protocol.

A simulated bench's virtual clock has these methods itself, and runs one actor at a time in an order that only the
program decides. On a real clock `ThreadCrew` does the same with threads, in the order in which they happen to come.
"""

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Condition, Lock, Thread
from types import TracebackType
from typing import Protocol, Self

from drivers.clock import Clock

_JOIN_S = 0.2
"""A signal that comes while all slots are waited for is seen within this time."""


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

    def resource(self, name: str = ...) -> AbstractContextManager[object]:
        """Make something that only one of them holds at a time, served in the order of asking."""
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

    def resource(self, name: str = "resource") -> "FairLock":
        """Make a lock that serves in the order of asking."""
        return FairLock()

    def bell(self, name: str = "bell") -> "ThreadBell":
        """Make a bell between threads."""
        return ThreadBell(self._clock)


class FairLock:
    """A lock that goes to whoever has waited longest; `threading.Lock` promises no order."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._held = False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> Self:
        with self._mutex:
            if not self._held:
                self._held = True
                return self
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        try:
            gate.acquire()
        except BaseException:
            with self._mutex:
                if gate in self._waiting:
                    self._waiting.remove(gate)
                else:
                    self._hand_on()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._mutex:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._held = False


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
