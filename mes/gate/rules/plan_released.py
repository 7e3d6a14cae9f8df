"""A unit is tested by a plan that is released for its part and this operation."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a plan digest that was never released, or one of another part or operation."""
    if request.plan is None:
        return None
    plan = facts.terms.plan
    if plan is None:
        problem = "was never released"
    elif (plan.part, plan.operation) != (request.unit.part, request.operation):
        problem = f"is for {plan.operation} of {plan.part}"
    else:
        return None
    return Refusal(
        rule="plan_released",
        message=f"plan {request.plan[:12]} {problem}",
        evidence=(f"plan {request.plan}",),
        unlock="start the station again, which releases its plan, or give it the plan of this part and operation",
        who=Role.ENGINEER,
    )
