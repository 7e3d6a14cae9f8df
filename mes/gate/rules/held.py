"""What is held goes nowhere: not the unit, not what it is in, not with a held instrument, fixture, plan or limit."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True
"""Asked again when a run has finished."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse under every hold that is met, by the unit, by anything in it, or by what it would be worked with."""
    if not facts.holds:
        return None
    met: dict[str, list[str]] = {}
    for hold in facts.holds:
        met.setdefault(f"hold {hold.hold_id} of {hold.placed_by} ({hold.reason})", []).append(hold.on)
    evidence = [f"hold {hold.hold_id}" for hold in facts.holds]
    evidence += [fact for hold in facts.holds for fact in hold.evidence]
    return Refusal(
        rule="held",
        message=listed([f"{hold} on {listed(subjects, ', ')}" for hold, subjects in met.items()]),
        evidence=tuple(dict.fromkeys(evidence)),
        unlock="replace what is held, or have it released by `mes release`, with name, reason and meaning",
        who=Role.QUALITY,
    )
