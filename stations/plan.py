"""A test plan is data plus plain functions: measurands declared above the body, a step over (fixture, record).

`TestPlan` is what a plan's file writes; `PlanRevision` is that plan bound to one product and one limit
revision: frozen, with a digest, and with every measurand known before power is applied.
"""

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import AwareDatetime

from drivers.reading import Reading
from mes.records import PlanReleased, PlanStep
from stations.errors import PlanError
from stations.limit_revision import LimitRevision
from stations.limits import Measurand
from stations.product import Product

Parameters = Mapping[str, Any]
"""The product's test data: lanes, frequencies, masks."""


class Record(Protocol):
    """What a step calls with every value it measured: a `Reading`, or a text."""

    def __call__(self, name: str, value: Reading | str) -> None:
        """Record one declared measurand, once."""
        ...


StepFunction = Callable[[Any, Record], None]
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


@dataclass(frozen=True, slots=True)
class BoundStep:
    """One step of a plan revision: the measurands it must record are known."""

    name: str
    function: StepFunction
    measurands: tuple[Measurand, ...]
    timeout_s: float
    hazardous: bool
    on_fail: Literal["continue", "stop"]
    skipped: bool


@dataclass(frozen=True, slots=True)
class PlanRevision:
    """A plan for one product under one limit revision, immutable under its digest."""

    name: str
    revision: str
    part: str
    operation: str
    fixture: str
    limit_revision: str
    steps: tuple[BoundStep, ...]
    digest: str
    code_digest: str

    @property
    def measurands(self) -> tuple[Measurand, ...]:
        """Every measurand in the order of the measurement vector."""
        return tuple(m for step in self.steps for m in step.measurands)

    def released(self, *, record_id: UUID, source: str, at: AwareDatetime, simulated: bool) -> PlanReleased:
        """The record that makes this revision's vectors readable for ever."""
        return PlanReleased(
            id=record_id,
            source=source,
            at=at,
            simulated=simulated,
            digest=self.digest,
            code_digest=self.code_digest,
            **_content(self),
        )


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
    steps: list[Step] = field(default_factory=list)

    def step(
        self,
        *measurands: Measurand | MeasurandFamily,
        timeout_s: float = 60.0,
        hazardous: bool = False,
        on_fail: Literal["continue", "stop"] = "continue",
        when: Callable[[Parameters], bool] | None = None,
    ) -> Callable[[StepFunction], StepFunction]:
        """Declare the decorated function as the plan's next step, with what it will measure."""

        def declare(function: StepFunction) -> StepFunction:
            name = function.__name__
            if any(step.name == name for step in self.steps):
                raise PlanError(f"plan {self.name}: step {name} is declared twice; give each step a name of its own")
            self.steps.append(Step(name, function, measurands, timeout_s, hazardous, on_fail, when))
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
        if limits is not None:
            if limits.part not in (None, product.part):
                raise PlanError(f"limit revision {limits.name} is for part {limits.part}, not for {product.part}")
            steps = _overlay(self.name, steps, limits)
        code = hashlib.sha256()
        for module in (inspect.getmodule(self.steps[0].function), import_module(f"stations.fixtures.{self.fixture}")):
            code.update(Path(inspect.getfile(module)).read_bytes() if module is not None else b"")
        bound = PlanRevision(
            name=self.name,
            revision=self.revision,
            part=product.part,
            operation=self.operation,
            fixture=self.fixture,
            limit_revision=limits.name if limits is not None else f"{self.name}-{self.revision}",
            steps=steps,
            digest="",
            code_digest=code.hexdigest(),
        )
        content = {key: _plain(value) for key, value in _content(bound).items()}
        canonical = json.dumps([content, bound.code_digest], sort_keys=True, separators=(",", ":"))
        return replace(bound, digest=hashlib.sha256(canonical.encode()).hexdigest())

    def _bind_step(self, step: Step, parameters: Parameters) -> BoundStep:
        skipped = step.when is not None and not step.when(parameters)
        measurands: list[Measurand] = []
        try:
            for declared in () if skipped else step.declared:
                measurands += [declared] if isinstance(declared, Measurand) else list(declared(parameters))
        except (KeyError, ValueError, TypeError) as exc:
            raise PlanError(f"plan {self.name}, step {step.name}: cannot declare its measurands: {exc}") from exc
        return BoundStep(
            step.name, step.function, tuple(measurands), step.timeout_s, step.hazardous, step.on_fail, skipped
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


def _content(plan: PlanRevision) -> dict[str, Any]:
    return {
        "name": plan.name,
        "revision": plan.revision,
        "part": plan.part,
        "operation": plan.operation,
        "limit_revision": plan.limit_revision,
        "steps": tuple(
            PlanStep(
                name=s.name,
                measurands=tuple(m.name for m in s.measurands),
                timeout_s=s.timeout_s,
                hazardous=s.hazardous,
            )
            for s in plan.steps
        ),
        "measurands": tuple(m.definition() for m in plan.measurands),
    }


def _plain(value: Any) -> Any:
    return [item.model_dump(mode="json") for item in value] if isinstance(value, tuple) else value


def plan_names() -> tuple[str, ...]:
    """Every plan in `stations/plans`, by file name."""
    return tuple(sorted(p.stem for p in Path(__file__).with_name("plans").glob("*.py") if p.stem != "__init__"))


def load_plan(name: str) -> TestPlan:
    """The plan of this name. Raises `PlanError` naming the plans there are."""
    if name not in plan_names():
        raise PlanError(f"plan {name}: there is none; the plans are {', '.join(plan_names())}")
    plan: TestPlan = import_module(f"stations.plans.{name}").PLAN
    return plan
