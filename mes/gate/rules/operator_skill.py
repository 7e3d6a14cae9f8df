"""An operation that needs a skill is worked by somebody who is certified for it today."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse an operator without a skill that the operation needs, or whose certificate is over."""
    step = facts.unit.standing.step(request.operation) if facts.unit.standing is not None else None
    lacking: list[str] = []
    for skill in step.skills if step is not None else ():
        if skill not in facts.terms.skills:
            lacking.append(f"{skill} (never certified)")
            continue
        until = facts.terms.skills[skill]
        if until is not None and request.at.date() > until:
            lacking.append(f"{skill} (certified until {until})")
    if not lacking:
        return None
    return Refusal(
        rule="operator_skill",
        message=f"operator {request.operator} is not certified for {request.operation}: {listed(lacking, ', ')}",
        unlock="let a certified operator work here, or certify this one and load that by `mes load`",
        who=Role.QUALITY,
    )
