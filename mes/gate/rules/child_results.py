"""A component may be built in only when it is known and has the results that are asked of it."""

from collections.abc import Sequence

from mes.gate.facts import Facts, UnitFacts
from mes.projection.history import Progress
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse components that were never registered, or have operations still to pass.

    Those that the operation requires of their part, or all of their own route where it says nothing of that part.
    """
    step = facts.unit.standing.step(request.operation) if facts.unit.standing is not None else None
    required = {one.part: one.operations for one in step.requires} if step is not None else {}
    waits = [(unit, _waiting(unit, required.get(unit.identity.part))) for unit in facts.components]
    wrong = [(unit, reason) for unit, waiting in waits if (reason := _unready(unit, waiting))]
    if not wrong:
        return None
    waiting = [step for unit, reasons in waits for step in reasons]
    return Refusal(
        rule="child_results",
        message="; ".join(f"component {unit.identity}: {reason}" for unit, reason in wrong),
        evidence=tuple(item for step in waiting for item in step.evidence),
        unlock="take another component, or register this one and pass its operations",
        who=Role.OPERATOR,
    )


def _waiting(unit: UnitFacts, required: Sequence[str] | None) -> list[Progress]:
    return [step for step in unit.route if not step.done and (required is None or step.operation in required)]


def _unready(unit: UnitFacts, waiting: Sequence[Progress]) -> str:
    if unit.id is None:
        return "never registered"
    return "; ".join(f"{step.operation} not done: {step.missing}" for step in waiting)
