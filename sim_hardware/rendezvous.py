"""Where actors of a virtual clock meet: a mailbox, a shared resource, a bell.

Whatever a simulation may block on must be known to its clock, or time would move while somebody is still busy; so
these three stand in for `queue.Queue`, `threading.Lock` and `threading.Condition`.
"""

from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from sim_hardware.scheduler import Actor, Scheduler

Item = TypeVar("Item")


class MailboxClosed(Exception):
    """No item is left and none can come."""


class Mailbox(Generic[Item]):
    """A queue between actors, first in first out; an item goes to whoever has waited longest."""

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self.name = name
        self._scheduler = scheduler
        self._items: deque[Item] = deque()
        self._waiting: deque[Actor] = deque()
        self._handed: dict[Actor, Item] = {}
        self._closed = False

    def put(self, item: Item) -> None:
        """Leave an item; never blocks. Raises MailboxClosed after `close()`."""
        self._scheduler.current()
        if self._closed:
            raise MailboxClosed(f"mailbox {self.name!r}: put after close")
        if self._waiting:
            actor = self._waiting.popleft()
            self._handed[actor] = item
            self._scheduler.wake(actor)
        else:
            self._items.append(item)

    def get(self) -> Item:
        """Take the oldest item, waiting for one if there is none.

        Raises MailboxClosed once the mailbox is closed and empty, ClockStopped when the clock is stopped.
        """
        if self._items:
            return self._items.popleft()
        me = self._scheduler.current()
        if self._closed:
            raise MailboxClosed(f"mailbox {self.name!r} is closed and empty")
        self._waiting.append(me)
        try:
            self._scheduler.park(self._describe)
        except BaseException:
            if me in self._waiting:
                self._waiting.remove(me)
            if me in self._handed:
                self._items.appendleft(self._handed.pop(me))
            raise
        if me not in self._handed:
            raise MailboxClosed(f"mailbox {self.name!r} was closed while {me.name!r} waited")
        return self._handed.pop(me)

    def close(self) -> None:
        """Accept nothing more; those who wait are told. Closing twice is no error."""
        self._closed = True
        while self._waiting:
            self._scheduler.wake(self._waiting.popleft())

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        """Yield items until the mailbox is closed and empty."""
        while True:
            try:
                item = self.get()
            except MailboxClosed:
                return
            yield item

    def _describe(self) -> str:
        return f"an item in mailbox {self.name!r}"


class Resource:
    """Something only one actor can use at a time, served in the order of asking; a context manager, not reentrant."""

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self.name = name
        self._scheduler = scheduler
        self._owner: Actor | None = None
        self._waiting: deque[Actor] = deque()

    def acquire(self) -> None:
        """Wait for the resource and own it.

        Raises RuntimeError when the caller already owns it, ClockStopped when the clock is stopped.
        """
        me = self._scheduler.current()
        if self._owner is None:
            self._owner = me
            return
        if self._owner is me:
            raise RuntimeError(f"{me.name!r} already holds resource {self.name!r}")
        self._waiting.append(me)
        try:
            self._scheduler.park(self._describe)
        except BaseException:
            # Stopped after it was handed over but before this actor ran: it goes on to the next.
            if self._owner is me:
                self._hand_on()
            else:
                self._waiting.remove(me)
            raise

    def release(self) -> None:
        """Give the resource to whoever has waited longest. Raises RuntimeError when the caller does not own it."""
        me = self._scheduler.current()
        if self._owner is not me:
            raise RuntimeError(f"{me.name!r} releases resource {self.name!r} without holding it")
        self._hand_on()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def _hand_on(self) -> None:
        self._owner = self._waiting.popleft() if self._waiting else None
        if self._owner is not None:
            self._scheduler.wake(self._owner)

    def _describe(self) -> str:
        holder = self._owner.name if self._owner is not None else "nobody"
        return f"resource {self.name!r}, held by {holder!r}"


class VirtualBell:
    """Wakes whoever waits for an event that may also never come (see `sim_hardware.clock.Bell`)."""

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self.name = name
        self.rung = 0
        self._scheduler = scheduler
        self._waiting: list[Actor] = []

    def ring(self) -> None:
        """Wake all who wait."""
        self.rung += 1
        waiting, self._waiting = self._waiting, []
        for actor in waiting:
            self._scheduler.wake(actor)

    def wait_until(self, deadline: float, seen: int) -> None:
        """Wait until the bell has rung more than `seen` times, or the clock shows `deadline` (s)."""
        if self.rung != seen:
            return
        me = self._scheduler.current()
        self._waiting.append(me)
        try:
            self._scheduler.park(self._describe, deadline)
        finally:
            if me in self._waiting:
                self._waiting.remove(me)

    def _describe(self) -> str:
        return f"bell {self.name!r}"
