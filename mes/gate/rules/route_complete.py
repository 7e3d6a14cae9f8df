"""Only what has passed everything on its route is packed and shipped."""

from mes.gate.deviations import permitting
from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, PermitKind, Permitted, Refusal
from mes.vocabulary import GateAct, Role


def check(request: GateRequest, facts: Facts) -> Refusal | tuple[Permitted, ...] | None:
    """Refuse to pack or ship a unit with an operation that is not done, and a part that nobody defined.

    As on the route, what a deviation leaves out need not be done, unless it was begun.
    """
    if request.act is GateAct.WORK or facts.unit.id is None:
        return None
    if not facts.unit.defined:
        return Refusal(
            rule="route_complete",
            message=f"part {facts.unit.identity.part} at its revision has no released definition, so it has no route",
            unlock="load the definition of this part and revision",
            who=Role.ENGINEER,
        )
    waiting = [step for step in facts.unit.route if not step.done]
    permits: list[Permitted] = []
    reasons: list[str] = []
    for step in [step for step in waiting if not step.evidence]:
        permitted, reason = permitting(
            facts.terms.deviations, request, "route_complete", PermitKind.OPERATION, operation=step.operation
        )
        if permitted is not None:
            permits.append(permitted)
            waiting.remove(step)
        reasons += [reason] if reason else []
    if not waiting:
        return tuple(permits) or None
    return Refusal(
        rule="route_complete",
        message=f"{facts.unit.identity} has to pass "
        + listed([*(f"{step.operation} ({step.missing})" for step in waiting), *reasons]),
        evidence=tuple(item for step in waiting for item in step.evidence),
        unlock=f"pass {', '.join(step.operation for step in waiting)} first",
        who=Role.OPERATOR,
    )
