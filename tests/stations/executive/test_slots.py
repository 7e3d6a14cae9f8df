"""Many slots on one clock: shared instruments one holder at a time, fairly, without deadlock, and told in seconds."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.clock import SystemClock
from drivers.reading import Reading
from mes.vocabulary import Outcome, Verdict
from sim_hardware.clock import Deadlock, VirtualClock
from stations.crew import Crew, ThreadCrew
from stations.errors import SpoolError
from stations.events import Event, RunBegan, StepBegan
from stations.fair_queue import FairQueue
from stations.plan import Record
from stations.slots import SlotModel, SlotReport, run_slots
from stations.turn import Look, Turn
from tests.stations.executive.rig import step
from tests.stations.executive.slot_rig import (
    HANDLING_S,
    LOSS,
    START,
    SWEEP_S,
    Slots,
    handling,
    on_virtual_time,
    sweeping,
)


def test_64_slots_share_one_analyser_at_nearly_its_ideal_utilisation() -> None:
    """64 sweeps of 2 s cannot take less than 128 s; the handling before the first one is all that is added."""
    slots = on_virtual_time(64)
    report = slots.run(SlotModel.PARALLEL, handling(), sweeping())
    assert slots.verdicts() == {Verdict.PASSED}
    assert report.took_s == pytest.approx(HANDLING_S + 64 * SWEEP_S)
    assert report.ideal_s == pytest.approx(64 * SWEEP_S)
    assert report.bottleneck is not None
    assert (report.bottleneck.role, report.bottleneck.grants) == ("vna", 64)
    assert report.bottleneck.utilisation == pytest.approx(128 / 158)
    assert report.ideal_utilisation == pytest.approx(1.0)


def test_whoever_asks_first_is_served_first_and_the_waiting_is_told() -> None:
    """Slots that come in turn sweep in turn; the wait is in each step's event and not in its duration."""
    slots = on_virtual_time(5)
    slots.run(SlotModel.PARALLEL, handling(lambda name: 10.0 - int(name)), sweeping())
    assert slots.analyser.users == ["5", "4", "3", "2", "1"]
    waits = [slots.ended(name)["sweep"].waited_s for name in slots.analyser.users]
    assert waits == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0])
    assert all(slots.ended(name)["sweep"].duration_s == pytest.approx(SWEEP_S) for name in slots.told)


def test_one_program_has_one_history() -> None:
    """The same slots give the same report and the same events, however busy the machine is."""

    def history() -> tuple[SlotReport, list[str]]:
        slots = on_virtual_time(16)
        report = slots.run(SlotModel.PARALLEL, handling(lambda name: 7.0 * (int(name) % 5)), sweeping())
        return report, slots.analyser.users

    assert history() == history()


def test_sequential_slots_never_overlap() -> None:
    """Each slot begins where the one before it ended."""
    slots = on_virtual_time(3)
    report = slots.run(SlotModel.SEQUENTIAL, handling(), sweeping())
    assert [time.began_s for time in report.slots] == pytest.approx([0.0, 32.0, 64.0])
    assert report.took_s == report.ideal_s == pytest.approx(96.0)


def begun(slots: Slots, name: str) -> list[float]:
    """When each step of a slot began."""
    return [e.started_s for e in slots.told[name] if isinstance(e, StepBegan)]


def test_a_batch_begins_every_step_together() -> None:
    """No slot begins the second step before the slowest has ended the first; in parallel they do."""

    def second(fixture: Any, record: Record) -> None:
        record("loss", Reading(-9.0, "dB"))

    def starts(model: SlotModel) -> set[float]:
        slots = on_virtual_time(4)
        slots.run(model, handling(lambda name: float(name)), step(second, LOSS))
        return {begun(slots, name)[1] for name in slots.told}

    assert starts(SlotModel.BATCH) == {4.0}
    assert starts(SlotModel.PARALLEL) == {1.0, 2.0, 3.0, 4.0}


def test_a_slot_that_drops_out_of_a_batch_is_waited_for_no_more() -> None:
    """One unit fails critically at the first step: the others go on together to their end."""

    def first(fixture: Any, record: Record) -> None:
        fixture.clock.sleep(1.0)
        record("loss", Reading(-99.0 if fixture.options["slot"] == "2" else -9.0, "dB"))

    slots = on_virtual_time(3)
    slots.run(SlotModel.BATCH, step(first, LOSS, on_fail="stop"), handling())
    assert slots.ended("2")["handle"].outcome is Outcome.SKIPPED
    assert slots.ended("1")["handle"].outcome is Outcome.PASSED


def test_a_shared_instrument_that_was_not_asked_for_is_fenced() -> None:
    """A step that touches the analyser without declaring it is an error, not a collision."""

    def sweep(fixture: Any, record: Record) -> None:
        record("loss", fixture.instruments["vna"].sweep(fixture.options["slot"]))

    slots = on_virtual_time(2)
    slots.run(SlotModel.PARALLEL, step(sweep, LOSS))
    assert slots.analyser.users == []
    assert 'exclusive=("vna",)' in slots.ended("1")["sweep"].message


def test_a_shared_instrument_goes_on_safe() -> None:
    """It is made safe once for every holder, before the next one has it, and by nobody else."""
    slots = on_virtual_time(4)
    slots.run(SlotModel.PARALLEL, handling(), sweeping())
    assert slots.analyser.made_safe == 4


def test_a_slot_whose_spool_refuses_does_not_end_the_others() -> None:
    """The others are tested to their end; then the error is raised."""
    slots = on_virtual_time(3)

    class Refusing(list[Event]):
        """A full disk."""

        def append(self, event: Event) -> None:
            """Refuse."""
            if isinstance(event, RunBegan):
                raise SpoolError("disk full")

    slots.told["2"] = Refusing()
    with pytest.raises(SpoolError, match="disk full"):
        slots.run(SlotModel.BATCH, handling(), sweeping())
    assert slots.verdicts() == {Verdict.PASSED}
    assert slots.analyser.users == ["1", "3"]


ROLES = ("bond", "hipot", "scope", "vna")
NEED = st.lists(st.sampled_from(ROLES), unique=True, max_size=3)


@given(needs=st.lists(st.lists(st.tuples(NEED, st.integers(0, 5)), max_size=4), min_size=1, max_size=6))
def test_no_order_of_needs_ever_deadlocks(needs: list[list[tuple[list[str], int]]]) -> None:
    """Whatever each slot needs in whatever order: all come to their end, and no instrument ever has two holders.

    Who looks up while waiting is served as who does not, at the same moments and in the same order.
    """

    def history(look: Callable[[VirtualClock], None] | None) -> tuple[SlotReport, list[tuple[float, int]]]:
        clock = VirtualClock(START)
        held: set[str] = set()
        grants: list[tuple[float, int]] = []

        def slot(number: int, wants: list[tuple[list[str], int]]) -> Callable[[Turn], None]:
            def work(turn: Turn) -> None:
                for roles, seconds in wants:
                    with turn.holding(roles, None if look is None else lambda: look(clock)):
                        assert not held & set(roles)
                        grants.append((clock.now(), number))
                        held.update(roles)
                        clock.sleep(float(seconds))
                        held.difference_update(roles)

            return work

        acts = {str(number): slot(number, wants) for number, wants in enumerate(needs)}
        return run_slots(clock, acts, model=SlotModel.PARALLEL, shared=ROLES), grants

    def look_up(clock: VirtualClock) -> None:
        assert clock.now() <= 6 * 4 * 5, "nobody gets anything any more"

    report, grants = history(None)
    assert report.took_s >= report.ideal_s - 1e-9
    assert sum(use.grants for use in report.instruments) == sum(len(roles) for one in needs for roles, _ in one)
    assert history(look_up) == (report, grants)


def crossed(crew: Crew, sleep: Callable[[float], None]) -> SlotReport:
    """Two slots that need the same two instruments, named the other way round."""

    def slot(*roles: str) -> Callable[[Turn], None]:
        def work(turn: Turn) -> None:
            with turn.holding(roles[:1]):
                pass
            sleep(0.01)
            with turn.holding(roles):
                sleep(0.01)

        return work

    return run_slots(crew, {"1": slot("a", "b"), "2": slot("b", "a")}, model=SlotModel.PARALLEL, shared=("a", "b"))


def test_two_slots_that_name_the_same_instruments_the_other_way_round_do_not_deadlock() -> None:
    """Everybody takes them in the same order."""
    clock = VirtualClock(START)
    assert crossed(clock, clock.sleep).took_s == pytest.approx(0.03)


def test_in_the_order_of_naming_they_would_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: without the one order the clock finds both waiting for each other, for a grant takes a moment."""
    clock = VirtualClock(START)

    def take_slowly(queue: FairQueue, look: Look | None = None) -> None:
        take(queue, look)
        clock.sleep(0.0)

    take = FairQueue.take
    monkeypatch.setattr(FairQueue, "take", take_slowly)
    monkeypatch.setattr("stations.sharing.in_order", tuple)
    with pytest.raises(Deadlock, match="bell 'a'"):
        crossed(clock, clock.sleep)


@pytest.mark.parametrize("model", list(SlotModel))
def test_the_same_slots_run_on_threads(model: SlotModel) -> None:
    """On the machine's time the same models hold with threads: one sweep at a time, and all pass."""
    clock = SystemClock()
    slots = Slots(4, clock, ThreadCrew(clock))
    busy = threading.Lock()

    def sweep(fixture: Any, record: Record) -> None:
        assert busy.acquire(blocking=False), "two slots hold the analyser"
        clock.sleep(0.002)
        busy.release()
        record("loss", Reading(-9.0, "dB"))

    report = slots.run(model, handling(lambda _: 0.001), step(sweep, LOSS, exclusive=("vna",)))
    assert slots.verdicts() == {Verdict.PASSED}
    assert report.bottleneck is not None
    assert report.bottleneck.grants == 4
