"""A slot that waits for others still obeys STOP and its interlock; a shared instrument that stays on goes to nobody."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from drivers.clock import SystemClock
from drivers.reading import Reading
from mes.vocabulary import Outcome, RunEnding, Verdict
from sim_hardware.clock import VirtualClock
from stations.bench import Bench
from stations.crew import LOOK_UP_EVERY_S, Crew, ThreadCrew
from stations.errors import InstrumentWithdrawn, RunStopped
from stations.events import Event, RunEnded, StepBegan, StepEnded
from stations.executive import Executive
from stations.interlock import Interlock
from stations.lease import StopSwitch
from stations.plan import BoundStep, Record
from stations.product import load_product
from stations.retry import Retry
from stations.slots import SlotModel, run_slots
from stations.step_runner import run_inline
from stations.turn import Turn
from tests.stations.executive.rig import PRODUCT, RAIL, Input, RigFixture, Supply, measure, order, plan, step
from tests.stations.executive.slot_rig import START


class Guarded(RigFixture):
    """A fixture whose cover is watched, which tells when it lets the unit go."""

    INTERLOCK: ClassVar = Interlock("dio", line=0)

    def release(self) -> None:
        """Note it."""
        self.log.append("released")

    def prove_safe(self) -> list[str]:
        """The unit itself is dead."""
        return []


class Slot:
    """One slot: a supply and an input of its own, a hipot tester that it shares."""

    def __init__(self, name: str, clock: Any, hipot: Supply, *steps: BoundStep) -> None:
        self.name, self.clock, self.steps = name, clock, steps
        self.log: list[str] = []
        self.stop = StopSwitch()
        self.supply = Supply(clock, self.log)
        self.dio = Input(clock, self.log)
        self.instruments: dict[str, Any] = {"supply": self.supply, "dio": self.dio, "hipot": hipot}
        self.events: list[Event] = []
        self.off_at: float | None = None
        self.executive: Executive | None = None

    def work(self, turn: Turn) -> None:
        """Run its plan."""
        roles = {role: role for role in self.instruments}
        bench = Bench(self.instruments, self.clock, shared=("hipot",), resources=roles)
        fixture = Guarded(self.instruments, self.log, load_product(PRODUCT))
        self.executive = Executive(bench, fixture, run_inline, self.stop, self.take, turn=turn)
        self.executive.run(order(int(self.name)), plan(*self.steps))

    def take(self, event: Event) -> None:
        """Note when the supply was first found off behind a step that was left out."""
        self.events.append(event)
        if isinstance(event, StepEnded) and event.outcome is Outcome.SKIPPED and self.off_at is None:
            assert not self.supply.on
            self.off_at = self.clock.now()

    @property
    def ended(self) -> RunEnded:
        """How its run ended."""
        event = self.events[-1]
        assert isinstance(event, RunEnded)
        return event

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """How each step ended."""
        return {e.step: e.outcome for e in self.events if isinstance(e, StepEnded)}


class Group:
    """Slots around one hipot tester."""

    def __init__(self, clock: Any, crew: Crew, model: SlotModel = SlotModel.PARALLEL) -> None:
        self.clock, self.crew, self.model = clock, crew, model
        self.hipot = Supply(clock, [], "hipot")
        self.slots: list[Slot] = []

    def slot(self, *steps: BoundStep) -> Slot:
        """One more slot, with these steps."""
        self.slots.append(Slot(str(len(self.slots) + 1), self.clock, self.hipot, *steps))
        return self.slots[-1]

    def run(self) -> None:
        """All of them to their end."""
        acts: dict[str, Callable[[Turn], object]] = {slot.name: slot.work for slot in self.slots}
        run_slots(self.crew, acts, model=self.model, shared=("hipot",))


def group(model: SlotModel = SlotModel.PARALLEL) -> Group:
    """Slots on virtual time."""
    clock = VirtualClock(START)
    return Group(clock, clock, model)


def arm(seconds: float = 1.0) -> BoundStep:
    """A step that leaves the slot's own supply on."""

    def body(fixture: Any, record: Record) -> None:
        fixture.clock.sleep(seconds)
        fixture.supply.set_output(True)

    return step(body, name="arm", timeout_s=1000.0)


def stress(seconds: float, *, stuck: int = 0) -> BoundStep:
    """A step that holds the hipot tester; it may stick on, for so many tries to switch it off."""

    def body(fixture: Any, record: Record) -> None:
        hipot = fixture.instruments["hipot"]
        hipot.set_output(True)
        fixture.clock.sleep(seconds)
        hipot.stuck = stuck
        record("rail", Reading(3.3, "V"))

    return step(body, RAIL, name="stress", exclusive=("hipot",), timeout_s=1000.0)


def at(seconds: float, act: Callable[[], None], clock: VirtualClock) -> None:
    """Something that happens meanwhile."""

    def happen() -> None:
        clock.sleep(seconds)
        act()

    clock.actor(happen, name="somebody")


@pytest.mark.parametrize("trouble", ["STOP", "interlock opened"])
def test_a_slot_that_waits_for_an_instrument_obeys_stop_and_interlock(trouble: str) -> None:
    """Its own supply is off half a second later, not when the instrument comes; its place goes to the next."""
    slots = group()
    first, second = slots.slot(stress(500.0)), slots.slot(arm(), stress(5.0))
    third = slots.slot(arm(2.0), stress(5.0))

    def press() -> None:
        assert second.supply.on
        if trouble == "STOP":
            second.stop.request("STOP")
        else:
            second.dio.high = False

    at(10.0, press, slots.clock)
    slots.run()
    assert second.off_at is not None
    assert 10.0 <= second.off_at <= 10.0 + LOOK_UP_EVERY_S + 1e-9
    assert (second.ended.ending, second.ended.reason) == (RunEnding.ABORTED, f"before step stress: {trouble}")
    assert second.outcomes == {"arm": Outcome.PASSED, "stress": Outcome.SKIPPED}
    assert [slot.ended.verdict for slot in (first, third)] == [Verdict.PASSED] * 2
    assert slots.clock.now() == pytest.approx(505.0)


def test_a_slot_that_waits_for_its_batch_obeys_stop() -> None:
    """Its supply is off half a second later; the others still begin together, without it."""
    slots = group(SlotModel.BATCH)
    slow, stopped, other = (
        slots.slot(arm(seconds), step(measure(3.3), RAIL, name="next")) for seconds in (500.0, 1.0, 1.0)
    )
    at(10.0, lambda: stopped.stop.request("STOP"), slots.clock)
    slots.run()
    assert stopped.off_at is not None
    assert 10.0 <= stopped.off_at <= 10.0 + LOOK_UP_EVERY_S + 1e-9
    assert stopped.ended.ending is RunEnding.ABORTED
    assert [slot.ended.verdict for slot in (slow, other)] == [Verdict.PASSED] * 2
    assert [e.started_s for e in other.events if isinstance(e, StepBegan)] == pytest.approx([0.0, 500.0])


@pytest.mark.parametrize("model", [SlotModel.PARALLEL, SlotModel.BATCH])
def test_stop_ends_the_waits_of_threads_too(model: SlotModel) -> None:
    """On the machine's time: whoever gives up a wait leaves neither a queue nor a batch that nobody gets out of."""
    clock = SystemClock()
    slots = Group(clock, ThreadCrew(clock), model)
    keep = slots.slot(stress(0.8) if model is SlotModel.PARALLEL else arm(0.8), step(measure(3.3), RAIL, name="next"))
    begin = arm(0.1)
    stopped = slots.slot(begin, stress(0.0))
    last = slots.slot(begin, stress(0.0))

    def press() -> None:
        clock.sleep(0.15)
        stopped.stop.request("STOP")

    slots.crew.actor(press)
    slots.run()
    assert stopped.ended.ending is RunEnding.ABORTED
    assert stopped.off_at is not None
    assert [slot.ended.verdict for slot in (keep, last)] == [Verdict.PASSED] * 2


def test_a_place_that_is_handed_over_while_its_slot_gives_up_goes_to_the_next() -> None:
    """A look takes bench time; the instrument may come in the middle of it."""
    clock = VirtualClock(START)
    served: list[float] = []

    def look() -> None:
        clock.sleep(2.0)
        raise RunStopped("STOP")

    def holder(turn: Turn) -> None:
        with turn.holding(("hipot",)):
            clock.sleep(1.0)

    def gives_up(turn: Turn) -> None:
        with pytest.raises(RunStopped), turn.holding(("hipot",), look):
            pass

    def patient(turn: Turn) -> None:
        with turn.holding(("hipot",)) as waited:
            served.append(waited)

    acts: dict[str, Callable[[Turn], object]] = {"1": holder, "2": gives_up, "3": patient}
    report = run_slots(clock, acts, model=SlotModel.PARALLEL, shared=("hipot",))
    assert served == pytest.approx([2.5])
    assert [time.waited_s for time in report.slots] == pytest.approx([0.0, 2.5, 2.5])


def test_a_shared_output_that_stays_on_is_in_the_proof_and_keeps_the_unit_in() -> None:
    """The record says what may be live, the latch would close, the fixture does not let the unit go."""
    slots = group()
    first = slots.slot(stress(5.0, stuck=99))
    slots.run()
    assert slots.hipot.on
    assert first.executive is not None
    why = "hipot is not proven safe, its output may be live: Acme PS60 hipot: output still on after OFF"
    assert first.executive.proof.unproven == (why,)
    assert first.ended.safe == f"OUTPUT MAY BE LIVE: {why}; proven off: supply, dio, unit"
    assert (first.ended.verdict, first.ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert first.ended.reason == why
    assert "released" not in first.log


def test_a_shared_instrument_that_stays_on_goes_to_nobody() -> None:
    """Whoever waits for it and whoever asks later is told which and why; who does not need it is tested."""
    slots = group()
    slots.slot(stress(5.0, stuck=99))
    waiting, late, without = (
        slots.slot(arm(), stress(5.0)),
        slots.slot(arm(50.0), stress(5.0)),
        slots.slot(arm(60.0), step(measure(3.3), RAIL, name="next")),
    )
    slots.run()
    for slot in (waiting, late):
        assert slot.ended.ending is RunEnding.ERROR
        assert slot.ended.reason.startswith("before step stress: hipot is granted to no slot any more: hipot is not")
        assert "output still on after OFF" in slot.ended.reason
        assert slot.outcomes["stress"] is Outcome.SKIPPED
        assert not slot.supply.on
        assert slot.ended.safe == "proven off: supply, dio, unit"
    assert without.ended.verdict is Verdict.PASSED
    assert slots.clock.now() == pytest.approx(60.0)


def test_a_shared_output_that_goes_off_at_the_third_try_goes_on() -> None:
    """Proven off is proven off."""
    slots = group()
    first, second = slots.slot(stress(5.0, stuck=2)), slots.slot(arm(), stress(5.0))
    slots.run()
    assert [slot.ended.verdict for slot in (first, second)] == [Verdict.PASSED] * 2
    assert "released" in first.log


def test_a_hazardous_step_is_not_tried_again_with_its_shared_instrument_on() -> None:
    """Before another attempt the instruments that the step holds are proven off as well as the slot's own."""
    attempts = []

    def body(fixture: Any, record: Record) -> None:
        attempts.append(fixture.clock.now())
        fixture.instruments["hipot"].stuck = 99
        record("rail", Reading(9.9, "V"))

    slots = group()
    retried = replace(
        step(body, RAIL, exclusive=("hipot",), hazardous=True), retry=Retry(3, ("FAILED",), hazardous=True)
    )
    slots.slot(retried)
    slots.run()
    assert len(attempts) == 1


def test_an_interrupt_while_a_shared_instrument_is_made_safe_leaves_it_withdrawn() -> None:
    """Nobody saw it off: nobody gets it."""
    slots = group()
    interrupted = slots.slot(stress(5.0))

    def interrupt() -> None:
        raise KeyboardInterrupt

    def work(turn: Turn) -> None:
        slots.hipot.safe_state = interrupt  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            interrupted.work(turn)
        with pytest.raises(InstrumentWithdrawn, match="hipot is not proven safe: it was not looked at any more"):
            turn.holding(("hipot",)).__enter__()

    run_slots(slots.crew, {"1": work}, model=SlotModel.SEQUENTIAL, shared=("hipot",))
    assert interrupted.ended.safe.startswith("OUTPUT MAY BE LIVE: hipot")


def test_a_look_that_takes_longer_than_the_limit_is_followed_by_another() -> None:
    """What came while nobody looked has come in time to be seen; what does not come is looked for once more."""
    slots = group()
    slot = slots.slot()
    fixture = Guarded(slot.instruments, slot.log, load_product(PRODUCT))
    looks: list[float] = []

    def slow_look(comes_at: float) -> bool:
        looks.append(slots.clock.now())
        came = looks[-1] >= comes_at
        slots.clock.sleep(3.0)
        return came

    assert fixture.wait_until(lambda: slow_look(0.5), 1.0, "a voltage") == pytest.approx(6.02)
    with pytest.raises(Exception, match="a voltage did not come within 1 s"):
        fixture.wait_until(lambda: slow_look(1e9), 1.0, "a voltage")
    assert len(looks) == 4
