"""How a step's function is run: in the calling thread, or in a worker that can be left behind.

On a virtual clock time only passes at the bench, so that a step's lease, checked there, sees every overrun and
`run_inline` is enough (and deterministic). On a real clock a step may hang anywhere: the runner that `in_thread` makes
gives up waiting at the deadline or at STOP, and the lease keeps the abandoned thread off the bench.
"""

from collections.abc import Callable
from contextvars import copy_context
from queue import SimpleQueue
from threading import Lock, Thread
from weakref import finalize

from stations.errors import RunStopped, StepTimeout
from stations.lease import Lease, StopSwitch

Act = Callable[[], None]
StepRunner = Callable[[Lease, Act], None]

_POLL_S = 0.05
"""How often a waiting executive looks at the clock and the interlock: how late a timeout may be."""


def run_inline(lease: Lease, act: Act) -> None:
    """Run the act in this thread under its lease."""
    with lease:
        act()


class _Worker:
    """One thread that runs act after act. Left behind in one, it takes no more and ends when that one does."""

    def __init__(self) -> None:
        self._acts: SimpleQueue[Act | None] = SimpleQueue()
        # Daemonic: a step that never returns must not keep the process from ending.
        Thread(target=self._work, name="steps of a run", daemon=True).start()

    def start(self, act: Act) -> None:
        """Run this next."""
        self._acts.put(act)

    def leave(self) -> None:
        """End after the act under way."""
        self._acts.put(None)

    def _work(self) -> None:
        while (act := self._acts.get()) is not None:
            act()


class ThreadRunner:
    """Runs the acts of one run in one worker; an act that does not end in time costs a new one."""

    def __init__(self, stop: StopSwitch) -> None:
        self._stop = stop
        self._worker: _Worker | None = None

    def __call__(self, lease: Lease, act: Act) -> None:
        """Run the act under its lease and wait for its end, its deadline or STOP, whichever comes first."""
        raised: list[BaseException] = []
        done = Lock()  # a bare lock wakes its waiter several times faster than an Event
        done.acquire()
        context = copy_context()

        def body() -> None:
            try:
                with lease:
                    act()
            except BaseException as error:  # noqa: BLE001 - carried over to the waiting thread, whatever it is
                raised.append(error)
            finally:
                done.release()

        if self._worker is None:
            self._worker = _Worker()
            # Whoever wraps this runner may drop it without closing it.
            finalize(self, self._worker.leave)
        self._worker.start(lambda: context.run(body))
        try:
            while not done.acquire(timeout=_POLL_S):
                self._look_at(lease)
        except BaseException:
            # Whatever ended the waiting, the act may be going on: nothing else may ever run behind it.
            lease.revoke("nobody waits for it any more")
            self.close()
            raise
        if raised:
            raise raised[0]

    def close(self) -> None:
        """Let the worker go; the runner can be used again, with another one."""
        if self._worker is not None:
            self._worker.leave()
            self._worker = None

    def _look_at(self, lease: Lease) -> None:
        lease.look()
        if self._stop.reason is not None:
            lease.revoke("the run was stopped")
            raise RunStopped(self._stop.reason)
        if lease.is_overdue:
            lease.revoke("it did not end in time")
            raise StepTimeout(f"step {lease.step} did not end within its {lease.timeout_s:g} s")


def in_thread(stop: StopSwitch) -> ThreadRunner:
    """A runner for one run that does not wait for a step past its deadline or past STOP."""
    return ThreadRunner(stop)


def close_runner(runner: StepRunner) -> None:
    """Let go of what a runner holds, if it holds anything."""
    if isinstance(runner, ThreadRunner):
        runner.close()
