"""A part of a plan, for an engineer: some steps of it, in the plan's own order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from stations.errors import PlanError
from stations.plan import PlanRevision

ENGINEERING: Final = "engineering"
"""The source of records that are never kept."""


def chosen_steps(plan: PlanRevision, names: Sequence[str]) -> PlanRevision:
    """The plan with these steps alone; all of them when none is named. Raises `PlanError` for a step it has not.

    A part of a plan has a digest of its own, which is never released: no record that counts can carry it.
    """
    known = [step.name for step in plan.steps]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise PlanError(f"plan {plan.name}: has no step {', '.join(unknown)}; its steps are {', '.join(known)}")
    if not names:
        return plan
    return replace(plan, steps=tuple(step for step in plan.steps if step.name in names)).sealed()
