"""Time of a simulated bench, as an argument: virtual (jumps), scaled (faces independent clients) or real.

A simulated instrument never sleeps: it stamps its answers with the time at which they become readable, and the wire
that a client reads waits through the clock. On a virtual clock that wait costs no wall time, which is why a five
second timeout can be tested a thousand times.
"""

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sim_hardware.rendezvous import Mailbox, MailboxClosed, Resource, VirtualBell
from sim_hardware.scheduler import ClockStopped, Deadlock, Scheduler

__all__ = [
    "Bell",
    "BenchClock",
    "ClockStopped",
    "Deadlock",
    "Mailbox",
    "MailboxClosed",
    "RealClock",
    "Resource",
    "ScaledClock",
    "VirtualClock",
]

LONGEST_WAIT_S = 3600.0  # the operating system refuses to wait for ever in one call


class Bell(Protocol):
    """Tells a waiting reader that something came which nobody could foresee, such as a scan by an operator.

    `rung` counts the rings: read it, look whether there is something to do, then wait with the number read, and no
    ring in between is lost.
    """

    @property
    def rung(self) -> int:
        """How often the bell has rung."""
        ...

    def ring(self) -> None:
        """Wake all who wait."""
        ...

    def wait_until(self, deadline: float, seen: int) -> None:
        """Wait until the bell has rung more than `seen` times, or the clock shows `deadline` (s)."""
        ...


class BenchClock(Protocol):
    """Where a simulated bench's time comes from."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def utc(self) -> datetime:
        """Wall time of the bench, aware, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let this much of the clock's time go by."""
        ...

    def wait_until(self, deadline: float) -> None:
        """Let time go by until `now()` is at least `deadline`; return at once when it already is."""
        ...

    def bell(self, name: str = "bell") -> Bell:
        """Make a bell whose waiting goes through this clock."""
        ...


class VirtualClock:
    """Time that moves only when everybody waits; starts at `epoch` (aware) with `now()` zero.

    A program without actors sees time jump at each sleep. Threads are started through `actor()` and run by `run()`,
    one at a time and always in the same order; see `sim_hardware.scheduler`. With a `speed` every jump takes its
    length divided by the speed in real time, for somebody who watches; the history stays the same.
    """

    def __init__(self, epoch: datetime, speed: float | None = None) -> None:
        if epoch.tzinfo is None:
            raise ValueError(f"the epoch of a virtual clock must be aware, got {epoch.isoformat()}")
        if speed is not None and not speed > 0:
            raise ValueError(f"the speed of a virtual clock must be positive, got {speed!r}")
        self._epoch = epoch.astimezone(UTC)
        self._hurried = threading.Event()
        self._scheduler = (
            Scheduler() if speed is None else Scheduler(lambda seconds: self._hurried.wait(seconds / speed))
        )
        self._numbered = 0

    def now(self) -> float:
        """Virtual seconds since the epoch."""
        return self._scheduler.time

    def utc(self) -> datetime:
        """The epoch plus `now()`."""
        return self._epoch + timedelta(seconds=self._scheduler.time)

    def sleep(self, seconds: float) -> None:
        """Let virtual time go by; an actor lets the others run meanwhile, for zero seconds too.

        Raises ValueError for a negative or infinite time, ClockStopped when the clock is stopped.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"cannot sleep {seconds!r} s: time neither goes back nor ends")
        self._scheduler.sleep_until(self._scheduler.time + seconds)

    def wait_until(self, deadline: float) -> None:
        """Let virtual time go by until `deadline` (s); return at once, without giving way, when it has passed.

        Raises Deadlock for an infinite deadline without actors: nothing would ever end the wait.
        """
        if not deadline <= self._scheduler.time:
            self._scheduler.sleep_until(deadline)

    def bell(self, name: str = "bell") -> VirtualBell:
        """Make a bell that actors can ring for each other."""
        return VirtualBell(self._scheduler, name)

    def mailbox(self, name: str = "mailbox") -> Mailbox[Any]:
        """Make a queue between actors; `name` appears when a deadlock is reported."""
        return Mailbox(self._scheduler, name)

    def resource(self, name: str = "resource") -> Resource:
        """Make a fair lock between actors; `name` appears when a deadlock is reported."""
        return Resource(self._scheduler, name)

    def actor(self, function: Callable[..., object], *arguments: object, name: str | None = None) -> None:
        """Add a thread that runs `function(*arguments)` in turn with the others; `run()` starts it.

        May be called from an actor too. Raises ClockStopped while the clock is being stopped.
        """
        self._numbered += 1
        self._scheduler.add(lambda: function(*arguments), name or f"actor {self._numbered}")

    def run(self) -> None:
        """Run all actors to their end and re-raise the first exception of one; no thread remains.

        Raises Deadlock, naming who waits for what, when nobody can go on.
        """
        self._scheduler.run()

    def hurry(self) -> None:
        """Forget the speed from now on: nobody watches any more. Safe from any thread."""
        self._hurried.set()

    def stop(self) -> None:
        """Unwind all actors: each raises ClockStopped where it waits, and `run()` returns. Safe from any thread."""
        self._scheduler.stop()
        self._hurried.set()


class ScaledClock:
    """Wall time times `speed`, for a bench that independent clients talk to; `utc()` starts at `epoch`."""

    def __init__(self, epoch: datetime, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"the speed of a scaled clock must be positive, got {speed!r}")
        if epoch.tzinfo is None:
            raise ValueError(f"the epoch of a scaled clock must be aware, got {epoch.isoformat()}")
        self.speed = speed
        self._epoch = epoch.astimezone(UTC)
        self._start = time.monotonic()

    def now(self) -> float:
        """Scaled seconds since this clock was made."""
        return (time.monotonic() - self._start) * self.speed

    def utc(self) -> datetime:
        """The epoch plus `now()`."""
        return self._epoch + timedelta(seconds=self.now())

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds / speed` of wall time."""
        time.sleep(seconds / self.speed)

    def wait_until(self, deadline: float) -> None:
        """Block the calling thread until `now()` is at least `deadline`."""
        while (left := deadline - self.now()) > 0:
            time.sleep(min(left / self.speed, LONGEST_WAIT_S))

    def bell(self, name: str = "bell") -> "ThreadBell":
        """Make a bell between ordinary threads."""
        return ThreadBell(self)


class RealClock(ScaledClock):
    """The machine's own time, in the shape a bench expects."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))


class ThreadBell:
    """A bell between ordinary threads, for clocks that follow wall time."""

    def __init__(self, clock: ScaledClock) -> None:
        self.rung = 0
        self._clock = clock
        self._condition = threading.Condition()

    def ring(self) -> None:
        """Wake all who wait."""
        with self._condition:
            self.rung += 1
            self._condition.notify_all()

    def wait_until(self, deadline: float, seen: int) -> None:
        """Wait until the bell has rung more than `seen` times, or the clock shows `deadline` (s)."""
        with self._condition:
            while self.rung == seen and (left := deadline - self._clock.now()) > 0:
                self._condition.wait(min(left / self._clock.speed, LONGEST_WAIT_S))
