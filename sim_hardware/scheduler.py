"""The baton that lets one thread of a simulation run at a time, in an order that only the program decides.

Threads of a simulated bench (slots, stations, a forwarder) are *actors*. Exactly one holds the baton; it keeps it
until it waits, and then hands it to the next one itself: first whoever has been woken, in the order of waking, then
whoever's time comes first, in (deadline, ticket) order, for which time jumps. The operating system never chooses, so
one program has one history however busy the machine is. There is no lock around the state below because only the
holder of the baton touches it.
"""

import heapq
import itertools
import math
import threading
from collections import deque
from collections.abc import Callable

WAKE_S = 0.2  # an interrupt delivered to another thread is seen by the waiting one when it wakes


class ClockStopped(BaseException):
    """The clock was stopped while this actor waited: unwind.

    A BaseException, as asyncio's cancellation is, so that a boundary that turns errors into verdicts does not take
    the end of the simulation for a failed test.
    """


class Deadlock(RuntimeError):
    """Nobody can go on and no time is left to pass; the message names who waits for what."""


class Actor:
    """One thread of the simulation; made by `Scheduler.add`."""

    __slots__ = ("describe_wait", "gate", "name", "thread", "timer", "told")

    def __init__(self, name: str) -> None:
        self.name = name
        self.gate = threading.Lock()
        self.gate.acquire()
        self.thread: threading.Thread | None = None
        self.timer = 0
        self.describe_wait: Callable[[], str] | None = None
        self.told = False


class Scheduler:
    """Virtual time, in seconds from zero, and the actors that wait in it.

    `pace` is told how many seconds time is about to jump, and may take as long as it likes: a line that a person
    watches does not finish its shift at once.
    """

    def __init__(self, pace: Callable[[float], object] = lambda _: None) -> None:
        self.time = 0.0
        self._pace = pace
        self._tickets = itertools.count(1)
        self._ready: deque[Actor] = deque()
        self._timers: list[tuple[float, int, Actor]] = []
        self._actors: dict[Actor, Callable[[], object]] = {}
        self._threads: list[threading.Thread] = []
        self._outsider = Actor("the thread outside the clock")
        self._holder: Actor | None = None
        self._finished = threading.Event()
        self._stopping = False
        self._failure: BaseException | None = None

    def add(self, function: Callable[[], object], name: str) -> None:
        """Make an actor that will run `function`; its thread is not started before its first turn.

        Raises ClockStopped while the clock is being stopped.
        """
        if self._stopping and self._holder is not None:
            raise ClockStopped(f"actor {name!r} cannot start: the clock is being stopped")
        actor = Actor(name)
        self._actors[actor] = function
        self._ready.append(actor)

    def current(self) -> Actor:
        """The actor of the calling thread; the outsider when no actors run.

        Raises RuntimeError when actors run and the caller is none of them: what it does could fall anywhere.
        """
        holder = self._holder
        if holder is None:
            return self._outsider
        thread = threading.current_thread()
        if holder.thread is not thread:
            raise RuntimeError(
                f"thread {thread.name!r} uses a virtual clock that is running actors and is none of them; "
                "start it through clock.actor()"
            )
        return holder

    def park(self, describe: Callable[[], str], deadline: float | None = None) -> None:
        """Give the baton away until somebody wakes this actor or virtual time reaches `deadline` (s).

        None and infinity both mean that only somebody else can end the wait.

        Without actors time simply jumps. An actor that was told to stop and waits again while it unwinds also makes
        time jump, so that a teardown can bring its instruments to a safe state.

        Raises ClockStopped once in every waiting actor when the clock is stopped (and again for a wait without
        deadline), Deadlock when an outsider waits for something that nobody can bring.
        """
        if deadline == math.inf:
            deadline = None
        me = self.current()
        if me is self._outsider or me.told:
            if deadline is None:
                if me.told:
                    raise ClockStopped(f"actor {me.name!r} waits for {describe()}, but the clock has been stopped")
                raise Deadlock(f"at {self.time:.6f} s {me.name} waits for {describe()} and no actor runs")
            self._jump(deadline)
            return
        self._raise_if_stopping(me)
        me.describe_wait = describe
        if deadline is not None:
            me.timer = next(self._tickets)
            heapq.heappush(self._timers, (deadline, me.timer, me))
        successor = self._successor()
        if successor is not me:
            # This actor is alive, so somebody is always found: at worst itself, to be told of the deadlock.
            self._hand_to(successor)
            me.gate.acquire()
        self._raise_if_stopping(me)
        me.describe_wait = None
        me.timer = 0  # who was woken before its deadline leaves a timer behind that must not count any more

    def wake(self, actor: Actor) -> None:
        """Put a parked actor at the end of those who may run now."""
        self._ready.append(actor)

    def sleep_until(self, deadline: float) -> None:
        """Wait until virtual time is at least `deadline` (s); behind others who are due at the same moment.

        An infinite deadline is a wait that only `stop()` ends. Raises ValueError for a deadline that is no number.
        """
        if math.isnan(deadline):
            raise ValueError(f"a virtual clock cannot wait until {deadline!r} s")
        self.park(lambda: f"time {deadline:.6f} s", deadline)

    def stop(self) -> None:
        """Make every waiting actor raise ClockStopped, one after the other; safe from any thread, returns at once."""
        if self._holder is not None:
            self._stopping = True

    def run(self) -> None:
        """Run every actor to its end, then re-raise the first exception that left one.

        On an exception, a deadlock, `stop()` or an interrupt of the calling thread all other actors are unwound
        first; no thread remains. Errors met while unwinding are added as notes.

        Raises Deadlock, RuntimeError when already running, and whatever an actor raised.
        """
        if self._holder is not None:
            raise RuntimeError("the virtual clock is already running its actors")
        if not self._actors:
            return
        self._finished.clear()
        try:
            self._hand_to(self._successor())
            while not self._finished.wait(WAKE_S):
                pass
        except BaseException as interrupt:
            self._stopping = True
            if self._holder is not None:
                self._finished.wait()
            failure = self._settle()
            if failure is not None:
                interrupt.add_note(f"while stopping: {failure!r}")
            raise
        failure = self._settle()
        if failure is not None:
            raise failure

    def _settle(self) -> BaseException | None:
        for thread in self._threads:
            thread.join()
        failure, self._failure = self._failure, None
        self._threads.clear()
        self._ready.clear()
        self._timers.clear()
        self._holder = None
        self._stopping = False
        return failure

    def _raise_if_stopping(self, me: Actor) -> None:
        if self._stopping:
            me.told = True
            raise ClockStopped(f"actor {me.name!r}: the clock was stopped at {self.time:.6f} s")

    def _successor(self) -> Actor:
        """Who runs next; called by the holder of the baton when at least one actor lives."""
        if not self._stopping:
            if self._ready:
                return self._ready.popleft()
            while self._timers:
                deadline, ticket, actor = heapq.heappop(self._timers)
                if actor.timer == ticket:
                    self._jump(deadline)
                    return actor
            waits = "; ".join(f"{a.name!r} waits for {a.describe_wait()}" for a in self._actors if a.describe_wait)
            self._failure = Deadlock(f"at {self.time:.6f} s nobody can go on: {waits}")
            self._stopping = True
        return next(iter(self._actors))

    def _jump(self, deadline: float) -> None:
        if deadline > self.time:
            if not self._stopping:
                self._pace(deadline - self.time)
            self.time = deadline

    def _hand_to(self, actor: Actor) -> None:
        self._holder = actor
        if actor.thread is None:
            # Daemonic only so that a second interrupt, during the unwinding, can still end the process.
            actor.thread = threading.Thread(target=self._live, args=(actor,), name=actor.name, daemon=True)
            self._threads.append(actor.thread)
            actor.thread.start()
        else:
            actor.gate.release()

    def _live(self, me: Actor) -> None:
        try:
            if not self._stopping:
                self._actors[me]()
        except ClockStopped as stopped:
            if not me.told:
                self._fail(me, stopped)
        except BaseException as error:  # noqa: BLE001 - the end of a thread: run() raises it where it can be handled
            self._fail(me, error)
        del self._actors[me]
        if self._actors:
            self._hand_to(self._successor())
        else:
            self._finished.set()

    def _fail(self, actor: Actor, error: BaseException) -> None:
        self._stopping = True
        if self._failure is None:
            self._failure = error
        else:
            self._failure.add_note(f"while stopping, actor {actor.name!r} failed too: {error!r}")
