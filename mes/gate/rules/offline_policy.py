"""Where an operation may not be worked offline, a result without the gate's decision does not count."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import OfflinePolicy, Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse what comes after an operation whose newest result was had without this gate's decision."""
    standing = facts.unit.standing
    if standing is None or standing.step(request.operation) is None:
        return None
    undecided = {f"test_run {id_}" for id_ in facts.terms.undecided}
    loose: list[str] = []
    evidence: list[str] = []
    for step in facts.unit.route:
        if step.operation == request.operation:
            break
        terms = standing.step(step.operation)
        found = [item for item in step.evidence if item in undecided]
        if step.done and found and terms is not None and terms.offline is OfflinePolicy.BLOCK:
            loose.append(step.operation)
            evidence += found
    if not loose:
        return None
    return Refusal(
        rule="offline_policy",
        message=f"worked without the gate's decision, where it must be asked: {listed(loose, ', ')}",
        evidence=tuple(evidence),
        unlock=f"run {', '.join(loose)} again at a station that reaches the centre",
        who=Role.QUALITY,
    )
