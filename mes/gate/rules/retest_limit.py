"""A unit that failed is tested once more, not until it passes."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

RETESTS = 1
"""How often a failed unit may be tested again at an operation before somebody repairs it or decides."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse an operation that the unit has failed more often than it may, since a repair or decision last reset it."""
    step = next((step for step in facts.unit.route if step.operation == request.operation), None)
    if step is None or step.done or step.failures <= RETESTS:
        return None
    return Refusal(
        rule="retest_limit",
        message=f"{request.unit} has failed {request.operation} {step.failures} times; one retest is allowed",
        evidence=step.evidence,
        unlock="repair it and record that by `mes repair`, or return it to the operation by `mes disposition`",
        who=Role.QUALITY,
    )
