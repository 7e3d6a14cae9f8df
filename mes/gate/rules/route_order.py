"""An operation may begin only when the route has it and every operation before it is done."""

from mes.gate.deviations import permitting
from mes.gate.facts import Facts
from mes.records import GateRequest, PermitKind, Permitted, Refusal
from mes.vocabulary import GateAct, Role


def check(request: GateRequest, facts: Facts) -> Refusal | tuple[Permitted, ...] | None:
    """Refuse an operation outside the unit's route, or ahead of its turn.

    What a deviation leaves out need not be done; an operation that was begun has a result, and that counts.
    """
    unit = facts.unit
    if request.act is not GateAct.WORK:
        return None  # packing and shipping come after the route, and have a rule of their own
    if not unit.defined:
        return Refusal(
            rule="route_order",
            message=f"part {request.unit.part} has no released definition, so {request.operation} is on no route",
            unlock="load the definition of this part and revision",
            who=Role.ENGINEER,
        )
    operations = [step.operation for step in unit.route]
    if request.operation not in operations:
        return Refusal(
            rule="route_order",
            message=f"operation {request.operation} is not on the route of {request.unit}: "
            + (", ".join(operations) or "it has no operations"),
            unlock="bring the unit to an operation of its route, or release a route that has this one",
            who=Role.ENGINEER,
        )
    waiting = [step for step in unit.route[: operations.index(request.operation)] if not step.done]
    if not waiting:
        return None
    permits: list[Permitted] = []
    reasons: list[str] = []
    for step in [step for step in waiting if not step.evidence]:
        permitted, reason = permitting(
            facts.terms.deviations, request, "route_order", PermitKind.OPERATION, operation=step.operation
        )
        if permitted is not None:
            permits.append(permitted)
            waiting.remove(step)
        reasons += [reason] if reason else []
    if not waiting:
        return tuple(permits)
    named = "; ".join(f"{step.operation} ({step.missing})" for step in waiting)
    return Refusal(
        rule="route_order",
        message=f"{request.operation} comes after operation(s) that are not done: {'; '.join([named, *reasons])}",
        evidence=tuple(item for step in waiting for item in step.evidence),
        unlock=f"pass {', '.join(step.operation for step in waiting)} first",
        who=Role.OPERATOR,
    )
