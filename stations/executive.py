"""Runs a plan on a bench: declared steps in order, every value judged, the bench made safe on every way out.

Order of a run: the beginning is published (and so committed) before anything is armed; safe state, the interlock
looked at; the fixture's set-up; the steps; safe state, proven, and the fixture's teardown, whatever happened; the
conclusion, for each unit its own.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial

from mes.vocabulary import Outcome, RunEnding
from stations.bench import Bench
from stations.errors import InstrumentWithdrawn, RunStopped
from stations.events import Event, RunBegan, RunEnded, RunOrder, RunResumed, StepBegan, StepEnded, StepRetried
from stations.fixture import Fixture
from stations.guarded import guarded
from stations.interlock import InterlockWatch
from stations.lease import Lease, StopSwitch
from stations.plan_revision import BoundStep, PlanRevision
from stations.safe_state import SafeProof, make_safe
from stations.step_recorder import StepRecord
from stations.step_runner import StepRunner, close_runner
from stations.turn import ALONE, Turn
from stations.unit_run import Attempt, UnitRun
from stations.verdict import conclude

_SETUP_TIMEOUT_S = 60.0


class Executive:
    """One run of one plan revision, on one unit or on several at once. `turn` is how it shares with other slots."""

    def __init__(
        self,
        bench: Bench,
        fixture: Fixture,
        runner: StepRunner,
        stop: StopSwitch,
        publish: Callable[[Event], None] = lambda _: None,
        *,
        turn: Turn = ALONE,
    ) -> None:
        self._bench = bench
        self._clock = bench.clock
        self._fixture = fixture
        self._runner = runner
        self._stop = stop
        self._publish = publish
        self._turn = turn
        self._runs: dict[int, UnitRun] = {}
        self._watch: InterlockWatch | None = None
        self.proof = SafeProof((), ())
        """What was proven off at the end of the run, and what was not."""
        self._live_shared: dict[str, str] = {}
        """The shared instruments that were not proven off when this run let go of them, each with why."""
        self._ambient: float | None = None

    def run(self, order: RunOrder, plan: PlanRevision) -> None:
        """Run the plan. Everything that happens is published; an exception means that nothing was armed."""
        self.run_units([UnitRun(order, self._publish)], plan)

    def run_units(self, runs: Sequence[UnitRun], plan: PlanRevision) -> None:
        """Run the plan once on these units together; what happens to each is published to each.

        Raises `PlanError` for a number of units that the plan does not take; then nothing was armed.
        """
        plan.check_units(len(runs))
        self._runs = dict(enumerate(runs, 1))
        self._fixture.units = tuple(run.order.unit for run in runs)
        self._fixture.resumed_values = tuple(run.earlier.values if run.earlier else {} for run in runs)
        self._started = self._clock.now() - max((run.earlier.elapsed_s for run in runs if run.earlier), default=0.0)
        for run in runs:
            self._begin(run, plan)
        self.proof = SafeProof((), ("the run was cut off before its outputs were looked at",))
        try:
            if self._set_up():
                for step in plan.steps:
                    self._run_step(step)
        except BaseException as error:
            # Not a step's failure but the process being told to go: the record must not read as completed.
            self._end(RunEnding.ABORTED, f"interrupted: {type(error).__name__}")
            raise
        finally:
            self._turn.leave()
            self._prove_safe()
            self._tear_down()
            close_runner(self._runner)
            self._conclude(plan, self.proof)

    def _begin(self, run: UnitRun, plan: PlanRevision) -> None:
        now, earlier = self._clock.utc(), run.earlier
        if earlier is None:
            run.publish(RunBegan(run.order, plan, now))
        else:
            run.publish(RunResumed(run.order, plan, now, earlier.gap_s, earlier.after))

    def _set_up(self) -> bool:
        unsafe = self._bench.make_safe()
        if unsafe:
            self._end(RunEnding.ERROR, *unsafe)
            return False
        interlock = self._fixture.INTERLOCK
        if interlock is not None:
            role = interlock.role
            self._watch = InterlockWatch(
                interlock,
                self._bench.instruments[role],
                self._clock,
                self._stop,
                self._bench.resources.get(role, role),
            )
            if trouble := self._watch.trouble():
                self._end(RunEnding.ERROR, f"nothing was armed: {trouble}; shut the cover, then start again")
                return False
        outcome, message = guarded(self._runner, self._lease("set-up", _SETUP_TIMEOUT_S), self._prepare)
        if outcome is Outcome.PASSED:
            return True
        ending = RunEnding.ABORTED if outcome is Outcome.ABORTED else RunEnding.ERROR
        self._end(ending, f"fixture set-up: {message}")
        return False

    def _prepare(self) -> None:
        self._fixture.require_fit(self._runs[1].order.fixture)
        self._fixture.set_up()
        ambient = self._fixture.ambient()
        self._ambient = None if ambient is None else ambient.value

    def _tear_down(self) -> None:
        # STOP was obeyed by now: it must not keep the fixture from being left in order.
        lease = self._lease("teardown", _SETUP_TIMEOUT_S, stop=StopSwitch())
        outcome, message = guarded(self._runner, lease, self._fixture.tear_down)
        if outcome is not Outcome.PASSED:
            self._prove_safe(f"fixture teardown: {message}")
        elif not self.proof.unproven:
            self._release()

    def _prove_safe(self, *reasons: str) -> None:
        own = make_safe(self._bench, self._fixture)
        self._end_after_the_fact(*reasons, *own.unproven)
        self.proof = SafeProof(own.proven, (*self._live_shared.values(), *own.unproven))

    def _release(self) -> None:
        """Let the unit be taken out, now that it is known to be dead."""
        lease = self._lease("release", _SETUP_TIMEOUT_S, stop=StopSwitch())
        outcome, message = guarded(self._runner, lease, self._fixture.release)
        if outcome is not Outcome.PASSED:
            self._end_after_the_fact(f"fixture release: {message}")

    def _run_step(self, step: BoundStep) -> None:
        to_do = {number: run for number, run in self._runs.items() if not run.has_done(step.name)}
        if not step.skipped and any(run.takes_part for run in to_do.values()):
            self._look_before(step)
        active = {number: run for number, run in to_do.items() if run.takes_part and not step.skipped}
        self._skip(step, [run for run in to_do.values() if run not in active.values()])
        if not active:
            return
        held = tuple(role for role in step.exclusive if role in self._bench.shared)
        with ExitStack() as stack:
            try:
                self._turn.begin_step(step.name, self._look_while_waiting)
                waited = stack.enter_context(self._turn.holding(held, self._look_while_waiting))
            except (RunStopped, InstrumentWithdrawn) as error:
                # Off at once: the records of the steps that are left out may take their time.
                self._bench.make_safe()
                ending = RunEnding.ABORTED if isinstance(error, RunStopped) else RunEnding.ERROR
                self._end(ending, f"before step {step.name}: {error}")
                self._skip(step, active.values())
                return
            try:
                self._attempt(step, active, held, waited)
            finally:
                self._make_held_safe(held)

    def _skip(self, step: BoundStep, runs: Iterable[UnitRun]) -> None:
        for run in runs:
            run.publish(StepEnded(step.name, Outcome.SKIPPED, self._clock.now() - self._started, 0.0, ""))

    def _make_held_safe(self, held: Sequence[str]) -> None:
        """Whoever comes next finds a shared instrument safe, or does not get it."""
        unproven = {role: f"{role} is not proven safe: it was not looked at any more" for role in held}
        try:
            unproven = self._bench.make_safe_by_role(held)
        finally:
            self._live_shared |= unproven
            for role, why in unproven.items():
                self._turn.withdraw(role, why)
            self._end_after_the_fact(*unproven.values())

    def _look_while_waiting(self) -> None:
        """Others may keep this run waiting for long, with its own sources on: raise `RunStopped` to end the wait."""
        if self._watch is not None:
            self._watch.look()
        if self._stop.reason is not None:
            raise RunStopped(self._stop.reason)

    def _look_before(self, step: BoundStep) -> None:
        if self._watch is not None:
            self._watch.look()
            if self._stop.reason is not None:
                self._end(RunEnding.ABORTED, f"before step {step.name}: {self._stop.reason}")

    def _attempt(self, step: BoundStep, active: dict[int, UnitRun], held: Sequence[str], waited: float) -> None:
        """Try one step, again as often as it may be, until every unit has its result."""
        number = 0
        for run in active.values():
            run.publish(StepBegan(step.name, self._clock.now() - self._started))
        while active:
            number += 1
            began = self._clock.now()
            offset = began - self._started
            record = StepRecord(step, active)
            lease = self._lease(step.name, step.timeout_s, held=held)
            outcome, message = guarded(self._runner, lease, partial(step.function, self._fixture, record))
            took = self._clock.now() - began
            found = {unit: record.unit(unit).conclude(outcome, message) for unit in active}
            again = self._units_to_retry(step, found, number, held)
            for unit, attempt in found.items():
                run = active[unit]
                if unit in again:
                    run.attempts.append(attempt)
                    run.publish(StepRetried(step.name, number, attempt.outcome, offset, took, attempt.message))
                else:
                    self._decide(step, run, attempt)
                    run.publish(StepEnded(step.name, attempt.outcome, offset, took, attempt.message, waited))
            active = {unit: active[unit] for unit in again}

    def _units_to_retry(
        self, step: BoundStep, found: dict[int, Attempt], number: int, held: Sequence[str]
    ) -> tuple[int, ...]:
        """The units that are tried again: none after STOP, nor where a hazard is not proven off."""
        retry = step.retry
        if retry is None or self._stop.reason is not None:
            return ()
        again = tuple(unit for unit, attempt in found.items() if retry.allows(attempt.outcome, number))
        if again and step.hazardous:
            unproven = (*self._bench.make_safe(held), *make_safe(self._bench, self._fixture).unproven)
            if unproven:
                self._end(RunEnding.ERROR, *unproven)
                return ()
        return again

    def _decide(self, step: BoundStep, run: UnitRun, attempt: Attempt) -> None:
        run.decide(attempt)
        if attempt.outcome is Outcome.FAILED and step.on_fail == "stop":
            run.stopped_at_failure = True
        elif attempt.outcome is Outcome.ABORTED:
            run.end(RunEnding.ABORTED, f"step {step.name}: {attempt.message}")
        elif attempt.outcome is Outcome.ERROR:
            run.end(RunEnding.ERROR, f"step {step.name}: {attempt.message}")

    def _lease(self, step: str, timeout_s: float, *, held: Sequence[str] = (), stop: StopSwitch | None = None) -> Lease:
        if stop is not None:
            return Lease(self._clock, step, timeout_s, stop, withheld=self._bench.withheld_from(held))
        withheld = self._bench.withheld_from(held)
        return Lease(self._clock, step, timeout_s, self._stop, watch=self._watch, withheld=withheld)

    def _end(self, ending: RunEnding, *reasons: str) -> None:
        for run in self._runs.values():
            run.end(ending, *reasons)

    def _end_after_the_fact(self, *reasons: str) -> None:
        """What goes wrong after the measuring takes a pass away, and leaves any other ending what it is."""
        if reasons:
            self._end(RunEnding.ERROR, *reasons)

    def _conclude(self, plan: PlanRevision, proof: SafeProof) -> None:
        """Publish each unit's conclusion; the first listener that refuses is told of after the last was told."""
        refused: list[BaseException] = []
        now = self._clock.utc()
        for run in self._runs.values():
            conclusion = conclude(
                plan,
                run.judgements,
                run.ending,
                "; ".join(run.reasons),
                stopped_at_failure=run.stopped_at_failure,
                out_of_calibration=self._bench.out_of_calibration(now.date(), run.readings),
            )
            instruments = self._bench.instruments_used()
            try:
                run.publish(
                    RunEnded(
                        now,
                        conclusion.verdict,
                        conclusion.ending,
                        conclusion.reason,
                        instruments,
                        str(proof),
                        self._ambient,
                    )
                )
            except BaseException as error:  # noqa: BLE001 - raised below, once every unit has its end
                refused.append(error)
        if refused:
            raise refused[0]
