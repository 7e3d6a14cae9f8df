"""A unit that failed is tested once more, not until it passes."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

RETESTS = 1
"""How often a failed unit may be tested again before somebody repairs it or decides, where its route says nothing."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse an operation that the unit has failed more often than it may, since a repair or decision last reset it."""
    step = next((step for step in facts.unit.route if step.operation == request.operation), None)
    terms = facts.unit.standing.step(request.operation) if facts.unit.standing is not None else None
    allowed = RETESTS if terms is None or terms.retests is None else terms.retests
    if step is None or step.done or step.failures <= allowed:
        return None
    retests = "no retest is" if allowed == 0 else "one retest is" if allowed == 1 else f"{allowed} retests are"
    times = "once" if step.failures == 1 else f"{step.failures} times"
    return Refusal(
        rule="retest_limit",
        message=f"{request.unit} has failed {request.operation} {times}; {retests} allowed",
        evidence=step.evidence,
        unlock="repair it and record that by `mes repair`, or return it to the operation by `mes disposition`",
        who=Role.QUALITY,
    )
