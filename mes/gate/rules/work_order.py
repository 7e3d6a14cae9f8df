"""A unit that is made for a work order is of its part and revision, and the order is open and asks for one more."""

from mes.gate.facts import Facts
from mes.gate.orders import OrderFacts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import OWN_MAKER, Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a unit of a closed, full, foreign or unknown order, and one of no order where the route needs one."""
    asked = facts.terms.order
    standing = facts.unit.standing
    step = standing.step(request.operation) if standing is not None else None
    if step is None and request.order is None:
        return None  # what the route does not name is not made for an order: a closed one may still be shipped
    if asked is None:
        if step is None or not step.needs_order:
            return None
        return Refusal(
            rule="work_order",
            message=f"{request.unit} is made for no work order, and {request.operation} is worked for one only",
            unlock="assign it by `mes order NUMBER assign SERIAL`, or name the order at the station",
            who=Role.OPERATOR,
        )
    problems = _problems(request, facts, asked)
    if not problems:
        return None
    return Refusal(
        rule="work_order",
        message=f"work order {asked.number}: {listed(problems)}",
        evidence=tuple(f"work_order_event {id_}" for id_ in asked.order.evidence) if asked.order else (),
        unlock="take a unit or an order that fits, or let planning release or change the order by `mes order`",
        who=Role.ENGINEER,
    )


def _problems(request: GateRequest, facts: Facts, asked: OrderFacts) -> list[str]:
    order, standing = asked.order, facts.unit.standing
    problems = []
    if asked.belongs is not None and asked.belongs != asked.number:
        problems.append(f"{request.unit} is made for {asked.belongs}")
    if order is None:
        return [*problems, "was never released"]
    if order.closed_at is not None:
        problems.append(f"was closed at {order.closed_at.isoformat()}")
    if (OWN_MAKER, order.part) != (request.unit.maker, request.unit.part):
        problems.append(f"asks for {order.part}, not {request.unit.part}")
    elif standing is not None and standing.revision != order.revision:
        problems.append(f"asks for revision {order.revision}, not {standing.revision}")
    if asked.ahead >= order.quantity:
        problems.append(f"asks for {order.quantity} unit(s), and {asked.ahead} have their place before this one")
    return problems
