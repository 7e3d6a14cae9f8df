"""Runs a plan on a bench: declared steps in order, every value judged, the bench made safe on every way out.

Order of a run: the beginning is published (and so committed) before anything is armed; safe state; the
fixture's set-up; the steps; safe state and the fixture's teardown, whatever happened; the conclusion.
"""

from collections.abc import Callable

from drivers.errors import InstrumentError
from drivers.reading import Reading
from mes.vocabulary import Outcome, RunEnding
from stations.bench import Bench, told
from stations.errors import Fenced, RecordError, RunStopped
from stations.events import Event, Measured, RunBegan, RunEnded, RunOrder, StepBegan, StepEnded
from stations.fixture import Fixture
from stations.lease import Lease, StopSwitch, check_lease
from stations.limits import Judgement, judge
from stations.plan import BoundStep, PlanRevision
from stations.step_runner import StepRunner
from stations.verdict import conclude

_SETUP_TIMEOUT_S = 60.0


class Executive:
    """One run of one plan revision on one unit."""

    def __init__(
        self, bench: Bench, fixture: Fixture, runner: StepRunner, stop: StopSwitch, publish: Callable[[Event], None]
    ) -> None:
        self._bench = bench
        self._fixture = fixture
        self._runner = runner
        self._stop = stop
        self._publish = publish
        self._judgements: dict[str, Judgement] = {}
        self._ending = RunEnding.COMPLETED
        self._reasons: list[str] = []
        self._stopped_at_failure = False

    def run(self, order: RunOrder, plan: PlanRevision) -> None:
        """Run the plan. Everything that happens is published; an exception means that nothing was armed."""
        clock = self._bench.clock
        self._publish(RunBegan(order, plan, clock.utc()))
        self._started = clock.now()
        try:
            if self._set_up():
                for step in plan.steps:
                    self._run_step(step)
        except BaseException as error:
            # Not a step's failure but the process being told to go: the record must not read as completed.
            self._end(RunEnding.ABORTED, f"interrupted: {type(error).__name__}")
            raise
        finally:
            self._reasons += self._bench.make_safe()
            self._tear_down()
            if self._reasons and self._ending is RunEnding.COMPLETED:
                self._ending = RunEnding.ERROR
            conclusion = conclude(
                plan,
                self._judgements,
                self._ending,
                "; ".join(self._reasons),
                stopped_at_failure=self._stopped_at_failure,
                out_of_calibration=self._bench.out_of_calibration(clock.utc().date()),
            )
            self._publish(
                RunEnded(
                    clock.utc(),
                    conclusion.verdict,
                    conclusion.ending,
                    conclusion.reason,
                    self._bench.instruments_used(),
                )
            )

    def _set_up(self) -> bool:
        unsafe = self._bench.make_safe()
        if unsafe:
            self._end(RunEnding.ERROR, *unsafe)
            return False
        lease = Lease(self._bench.clock, "set-up", _SETUP_TIMEOUT_S, self._stop)
        outcome, message = self._guarded(lease, self._fixture.set_up)
        if outcome is Outcome.PASSED:
            return True
        ending = RunEnding.ABORTED if outcome is Outcome.ABORTED else RunEnding.ERROR
        self._end(ending, f"fixture set-up: {message}")
        return False

    def _tear_down(self) -> None:
        try:
            self._fixture.tear_down()
        except Exception as error:  # noqa: BLE001 - other people's code: its bug must not lose the run's record
            self._reasons.append(f"fixture teardown: {told(error)}")

    def _run_step(self, step: BoundStep) -> None:
        clock = self._bench.clock
        started = clock.now()
        offset = started - self._started
        if step.skipped or self._ending is not RunEnding.COMPLETED or self._stopped_at_failure:
            self._publish(StepEnded(step.name, Outcome.SKIPPED, offset, 0.0, ""))
            return
        self._publish(StepBegan(step.name, offset))
        recorder = _StepRecorder(step, self._publish)
        lease = Lease(clock, step.name, step.timeout_s, self._stop)
        outcome, message = self._guarded(lease, lambda: step.function(self._fixture, recorder))
        self._judgements |= recorder.judgements
        if outcome is Outcome.PASSED:
            outcome, message = recorder.conclude()
        if outcome is Outcome.FAILED and step.on_fail == "stop":
            self._stopped_at_failure = True
        if outcome is Outcome.ABORTED:
            self._end(RunEnding.ABORTED, f"step {step.name}: {message}")
        elif outcome is Outcome.ERROR:
            self._end(RunEnding.ERROR, f"step {step.name}: {message}")
        self._publish(StepEnded(step.name, outcome, offset, clock.now() - started, message))

    def _guarded(self, lease: Lease, act: Callable[[], None]) -> tuple[Outcome, str]:
        """Run one act under its lease. The step boundary: whatever it raises becomes its outcome."""
        try:
            self._runner(lease, act)
            lease.check()  # a step that swallowed its own timeout has timed out all the same
        except RunStopped as stopped:
            return Outcome.ABORTED, str(stopped)
        except (Fenced, InstrumentError, RecordError) as error:
            return Outcome.ERROR, str(error)
        except Exception as error:  # noqa: BLE001 - a plan is other people's code: its bug must not lose the run
            return Outcome.ERROR, f"{type(error).__name__}: {error}"
        finally:
            lease.revoke("its time is over")
        return Outcome.PASSED, ""

    def _end(self, ending: RunEnding, *reasons: str) -> None:
        self._ending = ending
        self._reasons += reasons


class _StepRecorder:
    """What a step calls as `record`: takes each declared measurand once, judges it, publishes it."""

    def __init__(self, step: BoundStep, publish: Callable[[Event], None]) -> None:
        self._step = step
        self._declared = {m.name: m for m in step.measurands}
        self._publish = publish
        self.judgements: dict[str, Judgement] = {}

    def __call__(self, name: str, value: Reading | str) -> None:
        check_lease()
        measurand = self._declared.get(name)
        if measurand is None:
            raise RecordError(f"{name} is not declared above step {self._step.name}; declare it, or record its name")
        if name in self.judgements:
            raise RecordError(f"{name} was recorded already in step {self._step.name}; a measurand has one value a run")
        judgement = judge(measurand, value)
        if judgement.outcome is Outcome.ERROR:
            raise RecordError(judgement.reason)
        self.judgements[name] = judgement
        self._publish(Measured(self._step.name, measurand, value, judgement))

    def conclude(self) -> tuple[Outcome, str]:
        """The outcome of a step whose function returned."""
        failed = [j.reason for j in self.judgements.values() if j.outcome is Outcome.FAILED]
        missing = [m.name for m in self._step.measurands if m.required and m.name not in self.judgements]
        if missing:
            return Outcome.ERROR, f"did not record {', '.join(missing)}"
        return (Outcome.FAILED, "; ".join(failed)) if failed else (Outcome.PASSED, "")
