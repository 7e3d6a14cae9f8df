"""While the first pieces of an order are inspected, its other units wait before the inspected operation."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a unit that is no piece of an open first-article sample of its order, from that operation of the route on.

    A plan that names no operation lets none of them begin.
    """
    asked, standing = facts.terms.order, facts.unit.standing
    route = [step.operation for step in standing.definition.route] if standing is not None else []
    if asked is None or request.operation not in route:
        return None
    here = route.index(request.operation)
    waits = [
        one
        for one in asked.first_articles
        if request.unit.serial not in one.serials and (one.operation not in route or route.index(one.operation) <= here)
    ]
    if not waits:
        return None
    named = listed([f"{one.plan} on {listed(sorted(one.serials), ', ')}" for one in waits])
    return Refusal(
        rule="first_article",
        message=f"work order {asked.number}: its first article is not accepted yet: {named}",
        evidence=tuple(f"sample {one.sample_id}" for one in waits),
        unlock="inspect the first article, and record what was found by `mes sample`",
        who=Role.QUALITY,
    )
