"""What plans there are and what each measures, as rows for a table or a document."""

from pathlib import Path
from typing import Any

from stations.errors import ConfigurationError
from stations.limit_revision import load_limit_revision
from stations.plan import PlanRevision, TestPlan, load_plan, plan_names
from stations.product import Product, load_product

_PRODUCTS = Path(__file__).with_name("products")


def shipped_products() -> tuple[Product, ...]:
    """The products in `stations/products`."""
    return tuple(load_product(path) for path in sorted(_PRODUCTS.glob("*.toml")))


def bound_plan(name: str, product: Path | None, limits: Path | None) -> PlanRevision:
    """A plan bound to this product, or to the shipped one whose route has the plan's operation.

    Raises `PlanError` or `ConfigurationError`.
    """
    plan = load_plan(name)
    revision = load_limit_revision(limits) if limits is not None else None
    return plan.bind(load_product(product) if product is not None else product_for(plan), revision)


def product_for(plan: TestPlan) -> Product:
    """The shipped product whose route has the plan's operation, one that gives all that the plan reads if there is one.

    Raises `ConfigurationError` when there is none with the operation.
    """
    able = [p for p in shipped_products() if plan.operation in {operation.name for operation in p.route}]
    whole = [p for p in able if all(name in p.parameters for name in plan.required_parameters)]
    if able:
        return (whole or able)[0]
    raise ConfigurationError(
        f"plan {plan.name}: no shipped product has the operation {plan.operation}; give --product FILE"
    )


def plan_rows() -> list[dict[str, Any]]:
    """One row a plan: name, revision, family, operation, and part and measurand count on its shipped product."""
    rows = []
    for name in plan_names():
        plan, bound = load_plan(name), bound_plan(name, None, None)
        rows.append(
            {
                "name": name,
                "revision": plan.revision,
                "family": plan.family,
                "part": bound.part,
                "operation": plan.operation,
                "fixture": plan.fixture,
                "measurands": len(bound.measurands),
            }
        )
    return rows


def measurand_rows(plan: PlanRevision) -> list[dict[str, Any]]:
    """One row a measurand, in the order of the measurement vector."""
    return [
        {
            "step": step.name,
            "name": measurand.name,
            "unit": measurand.unit,
            "low": measurand.low,
            "high": measurand.high,
            "expected": measurand.expected,
            "over_range": measurand.over_range,
            "clause": measurand.clause,
        }
        for step in plan.steps
        for measurand in step.measurands
    ]
