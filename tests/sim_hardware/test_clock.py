"""Virtual time: it costs nothing, has one history, and ends cleanly however it ends."""

import itertools
import random
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.clock import ClockStopped, Deadlock, MailboxClosed, RealClock, ScaledClock, VirtualClock

EPOCH = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EPOCH)


@pytest.fixture(autouse=True)
def _no_thread_left_behind():
    """Whatever a test does to a clock, no actor outlives it."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


def test_time_of_a_program_without_actors_jumps(clock):
    """A sleep moves both clocks of a lone thread by exactly its length."""
    clock.sleep(3600)
    clock.wait_until(3600.5)
    clock.wait_until(10)  # already past: no step back
    assert clock.now() == 3600.5
    assert clock.utc() == EPOCH + timedelta(seconds=3600.5)


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("nan")])
def test_impossible_waits_are_refused(clock, seconds):
    """Time neither goes back nor ends."""
    with pytest.raises(ValueError, match=r"sleep|wait"):
        clock.sleep(seconds)


def test_a_wait_without_end_is_a_deadlock(clock):
    """An answer that never comes, waited for without timeout, is reported instead of ending time."""
    with pytest.raises(Deadlock, match="time inf"):
        clock.wait_until(float("inf"))
    with pytest.raises(ValueError, match="nan"):
        clock.wait_until(float("nan"))
    clock.actor(clock.wait_until, float("inf"), name="reader")
    clock.actor(clock.sleep, 5)
    with pytest.raises(Deadlock, match="'reader' waits for time inf"):
        clock.run()
    assert clock.now() == 5


def test_epoch_must_be_aware():
    """A bench has no time without a zone."""
    for clock in (VirtualClock, ScaledClock):
        with pytest.raises(ValueError, match="aware"):
            clock(datetime(2026, 3, 1))  # noqa: DTZ001 - the naive time is what is refused


@given(st.lists(st.lists(st.floats(0, 1e4), max_size=6), min_size=1, max_size=8))
def test_actors_wake_in_order_of_deadline(plans):
    """Whatever several actors sleep, they are seen to wake in the order of virtual time, the earlier asker first."""
    clock = VirtualClock(EPOCH)
    seen: list[tuple[float, int]] = []

    def live(number: int) -> None:
        for seconds in plans[number]:
            clock.sleep(seconds)
            seen.append((clock.now(), number))

    for number in range(len(plans)):
        clock.actor(live, number)
    clock.run()
    assert [at for at, _ in seen] == sorted(at for at, _ in seen)
    assert len(seen) == sum(map(len, plans))
    assert clock.now() == max((at for at, _ in seen), default=0.0)


def shared_analyser(seed: int, slots: int = 64, cycles: int = 8) -> tuple[list[tuple[float, int]], float]:
    """Slots that sleep and share one analyser; the history is who measured when."""
    clock = VirtualClock(EPOCH)
    analyser = clock.resource("analyser")
    history: list[tuple[float, int]] = []

    def slot(number: int) -> None:
        rng = random.Random(f"{seed}/{number}")
        for _ in range(cycles):
            clock.sleep(rng.uniform(5, 9))
            with analyser:
                began = clock.now()
                clock.sleep(rng.uniform(0.1, 0.12))
                history.append((began, number))

    for number in range(slots):
        clock.actor(slot, number, name=f"slot {number}")
    clock.run()
    return history, clock.now()


def test_64_actors_have_one_history():
    """The same seed gives the same history to the last digit, another seed another."""
    assert shared_analyser(7) == shared_analyser(7)
    assert shared_analyser(7) != shared_analyser(8)


def test_a_resource_is_never_used_twice_at_once():
    """Measurements on one shared analyser do not overlap."""
    history, _ = shared_analyser(7)
    starts = [at for at, _ in history]
    assert all(later - earlier >= 0.1 - 1e-9 for earlier, later in itertools.pairwise(starts))


def test_a_resource_serves_in_the_order_of_asking(clock):
    """Nobody overtakes in the queue for an instrument, even who asks again at once."""
    instrument, served = clock.resource("meter"), []

    def use(name: str, times: int) -> None:
        for _ in range(times):
            with instrument:
                served.append(name)
                clock.sleep(1)

    clock.actor(use, "a", 2)
    clock.actor(use, "b", 1)
    clock.actor(use, "c", 1)
    clock.run()
    assert served == ["a", "b", "c", "a"]


def test_misuse_of_a_resource_is_named(clock):
    """Taking twice and giving back what one does not hold are bugs, not waits."""
    instrument = clock.resource("meter")
    with pytest.raises(RuntimeError, match="without holding"):
        instrument.release()
    with instrument, pytest.raises(RuntimeError, match="already holds resource 'meter'"):
        instrument.acquire()


@given(st.lists(st.integers(), max_size=30), st.integers(1, 4))
def test_a_mailbox_loses_and_reorders_nothing(items, readers):
    """Every item arrives once; in order for one reader."""
    clock = VirtualClock(EPOCH)
    box, taken = clock.mailbox("units"), []

    def write() -> None:
        for position, item in enumerate(items):
            box.put(item)
            if position % 3 == 0:
                clock.sleep(0.5)
        box.close()

    def read() -> None:
        for item in box:
            taken.append(item)
            clock.sleep(0.1)

    clock.actor(write)
    for _ in range(readers):
        clock.actor(read)
    clock.run()
    assert sorted(taken) == sorted(items)
    assert readers > 1 or taken == items


def test_an_item_on_its_way_is_not_lost_by_a_stop(clock):
    """What was put for a reader that is stopped before it runs can still be taken."""
    box = clock.mailbox("units")
    clock.actor(box.get, name="reader")
    clock.actor(lambda: (box.put("DAC0001"), clock.stop()), name="writer")
    clock.run()
    assert box.get() == "DAC0001"


def test_a_resource_on_its_way_is_not_lost_by_a_stop(clock):
    """What was handed to an actor that is stopped before it runs is free again."""
    meter = clock.resource("meter")

    def user() -> None:
        with meter:
            clock.sleep(1)
        clock.stop()

    clock.actor(user)
    clock.actor(meter.acquire)
    clock.run()
    meter.acquire()


def test_a_closed_mailbox_says_so(clock):
    """After close the rest can be taken, and nothing be put."""
    box = clock.mailbox("units")
    box.put(1)
    box.close()
    with pytest.raises(MailboxClosed, match="put after close"):
        box.put(2)
    assert (len(box), list(box)) == (1, [1])
    with pytest.raises(MailboxClosed, match="closed and empty"):
        box.get()


def test_a_bell_wakes_before_the_deadline(clock):
    """A reader that waits up to 5 s for a scan reads it when it comes, and gives up when none comes."""
    bell, woken = clock.bell("scan"), []

    def read() -> None:
        for _ in range(2):
            bell.wait_until(clock.now() + 5, bell.rung)
            woken.append(clock.now())

    def scan() -> None:
        clock.sleep(2)
        bell.ring()

    clock.actor(read)
    clock.actor(scan)
    clock.run()
    assert woken == [2, 7]


def test_a_ring_before_the_wait_is_not_lost():
    """Whoever looked before the ring does not wait for the next one, on any clock."""
    for clock in (VirtualClock(EPOCH), ScaledClock(EPOCH, 1e6)):
        bell = clock.bell()
        seen = bell.rung
        bell.ring()
        bell.wait_until(1e12, seen)
        assert bell.rung == 1


def test_an_actor_may_start_actors(clock):
    """A line grows while it runs."""
    born = []

    def parent() -> None:
        clock.sleep(1)
        clock.actor(lambda: born.append(clock.now()))
        clock.sleep(1)

    clock.actor(parent)
    clock.run()
    assert born == [1]


def test_a_clock_runs_again(clock):
    """A second shift on the same clock starts where the first ended."""
    for end in (10, 20):
        clock.actor(clock.sleep, 10)
        clock.run()
        assert clock.now() == end
    clock.run()  # nobody to run


def test_deadlock_names_who_waits_for_what(clock):
    """A simulation that cannot go on says which actor holds it up."""
    analyser, box, unwound = clock.resource("analyser"), clock.mailbox("finished cables"), []

    def holder() -> None:
        try:
            with analyser:
                box.get()
        finally:
            unwound.append("holder")

    clock.actor(holder, name="slot 1")
    clock.actor(analyser.acquire, name="slot 2")
    with pytest.raises(Deadlock) as caught:
        clock.run()
    assert "'slot 1' waits for an item in mailbox 'finished cables'" in str(caught.value)
    assert "'slot 2' waits for resource 'analyser', held by 'slot 1'" in str(caught.value)
    assert unwound == ["holder"]


def test_a_lone_thread_cannot_wait_for_others(clock):
    """Without actors nobody could bring an item: refused instead of hanging."""
    with pytest.raises(Deadlock, match="mailbox 'units'"):
        clock.mailbox("units").get()


def test_the_first_exception_ends_the_run_and_the_others_are_noted(clock):
    """An actor's bug reaches the caller of run; what breaks while unwinding is attached, never put in its place."""

    def breaks() -> None:
        clock.sleep(1)
        raise KeyError("no such lot")

    def breaks_in_teardown() -> None:
        try:
            clock.sleep(100)
        finally:
            raise OSError("relay stuck")

    clock.actor(breaks, name="assembly")
    clock.actor(breaks_in_teardown, name="final test")
    with pytest.raises(KeyError, match="no such lot") as caught:
        clock.run()
    assert clock.now() == 1
    assert "'final test'" in caught.value.__notes__[0]
    assert "relay stuck" in caught.value.__notes__[0]


def everybody_waits(clock: VirtualClock, unwound: list[str]) -> None:
    """One actor in each kind of wait."""
    box, instrument, bell = clock.mailbox("box"), clock.resource("meter"), clock.bell("scan")

    def guard(name: str, wait: Callable[[], object]) -> None:
        try:
            wait()
        except ClockStopped:
            unwound.append(name)
            raise

    def hold() -> None:
        with instrument:
            clock.sleep(1e6)

    clock.actor(guard, "sleep", hold)
    clock.actor(guard, "mailbox", box.get)
    clock.actor(guard, "resource", instrument.acquire)
    clock.actor(guard, "bell", lambda: bell.wait_until(1e9, bell.rung))


def test_stop_unwinds_every_kind_of_wait(clock):
    """After stop each blocked actor raises once, in order, and run returns."""
    unwound: list[str] = []
    everybody_waits(clock, unwound)
    clock.actor(lambda: (clock.sleep(5), clock.stop()))
    clock.run()
    assert unwound == ["sleep", "mailbox", "resource", "bell"]
    assert clock.now() == 5


def test_an_interrupt_of_the_main_thread_unwinds_all(clock):
    """Ctrl-C reaches the caller of run after every actor has ended."""
    unwound: list[str] = []
    everybody_waits(clock, unwound)

    def interrupt() -> None:
        clock.sleep(5)
        raise KeyboardInterrupt

    clock.actor(interrupt)
    with pytest.raises(KeyboardInterrupt):
        clock.run()
    assert sorted(unwound) == ["bell", "mailbox", "resource", "sleep"]


def test_a_signal_during_run_unwinds_all(clock):
    """The real thing: a signal handler raises in the waiting main thread."""

    def on_alarm(*_: object) -> None:
        raise KeyboardInterrupt

    def endless() -> None:
        signal.raise_signal(signal.SIGUSR1)
        while True:
            clock.sleep(1)

    previous = signal.signal(signal.SIGUSR1, on_alarm)
    try:
        clock.actor(endless)
        with pytest.raises(KeyboardInterrupt):
            clock.run()
    finally:
        signal.signal(signal.SIGUSR1, previous)


def test_a_teardown_can_still_wait(clock):
    """Who unwinds may sleep on: relays take their time to open, also at the end."""
    done = []

    def station() -> None:
        try:
            clock.sleep(100)
        finally:
            clock.sleep(2)
            done.append(clock.now())

    clock.actor(station)
    clock.actor(clock.stop)
    clock.run()
    assert done == [2]


def test_no_error_boundary_swallows_the_stop(clock):
    """ClockStopped passes `except Exception`, so no verdict is made of it."""
    caught = []

    def station() -> None:
        try:
            clock.sleep(100)
        except Exception as error:  # noqa: BLE001 - the boundary under test
            caught.append(error)

    clock.actor(station)
    clock.actor(clock.stop)
    clock.run()
    assert caught == []


def test_a_stranger_thread_is_refused(clock):
    """A thread that is no actor would make history depend on the machine."""
    errors: list[BaseException] = []

    def stranger() -> None:
        try:
            clock.sleep(1)
        except RuntimeError as error:
            errors.append(error)

    def actor() -> None:
        thread = threading.Thread(target=stranger, name="stranger")
        thread.start()
        thread.join()

    clock.actor(actor)
    clock.run()
    assert "thread 'stranger'" in str(errors[0])


def test_run_within_run_is_refused(clock):
    """An actor cannot run the clock it lives in."""
    clock.actor(clock.run)
    with pytest.raises(RuntimeError, match="already running"):
        clock.run()


def test_scaled_time_runs_ahead_of_the_wall():
    """A clock a million times as fast lets hours pass while a test waits milliseconds."""
    clock = ScaledClock(EPOCH, speed=1e6)
    clock.sleep(3000)
    clock.wait_until(6000)
    bell = clock.bell()
    bell.wait_until(9000, bell.rung)
    assert clock.now() >= 9000
    assert clock.utc() >= EPOCH + timedelta(seconds=9000)
    with pytest.raises(ValueError, match="speed"):
        ScaledClock(EPOCH, 0)


def test_real_time_is_the_machines():
    """The real clock agrees with the wall."""
    assert abs(RealClock().utc() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_speed_paces_time_without_changing_its_history():
    """A paced clock gives the same times as an unpaced one, and asks for each jump's length in real time."""
    asked = []
    histories = []
    for speed in (None, 1e6):
        clock = VirtualClock(EPOCH, speed)
        if speed is not None:
            clock._hurried.wait = asked.append  # what it would have waited, in real seconds
        history = []

        def actor(name, step, clock=clock, history=history):
            for _ in range(3):
                clock.sleep(step)
                history.append((clock.now(), name))

        clock.actor(actor, "slow", 30.0)
        clock.actor(actor, "quick", 20.0)
        clock.run()
        histories.append(history)
    assert histories[0] == histories[1]
    assert sum(asked) * 1e6 == pytest.approx(90.0)


def test_a_hurried_clock_takes_no_time():
    """Once nobody watches, an hour at half speed is over at once."""
    clock = VirtualClock(EPOCH, speed=0.5)
    clock.hurry()
    clock.actor(clock.sleep, 3600)
    clock.run()
    assert clock.now() == 3600


def test_a_speed_must_be_positive():
    """Time cannot be paced backwards or not at all."""
    with pytest.raises(ValueError, match="positive"):
        VirtualClock(EPOCH, speed=0)
