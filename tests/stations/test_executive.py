"""Running a plan: PASSED is earned, a late write is fenced, and the bench is made safe on every way out."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from drivers.clock import Clock, SystemClock
from drivers.errors import LinkTimeout, NotSafe
from drivers.reading import InstrumentIdentity, Reading
from mes.records import UnitIdentity
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.bench import Bench
from stations.errors import Fenced, SpoolError
from stations.events import Event, Measured, RunBegan, RunEnded, RunOrder, StepEnded
from stations.executive import Executive
from stations.fixture import Fixture
from stations.lease import StopSwitch, check_lease
from stations.limits import Measurand
from stations.plan import BoundStep, PlanRevision, Record
from stations.product import Product, load_product
from stations.step_runner import StepRunner, in_thread, run_inline

PRODUCT = Path(__file__).parents[2] / "stations/products/dac_50g_lane.toml"


class SteppingClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        """Seconds so far."""
        return self.seconds

    def utc(self) -> datetime:
        """A fixed day."""
        return datetime(2026, 11, 2, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        """Move."""
        self.seconds += seconds


class Supply:
    """An output that writes through the lease as every leased transport does."""

    capability = "PowerSupply"
    identity = InstrumentIdentity(maker="Acme", model="PS60", serial="SN1", firmware="2.1")

    def __init__(self, log: list[str], due: date | None = date(2036, 5, 1)) -> None:
        self.log = log
        self.calibration_due = due
        self.on = False
        self.stuck = False

    def set_output(self, on: bool) -> None:
        """Switch, if the caller may."""
        check_lease()
        self.on = on
        self.log.append("on" if on else "off")

    def safe_state(self) -> None:
        """Switch off and prove it."""
        self.on = self.stuck
        self.log.append("safe")
        if self.on:
            raise NotSafe("Acme PS60: output still on after OFF")

    def close(self) -> None:
        """Nothing to let go of."""


class LoggedFixture(Fixture):
    """Notes when it is set up and torn down."""

    def __init__(self, log: list[str], product: Product, supply: Supply) -> None:
        super().__init__({}, product, {})
        self.log = log
        self.supply = supply

    def set_up(self) -> None:
        """Note it."""
        self.log.append("set up")

    def tear_down(self) -> None:
        """Note it."""
        self.log.append("torn down")


class Rig:
    """One executive with everything around it."""

    def __init__(self, clock: Clock | None = None, runner: StepRunner = run_inline) -> None:
        self.log: list[str] = []
        self.events: list[Event] = []
        self.stop = StopSwitch()
        self.supply = Supply(self.log)
        self.clock = clock or SteppingClock()
        self.runner = runner
        self.also: dict[str, Supply] = {}
        self.on_event: Callable[[Event], None] = lambda _: None

    def run(self, *steps: BoundStep) -> RunEnded:
        """Run the steps; the event that ended the run."""
        bench = Bench({**self.also, "supply": self.supply}, self.clock)  # type: ignore[dict-item]
        fixture = LoggedFixture(self.log, load_product(PRODUCT), self.supply)

        def publish(event: Event) -> None:
            self.events.append(event)
            self.log.append(type(event).__name__)
            self.on_event(event)

        order = RunOrder(
            run=UUID(int=1),
            unit=UnitIdentity(part="DAC", serial="DAC0001"),
            station="s",
            station_digest="0" * 64,
            fixture="f",
            slot="1",
            operator="o",
            gate=UUID(int=2),
            simulated=True,
        )
        Executive(bench, fixture, self.runner, self.stop, publish).run(order, plan(*steps))
        ended = self.events[-1]
        assert isinstance(ended, RunEnded)
        return ended

    def steps(self) -> dict[str, Outcome]:
        """How each step ended."""
        return {e.step: e.outcome for e in self.events if isinstance(e, StepEnded)}


def plan(*steps: BoundStep) -> PlanRevision:
    """A plan of these steps."""
    return PlanRevision(
        name="p",
        revision="1",
        part="DAC",
        operation="op",
        fixture="dac_lane",
        limit_revision="l",
        steps=steps,
        digest="0" * 64,
        code_digest="0" * 64,
    )


RAIL = Measurand("rail", "V", low=3.2, high=3.4)


def step(function: Callable[[Any, Record], None], *measurands: Measurand, name: str = "", **options: Any) -> BoundStep:
    """One step of a plan."""
    bound = BoundStep(
        name or function.__name__,
        function,
        measurands,
        timeout_s=60,
        hazardous=False,
        on_fail="continue",
        skipped=False,
    )
    return replace(bound, **options)


def measure(value: float, name: str = "rail") -> Callable[[Any, Record], None]:
    """A step's function that records one voltage."""

    def body(fixture: Any, record: Record) -> None:
        record(name, Reading(value, "V"))

    return body


def test_a_unit_within_its_limits_passes() -> None:
    """Everything measured, in limits, in calibration, completed: PASSED."""
    ended = Rig().run(step(measure(3.3), RAIL, name="power"))
    assert (ended.verdict, ended.ending, ended.reason) == (Verdict.PASSED, RunEnding.COMPLETED, "")


def test_nothing_is_armed_before_the_beginning_is_taken_in() -> None:
    """When the spool cannot take run_started, no instrument is touched."""
    rig = Rig()

    def refuse(event: Event) -> None:
        if isinstance(event, RunBegan):
            raise SpoolError("disk full")

    rig.on_event = refuse
    with pytest.raises(SpoolError):
        rig.run(step(measure(3.3), RAIL))
    assert rig.log == ["RunBegan"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (lambda f, r: None, "did not record rail"),
        (lambda f, r: r("rial", Reading(3.3, "V")), "not declared"),
        (lambda f, r: (r("rail", Reading(3.3, "V")), r("rail", Reading(3.3, "V"))), "recorded already"),
        (lambda f, r: r("rail", Reading(3300, "mV")), "declared in V"),
        (lambda f, r: r("rail", Reading(None, "V", over_range="OVER")), "above the instrument's range"),
        (lambda f, r: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_fault_of_the_test_is_an_error_and_no_verdict(body: Any, reason: str) -> None:
    """What the plan does wrong never passes and never fails the unit."""
    ended = Rig().run(step(body, RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert reason in ended.reason


def test_a_plan_that_measures_nothing_is_an_error() -> None:
    """No measurand, no pass: an empty test proves nothing."""
    assert Rig().run(step(lambda f, r: None, name="idle")).verdict is Verdict.NONE
    assert Rig().run().ending is RunEnding.ERROR


def test_everything_skipped_is_an_error() -> None:
    """A plan whose every step was left out has proven nothing."""
    ended = Rig().run(step(measure(3.3), name="power", skipped=True))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)


@pytest.mark.parametrize("due", [None, date(2026, 11, 1)])
def test_an_instrument_out_of_calibration_blocks_a_pass_but_not_a_failure(due: date | None) -> None:
    """A missing or past due date takes the pass away; a failed unit stays failed."""
    rig = Rig()
    rig.supply.calibration_due = due
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert "calibration" in ended.reason
    rig = Rig()
    rig.supply.calibration_due = due
    assert rig.run(step(measure(4.0), RAIL, name="power")).verdict is Verdict.FAILED


def test_due_on_the_last_day_is_still_in_calibration() -> None:
    """The due date is the last day of validity."""
    rig = Rig()
    rig.supply.calibration_due = date(2026, 11, 2)
    assert rig.run(step(measure(3.3), RAIL, name="power")).verdict is Verdict.PASSED


def test_stop_never_launders_a_failure() -> None:
    """A failed measurement followed by STOP is FAILED and ABORTED."""
    rig = Rig()

    def press_stop(event: Event) -> None:
        if isinstance(event, Measured):
            rig.stop.request("operator pressed STOP")

    rig.on_event = press_stop
    ended = rig.run(
        step(measure(9.9), RAIL, name="power"), step(measure(1, "later"), Measurand("later", "V"), name="b")
    )
    assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.ABORTED)
    assert "operator pressed STOP" in ended.reason


def test_stop_after_good_values_is_no_pass() -> None:
    """A run that was stopped has not earned PASSED, whatever it had measured."""
    rig = Rig()
    rig.on_event = lambda e: rig.stop.request("STOP") if isinstance(e, Measured) else None
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ABORTED)


def test_a_failed_critical_step_ends_the_plan_and_keeps_what_was_measured() -> None:
    """on_fail="stop": later steps are skipped, the unit is FAILED, the run COMPLETED."""
    rig = Rig()
    later = step(measure(1, "later"), Measurand("later", "V", low=0), name="later")
    ended = rig.run(step(measure(9.9), RAIL, name="bond", on_fail="stop"), later)
    assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.COMPLETED)
    assert rig.steps() == {"bond": Outcome.FAILED, "later": Outcome.SKIPPED}


def test_the_bench_is_made_safe_and_torn_down_on_every_way_out() -> None:
    """After an exception in a step: outputs off, then teardown, then the record."""
    rig = Rig()

    def crash(fixture: Any, record: Record) -> None:
        fixture.supply.set_output(True)
        raise LinkTimeout("supply: no answer")

    ended = rig.run(step(crash, RAIL, name="power"))
    assert not rig.supply.on
    assert rig.log[-3:] == ["safe", "torn down", "RunEnded"]
    assert "supply: no answer" in ended.reason


def test_an_output_that_cannot_be_proven_off_is_said_and_no_pass() -> None:
    """A stuck output turns a passing run into an error that names it."""
    rig = Rig()

    def stick(fixture: Any, record: Record) -> None:
        record("rail", Reading(3.3, "V"))
        fixture.supply.stuck = True

    ended = rig.run(step(stick, RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert "may be live" in ended.reason


def test_a_driver_that_breaks_while_being_made_safe_loses_neither_record_nor_the_others() -> None:
    """A bug in one safe_state: the other instruments are made safe, teardown happens, the run is recorded as ERROR."""
    rig = Rig()

    class Broken(Supply):
        """Its safe_state has a bug once the run is under way."""

        def safe_state(self) -> None:
            """Break."""
            if self.on:
                raise ValueError("not an instrument's error")

    broken = Broken([])
    rig.also = {"broken": broken}

    def power(fixture: Any, record: Record) -> None:
        broken.on = True
        record("rail", Reading(3.3, "V"))

    ended = rig.run(step(power, RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert "broken is not proven safe, its output may be live: ValueError" in ended.reason
    assert rig.log[-3:] == ["safe", "torn down", "RunEnded"]


def test_nothing_runs_on_a_bench_that_is_not_safe_to_begin_with() -> None:
    """An output that reads on before the first step: no step runs."""
    rig = Rig()
    rig.supply.stuck = True
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert ended.ending is RunEnding.ERROR
    assert rig.steps() == {}


def test_a_step_past_its_time_is_an_error_at_its_next_touch() -> None:
    """On a simulated clock the lease sees the overrun as soon as the step touches the bench."""
    rig = Rig()

    def slow(fixture: Any, record: Record) -> None:
        fixture.supply.set_output(True)
        rig.clock.sleep(61)
        fixture.supply.set_output(True)

    ended = rig.run(step(slow, RAIL, name="slow"))
    assert ended.ending is RunEnding.ERROR
    assert "did not end within its 60 s" in ended.reason
    assert rig.log.count("on") == 1


def test_a_step_that_swallows_its_timeout_has_timed_out_all_the_same() -> None:
    """Catching everything does not buy time."""
    rig = Rig()

    def stubborn(fixture: Any, record: Record) -> None:
        record("rail", Reading(3.3, "V"))
        rig.clock.sleep(61)

    assert rig.run(step(stubborn, RAIL, name="stubborn")).verdict is Verdict.NONE


def test_a_late_write_of_an_abandoned_step_never_reaches_the_supply() -> None:
    """The step hangs, the run ends safely, the step wakes up and wants the output on: fenced."""
    stop = StopSwitch()
    rig = Rig(SystemClock(), in_thread(stop))
    rig.stop = stop
    woken, gone = threading.Event(), threading.Event()
    late: list[BaseException] = []

    def hang(fixture: Any, record: Record) -> None:
        woken.wait(30)
        for act in (lambda: fixture.supply.set_output(True), lambda: record("rail", Reading(3.3, "V"))):
            try:
                act()
            except Fenced as fenced:
                late.append(fenced)
        gone.set()

    ended = rig.run(step(hang, RAIL, name="hang", timeout_s=0.2))
    assert ended.ending is RunEnding.ERROR
    assert "did not end within its 0.2 s" in ended.reason
    woken.set()
    assert gone.wait(30)
    assert [type(error) for error in late] == [Fenced, Fenced]
    assert "on" not in rig.log
    assert not any(isinstance(event, Measured) for event in rig.events)


def test_stop_does_not_wait_for_a_hanging_step() -> None:
    """STOP ends the run although the step never looks up."""
    stop = StopSwitch()
    rig = Rig(SystemClock(), in_thread(stop))
    rig.stop = stop
    release = threading.Event()

    def hang(fixture: Any, record: Record) -> None:
        stop.request("STOP")
        release.wait(30)

    ended = rig.run(step(hang, RAIL, name="hang"))
    release.set()
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ABORTED)


def test_a_process_told_to_go_still_leaves_a_record() -> None:
    """SystemExit in a step: the run is recorded as ABORTED, the bench safe, and the exit goes on."""
    rig = Rig()

    def leave(fixture: Any, record: Record) -> None:
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        rig.run(step(leave, RAIL, name="leave"))
    ended = rig.events[-1]
    assert isinstance(ended, RunEnded)
    assert ended.ending is RunEnding.ABORTED
    assert rig.log[-3:-1] == ["safe", "torn down"]
