"""Who makes the trials: this process, or several beside it. What comes out is the same.

Trials are made in batches, each on a bench of its own whose noise its first trial seeds; batches and not workers decide
what a trial sees.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for_exit
from threading import Thread

from stations.coverage.study import Study, run_trials
from stations.coverage.trial import Order, Trial
from stations.lease import StopSwitch

_BATCH = 20
_ALONE = 8
"""Up to so many batches the start of other processes costs more than it saves."""

_LOOK_S = 0.2
"""How often a waiting crew looks whether it was stopped."""


def make_trials(
    study: Study, orders: Sequence[Order], *, jobs: int, stop: StopSwitch, progress: Callable[[int], None]
) -> list[Trial]:
    """Make the trials in order, telling how many were just made; after STOP, those that are complete up to the first
    that is not."""
    batches = [tuple(orders[at : at + _BATCH]) for at in range(0, len(orders), _BATCH)]
    if jobs <= 1 or len(batches) <= _ALONE:
        return _alone(study, batches, stop, progress)
    done: dict[int, list[Trial]] = {}
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_follow_the_parent) as pool:
        waiting = iter(enumerate(batches))
        running: dict[Future[list[Trial]], int] = {}
        while True:
            # No more than the workers can begin at once: after STOP nothing is waiting in a queue.
            for number, batch in _some(waiting, 2 * jobs - len(running), stop):
                running[pool.submit(_made, study, batch)] = number
            if not running:
                break
            ready, _ = wait(running, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
            for future in ready:
                made = done[running.pop(future)] = future.result()
                progress(len(made))
    return [trial for number in range(len(batches)) if number in done for trial in done[number]]


def _alone(
    study: Study, batches: Sequence[Sequence[Order]], stop: StopSwitch, progress: Callable[[int], None]
) -> list[Trial]:
    trials: list[Trial] = []
    for batch in batches:
        if stop.reason is not None:
            break
        made = run_trials(study, batch, stop)
        trials += made
        progress(len(made))
    return trials


def _some(
    waiting: Iterator[tuple[int, tuple[Order, ...]]], count: int, stop: StopSwitch
) -> Iterator[tuple[int, tuple[Order, ...]]]:
    for _ in range(count):
        if stop.reason is not None:
            return
        following = next(waiting, None)
        if following is None:
            return
        yield following


def _made(study: Study, batch: Sequence[Order]) -> list[Trial]:
    return run_trials(study, batch, StopSwitch())


def _follow_the_parent() -> None:
    """Ctrl-C reaches every process of the terminal, but only the parent decides what it means; nobody outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, name="parent watch", daemon=True).start()


def _end_with_the_parent() -> None:
    # A parent that was killed closes no queue: a worker would wait for its next batch for ever.
    parent = parent_process()
    if parent is not None:
        wait_for_exit([parent.sentinel])
        os._exit(1)
