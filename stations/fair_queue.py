"""A place that one of several slots has at a time, in the order of asking; whoever waits looks up now and then.

Made of bells alone, so that it is the same on a virtual clock and on threads. A `threading.Lock` promises no order, and
nobody can step out of the queue before it.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from stations.crew import Crew, CrewBell, wait_for
from stations.turn import Look


class FairQueue:
    """Goes to whoever has waited longest; not reentrant."""

    def __init__(self, crew: Crew, name: str) -> None:
        self._crew = crew
        self._name = name
        self._mutex = Lock()
        self._taken = False
        self._waiting: deque[CrewBell] = deque()

    @contextmanager
    def holding(self, look: Look | None = None) -> Iterator[None]:
        """Have the place while entered. What `look` raises while waiting gives up the place in the queue."""
        self.take(look)
        try:
            yield
        finally:
            self.hand_on()

    def take(self, look: Look | None = None) -> None:
        """Wait for the place and have it."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            # A bell for each, so that a place handed on wakes its next holder and nobody else.
            mine = self._crew.bell(self._name)
            self._waiting.append(mine)
        try:
            wait_for(self._crew, mine, lambda: mine.rung > 0, look)
        except BaseException:
            with self._mutex:
                # It may have been handed over in the very moment of giving up: it goes on to the next.
                if mine in self._waiting:
                    self._waiting.remove(mine)
                else:
                    self._hand_on()
            raise

    def hand_on(self) -> None:
        """Give the place to whoever has waited longest."""
        with self._mutex:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().ring()
        else:
            self._taken = False
