"""The golden-unit policy at work: a station whose testers were not shown to see tests no unit.

The golden unit must pass under limits of its own, the known-bad one must be caught by the measurand that the file
names. Both are run like a unit, on the same bench, but count nowhere: no gate, no spool. What comes of it goes into
the station's note alone; anything but a right outcome leaves the check overdue, also a run that somebody stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from drivers.clock import Clock
from mes.records import RunFinished, UnitIdentity
from mes.vocabulary import RunEnding, Verdict
from stations.config import StationConfig
from stations.errors import CheckOverdue, ConfigurationError, ScanRefused, StationError
from stations.events import Event
from stations.golden_note import CheckBasis, GoldenNote
from stations.lease import StopSwitch
from stations.limit_revision import load_limit_revision
from stations.plan import load_plan
from stations.plan_revision import PlanRevision
from stations.product import Product
from stations.uncounted_run import UncountedRuns

CheckName = Literal["golden", "challenge"]


@dataclass(frozen=True, slots=True)
class DueCheck:
    """One check that a station's file demands, bound to the plan that judges it."""

    name: CheckName
    unit: UnitIdentity
    plan: PlanRevision
    every_s: float
    must_fail: str = ""

    @property
    def what(self) -> str:
        """Its unit, in words."""
        return f"the {'golden' if self.name == 'golden' else 'known-bad'} unit {self.unit.serial}"

    def trouble(self, run: RunFinished) -> str:
        """What is wrong with this outcome; empty when it is what the check demands."""
        if run.ending is not RunEnding.COMPLETED:
            return f"its run ended {run.ending}: {run.reason}"
        failed = [failure.measurand for failure in run.failures]
        if self.name == "golden":
            passed = run.verdict is Verdict.PASSED
            return "" if passed else f"it must pass and {run.verdict} by {', '.join(failed) or run.reason}"
        if self.must_fail not in failed:
            return f"it must fail by {self.must_fail} and {run.verdict}" + (f" by {', '.join(failed)}" * bool(failed))
        # What breaks down shows in more than one reading of its step; anywhere else it would be another fault.
        step = next(step for step in self.plan.steps if self.must_fail in {m.name for m in step.measurands})
        others = [name for name in failed if name not in {m.name for m in step.measurands}]
        return f"it failed by {', '.join(others)} too, outside step {step.name}" if others else ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: `trouble` is empty when it came out right. `overdue` says what must be done still."""

    check: DueCheck
    run: RunFinished
    trouble: str
    overdue: tuple[str, ...]


def due_checks(config: StationConfig, product: Product, plan: PlanRevision) -> tuple[DueCheck, ...]:
    """The checks that a station's file demands.

    Raises `ConfigurationError`, and `PlanError` for limits that do not fit the plan.
    """
    checks: list[DueCheck] = []
    if config.golden is not None:
        golden, judged_by = config.golden, plan
        if golden.limits is not None:
            judged_by = load_plan(config.plan).bind(product, load_limit_revision(golden.limits))
        unit = _unit("golden", golden.serial, product)
        checks.append(DueCheck("golden", unit, judged_by, golden.every_s))
    if config.challenge is not None:
        challenge = config.challenge
        if challenge.must_fail not in {measurand.name for measurand in plan.measurands}:
            raise ConfigurationError(
                f"challenge.must_fail: plan {plan.name} measures no {challenge.must_fail};"
                f" see station plans {plan.name} for what it measures"
            )
        unit = _unit("challenge", challenge.serial, product)
        checks.append(DueCheck("challenge", unit, plan, challenge.every_s, challenge.must_fail))
    if len({check.unit for check in checks}) < len(checks):
        raise ConfigurationError("challenge.serial: is the golden unit's; one unit cannot be both good and bad")
    if checks and plan.units[0] > 1:
        raise ConfigurationError(
            f"golden: plan {plan.name} tests at least {plan.units[0]} units in a run, and a check has one;"
            " leave [golden] and [challenge] out"
        )
    return tuple(checks)


def _unit(key: str, serial: str, product: Product) -> UnitIdentity:
    try:
        known = product.check_serial(serial)
    except ScanRefused as error:
        raise ConfigurationError(f"{key}.serial: {error}") from error
    if known != serial:
        raise ConfigurationError(f"{key}.serial: {serial!r} is scanned as {known!r}; write that")
    return UnitIdentity(maker=product.material.maker, part=product.part, serial=serial)


class GoldenChecks:
    """The checks of one open station, and its note of them."""

    def __init__(
        self,
        config: StationConfig,
        plan: PlanRevision,
        checks: Sequence[DueCheck],
        runs: UncountedRuns,
        clock: Clock,
        home: Path,
        listener: Callable[[Event], None],
    ) -> None:
        self._config = config
        self._plan = plan
        self._checks = {check.unit.serial: check for check in checks}
        self._runs = runs
        self._clock = clock
        self._listener = listener
        self.note = GoldenNote.of(home, config.station)

    def check_of(self, serial: str) -> DueCheck | None:
        """The check that this serial number is the unit of, or None for a unit like any other."""
        return self._checks.get(serial)

    def overdue(self, now: datetime) -> tuple[str, ...]:
        """Every check that must be done before units are worked: what to run, and why."""
        found = []
        for check in self._checks.values():
            why = self.note.overdue(check.name, self._basis(check), check.every_s, now)
            if why:
                found.append(f"{check.name} check overdue: {why}; run {check.what}")
        return tuple(found)

    def require_current(self) -> None:
        """Raise `CheckOverdue` while a check is overdue."""
        found = self.overdue(self._clock.utc())
        if found:
            raise CheckOverdue("\n".join([f"{self._config.station}: no unit is worked here", *found]))

    def run(self, check: DueCheck, stop: StopSwitch) -> Checked:
        """Run the unit of a check, which is in the fixture, and note what came of it.

        Raises `FaultLatched`, and `StationError` when the outcome cannot be noted: then the check stays overdue.
        """
        run = self._runs.run(check.unit, check.plan, stop, self._listener)
        trouble, now, basis = check.trouble(run), self._clock.utc(), self._basis(check)
        try:
            if trouble:
                self.note.failed(check.name, basis, now, trouble)
            else:
                self.note.passed(check.name, basis, now)
        except OSError as error:
            raise StationError(
                f"{self.note.path}: the {check.name} check cannot be noted: {error.strerror}; mend that, then run"
                f" {check.what} again"
            ) from error
        return Checked(check, run, trouble, self.overdue(now))

    def _basis(self, check: DueCheck) -> CheckBasis:
        used = self._runs.bench.instruments_used()
        return CheckBasis(
            unit=check.unit.serial,
            must_fail=check.must_fail,
            plan=self._plan.digest,
            judged_by=check.plan.digest,
            bench=(self._config.fixture.name, *(f"{one.role}: {one.model} {one.serial}" for one in used)),
            simulated=self._config.simulated,
        )
