"""A component may be built in only when it is known and through its own route."""

from mes.gate.facts import Facts, UnitFacts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse components that were never registered, or have operations of their own route still to pass."""
    wrong = [(unit, reason) for unit in facts.components if (reason := _unready(unit))]
    if not wrong:
        return None
    waiting = [step for unit, _ in wrong for step in unit.route if not step.done]
    return Refusal(
        rule="child_results",
        message="; ".join(f"component {unit.identity}: {reason}" for unit, reason in wrong),
        evidence=tuple(item for step in waiting for item in step.evidence),
        unlock="take another component, or register this one and pass its operations",
        who=Role.OPERATOR,
    )


def _unready(unit: UnitFacts) -> str:
    if unit.id is None:
        return "never registered"
    return "; ".join(f"{step.operation} not done: {step.missing}" for step in unit.route if not step.done)
