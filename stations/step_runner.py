"""How a step's function is run: in the calling thread, or in one of its own that can be left behind.

On a virtual clock time only passes at the bench, so that a step's lease, checked there, sees every overrun and
`run_inline` is enough (and deterministic). On a real clock a step may hang anywhere: `run_in_thread` gives up
waiting at the deadline or at STOP, and the lease keeps the abandoned thread off the bench.
"""

from collections.abc import Callable
from contextvars import copy_context
from threading import Thread

from stations.errors import RunStopped, StepTimeout
from stations.lease import Lease, StopSwitch

StepRunner = Callable[[Lease, Callable[[], None]], None]

_POLL_S = 0.05
"""How often a waiting executive looks at the clock: how late a timeout may be."""


def run_inline(lease: Lease, act: Callable[[], None]) -> None:
    """Run the act in this thread under its lease."""
    with lease:
        act()


def in_thread(stop: StopSwitch) -> StepRunner:
    """A runner that does not wait for a step past its deadline or past STOP."""

    def run_in_thread(lease: Lease, act: Callable[[], None]) -> None:
        raised: list[BaseException] = []

        def body() -> None:
            try:
                with lease:
                    act()
            except BaseException as error:  # noqa: BLE001 - carried over to the waiting thread, whatever it is
                raised.append(error)

        context = copy_context()
        thread = Thread(target=context.run, args=(body,), name=f"step {lease.step}", daemon=True)
        thread.start()
        while True:
            thread.join(_POLL_S)
            if not thread.is_alive():
                break
            if stop.reason is not None:
                lease.revoke("the run was stopped")
                raise RunStopped(stop.reason)
            if lease.is_overdue:
                lease.revoke("it did not end in time")
                raise StepTimeout(f"step {lease.step} did not end within its {lease.timeout_s:g} s")
        if raised:
            raise raised[0]

    return run_in_thread
