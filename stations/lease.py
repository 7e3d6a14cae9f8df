"""A step's permission to touch the bench, and how it ends.

OpenHTF and its kin run teardown while a timed-out step's thread lives on, and that thread may switch a supply
back on seconds later. Here every write to the wire and every recorded value passes the lease of the thread that
makes it; once the lease is over, both raise `Fenced` and nothing reaches the instrument.
"""

from contextvars import ContextVar
from threading import Event

from drivers.clock import Clock
from stations.errors import Fenced, RunStopped, StepTimeout

_current: ContextVar["Lease | None"] = ContextVar("lease", default=None)


class StopSwitch:
    """The STOP of one run: an operator, a signal or an interlock asks; asking twice changes nothing."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.requests = 0
        self.wake = Event()

    def request(self, reason: str) -> None:
        """Ask the run to stop. The first reason stands; later ones are only counted."""
        self.requests += 1
        if self.reason is None:
            self.reason = reason
        self.wake.set()


class Lease:
    """Permission for one step: until its deadline, until STOP, until revoked."""

    def __init__(self, clock: Clock, step: str, timeout_s: float, stop: StopSwitch) -> None:
        self.step = step
        self.timeout_s = timeout_s
        self._clock = clock
        self._deadline = clock.now() + timeout_s
        self._stop = stop
        self._revoked: str | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether the step has used up its time."""
        return self._clock.now() > self._deadline

    def revoke(self, reason: str) -> None:
        """End the lease: every later write and record under it raises `Fenced`."""
        self._revoked = self._revoked or reason

    def check(self) -> None:
        """Raise `Fenced`, `RunStopped` or `StepTimeout` when the lease is over."""
        if self._revoked is not None:
            raise Fenced(f"step {self.step} may not touch the bench any more: {self._revoked}")
        if self._stop.reason is not None:
            raise RunStopped(self._stop.reason)
        if self.is_overdue:
            raise StepTimeout(f"step {self.step} did not end within its {self.timeout_s:g} s")

    def __enter__(self) -> "Lease":
        self._token = _current.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _current.reset(self._token)


def check_lease() -> None:
    """Raise when the calling thread works under a lease that is over; without a lease, allow."""
    lease = _current.get()
    if lease is not None:
        lease.check()
