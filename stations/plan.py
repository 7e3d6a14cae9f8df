"""A test plan is data plus plain functions: measurands declared above the body, a step over (fixture, record).

`TestPlan` is what a plan's file writes; `PlanRevision` is that plan bound to one product and one limit
revision: frozen, with a digest, and with every measurand known before power is applied.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Literal

from stations.errors import PlanError
from stations.limit_revision import LimitRevision
from stations.limits import Measurand
from stations.plan_code import code_digest
from stations.plan_revision import BoundStep, Parameters, PlanRevision, Record, StepFunction, UnitRecord
from stations.product import Product
from stations.retry import Retry

__all__ = [
    "BoundStep",
    "MeasurandFamily",
    "Parameters",
    "PlanRevision",
    "Record",
    "Retry",
    "Step",
    "StepFunction",
    "TestPlan",
    "UnitRecord",
    "load_plan",
    "plan_names",
]

MeasurandFamily = Callable[[Parameters], Iterable[Measurand]]
"""Declares one measurand for each lane or load point of a product."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan as declared.

    `timeout_s` is on the bench's clock. `on_fail` says whether the run goes on after a FAILED step.
    `when` leaves the step out (SKIPPED) for products that have nothing for it to measure.
    """

    name: str
    function: StepFunction
    declared: tuple[Measurand | MeasurandFamily, ...]
    timeout_s: float
    hazardous: bool
    on_fail: Literal["continue", "stop"]
    when: Callable[[Parameters], bool] | None
    retry: Retry | None
    exclusive: tuple[str, ...]


@dataclass(slots=True)
class TestPlan:
    """What a plan's file declares: `PLAN = TestPlan(...)`, then one `@PLAN.step(...)` above each function."""

    __test__ = False  # pytest: a plan, not a test class

    name: str
    revision: str
    operation: str
    family: str
    fixture: str
    """The module of `stations/fixtures` that this plan runs on."""
    required_parameters: tuple[str, ...] = ()
    """The product parameters that the plan reads; checked before it is bound."""
    units: tuple[int, int] = (1, 1)
    """The least and the most units in one run; each gets a verdict and a record of its own."""
    resumable: bool = False
    """Whether a run that a power cut ended may go on after its last finished step, if the station's policy says so."""
    steps: list[Step] = field(default_factory=list)

    def step(
        self,
        *measurands: Measurand | MeasurandFamily,
        timeout_s: float = 60.0,
        hazardous: bool = False,
        on_fail: Literal["continue", "stop"] = "continue",
        when: Callable[[Parameters], bool] | None = None,
        retry: Retry | None = None,
        exclusive: tuple[str, ...] = (),
    ) -> Callable[[StepFunction], StepFunction]:
        """Declare the decorated function as the plan's next step, with what it will measure.

        `retry` says when it is tried again, `exclusive` which roles it must hold alone where slots share them. Raises
        `PlanError` for a name that is taken, and for a hazardous step whose retry does not say that it is one.
        """

        def declare(function: StepFunction) -> StepFunction:
            name = function.__name__
            if any(step.name == name for step in self.steps):
                raise PlanError(f"plan {self.name}: step {name} is declared twice; give each step a name of its own")
            if hazardous and retry is not None and not retry.hazardous:
                raise PlanError(
                    f"plan {self.name}: step {name} is hazardous and would be tried again;"
                    " if that is meant, write Retry(…, hazardous=True)"
                )
            self.steps.append(
                Step(name, function, measurands, timeout_s, hazardous, on_fail, when, retry, tuple(exclusive))
            )
            return function

        return declare

    def bind(self, product: Product, limits: LimitRevision | None = None) -> PlanRevision:
        """This plan for one product, with a limit revision laid over its own limits.

        Raises `PlanError` when the product lacks what the plan needs, a measurand is declared twice or cannot
        be judged, or the limit revision names something that the plan does not measure.
        """
        missing = [name for name in self.required_parameters if name not in product.parameters]
        if missing:
            raise PlanError(
                f"plan {self.name}: product {product.part} gives no {', '.join(missing)}; add it to [parameters]"
            )
        steps = tuple(self._bind_step(step, product.parameters) for step in self.steps)
        names = [m.name for step in steps for m in step.measurands]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PlanError(f"plan {self.name}: measurand {', '.join(twice)} is declared twice")
        again = [step.name for step in steps if step.retry is not None] if self.resumable else []
        if again:
            raise PlanError(
                f"plan {self.name}: it is resumable and retries {', '.join(again)}; a power cut between two attempts"
                " would lose the first, so declare one of the two"
            )
        if limits is not None:
            if limits.part not in (None, product.part):
                raise PlanError(f"limit revision {limits.name} is for part {limits.part}, not for {product.part}")
            steps = _overlay(self.name, steps, limits)
        fixture = import_module(f"stations.fixtures.{self.fixture}")
        for step in steps:
            if unknown := [role for role in step.exclusive if role not in fixture.FIXTURE.ROLES]:
                raise PlanError(
                    f"plan {self.name}, step {step.name}: fixture {self.fixture} has no role {', '.join(unknown)};"
                    f" its roles are {', '.join(fixture.FIXTURE.ROLES)}"
                )
        return PlanRevision(
            name=self.name,
            revision=self.revision,
            part=product.part,
            operation=self.operation,
            fixture=self.fixture,
            limit_revision=limits.name if limits is not None else f"{self.name}-{self.revision}",
            steps=steps,
            digest="",
            code_digest=code_digest([*(inspect.getmodule(step.function) for step in self.steps), fixture]),
            units=self.units,
            resumable=self.resumable,
        ).sealed()

    def _bind_step(self, step: Step, parameters: Parameters) -> BoundStep:
        skipped = step.when is not None and not step.when(parameters)
        measurands: list[Measurand] = []
        try:
            for declared in () if skipped else step.declared:
                measurands += [declared] if isinstance(declared, Measurand) else list(declared(parameters))
        except (KeyError, ValueError, TypeError) as exc:
            raise PlanError(f"plan {self.name}, step {step.name}: cannot declare its measurands: {exc}") from exc
        return BoundStep(
            step.name,
            step.function,
            tuple(measurands),
            step.timeout_s,
            step.hazardous,
            step.on_fail,
            skipped,
            step.retry,
            step.exclusive,
        )


def _overlay(plan: str, steps: tuple[BoundStep, ...], revision: LimitRevision) -> tuple[BoundStep, ...]:
    if revision.plan != plan:
        raise PlanError(f"limit revision {revision.name} is for plan {revision.plan}, not for {plan}")
    known = {m.name: m for step in steps for m in step.measurands}
    for name, limit in revision.limits.items():
        if name not in known:
            raise PlanError(
                f"limit revision {revision.name}: plan {plan} measures no {name}; see `station plans {plan}`"
            )
        if limit.unit != known[name].unit:
            raise PlanError(
                f"limit revision {revision.name}: {name} is in {known[name].unit}, the limit in {limit.unit};"
                " convert the limit"
            )

    def laid(m: Measurand) -> Measurand:
        limit = revision.limits.get(m.name)
        if limit is None:
            return m
        return replace(m, low=limit.low, high=limit.high, tolerance=None, clause=limit.clause or m.clause)

    return tuple(replace(step, measurands=tuple(laid(m) for m in step.measurands)) for step in steps)


def plan_names() -> tuple[str, ...]:
    """Every plan in `stations/plans`, by file name."""
    return tuple(sorted(p.stem for p in Path(__file__).with_name("plans").glob("*.py") if p.stem != "__init__"))


def load_plan(name: str) -> TestPlan:
    """The plan of this name. Raises `PlanError` naming the plans there are, or what the plan's file lacks."""
    if name not in plan_names():
        raise PlanError(f"plan {name}: there is none; the plans are {', '.join(plan_names())}")
    plan = getattr(import_module(f"stations.plans.{name}"), "PLAN", None)
    if not isinstance(plan, TestPlan):
        raise PlanError(f"plan {name}: its file declares none; write PLAN = TestPlan(…)")
    if plan.name != name:
        raise PlanError(f"plan {name}: calls itself {plan.name}, which its records would say; give it its file's name")
    return plan
