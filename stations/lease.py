"""A step's permission to touch the bench, and how it ends.

OpenHTF and its kin run teardown while a timed-out step's thread lives on, and that thread may switch a supply
back on seconds later. Here every write to the wire and every recorded value passes the lease of the thread that
makes it; once the lease is over, both raise `Fenced` and nothing reaches the instrument.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from threading import Event
from types import MappingProxyType
from typing import Protocol

from drivers.clock import Clock
from stations.errors import Fenced, RunStopped, StepTimeout

_current: ContextVar["Lease | None"] = ContextVar("lease", default=None)

_NOTHING: Mapping[str, str] = MappingProxyType({})

_SLICE_S = 0.05
"""How long a step that waits goes without a look at its lease, in seconds of the bench's clock."""


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


class Watch(Protocol):
    """Something to look at whenever a lease is checked, which may press STOP."""

    def look(self, resource: str = "") -> None:
        """Look if it is time to; `resource` is the wire that is about to be written, if it is one."""
        ...


class Lease:
    """Permission to touch the bench until the deadline, until STOP, until revoked.

    `watch` is looked at with every check. `withheld` names the wires that belong to other slots now, each with its
    role.
    """

    def __init__(
        self,
        clock: Clock,
        step: str,
        timeout_s: float,
        stop: StopSwitch,
        *,
        watch: Watch | None = None,
        withheld: Mapping[str, str] = _NOTHING,
    ) -> None:
        self.step = step
        self.timeout_s = timeout_s
        self._clock = clock
        self._deadline = clock.now() + timeout_s
        self._stop = stop
        self._watch = watch
        self._withheld = withheld
        self._revoked: str | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether the step has used up its time."""
        return self._clock.now() > self._deadline

    @property
    def is_watched(self) -> bool:
        """Whether there is something to look at with every check."""
        return self._watch is not None

    def revoke(self, reason: str) -> None:
        """End the lease: every later write and record under it raises `Fenced`."""
        self._revoked = self._revoked or reason

    def look(self) -> None:
        """Look at what is watched, from outside the step."""
        if self._watch is not None:
            self._watch.look()

    def check(self, resource: str = "") -> None:
        """Raise `Fenced`, `RunStopped` or `StepTimeout` when the lease is over, or does not reach this wire."""
        if self._revoked is not None:
            raise Fenced(f"step {self.step} may not touch the bench any more: {self._revoked}")
        if self._watch is not None:
            self._watch.look(resource)
        if self._stop.reason is not None:
            raise RunStopped(self._stop.reason)
        if self.is_overdue:
            raise StepTimeout(f"step {self.step} did not end within its {self.timeout_s:g} s")
        if resource in self._withheld:
            role = self._withheld[resource]
            raise Fenced(f'{role} is shared with other slots: step {self.step} must declare exclusive=("{role}",)')

    def __enter__(self) -> "Lease":
        self._token = _current.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _current.reset(self._token)


def check_lease(resource: str = "") -> None:
    """Raise when the calling thread works under a lease that is over; without a lease, allow."""
    lease = _current.get()
    if lease is not None:
        lease.check(resource)


def wait(clock: Clock, seconds: float, every_s: float = _SLICE_S) -> None:
    """Let this much of the clock's time go by; the lease is checked before, after and, on a watched bench, meanwhile.

    Raises as `check_lease`.
    """
    lease = _current.get()
    end = clock.now() + seconds
    check_lease()
    # Unwatched, nothing can end the lease of a simulated step while it waits; and a real one is given up from outside.
    slices = lease is not None and lease.is_watched
    while (left := end - clock.now()) > 0:
        clock.sleep(min(left, every_s) if slices else left)
        check_lease()
