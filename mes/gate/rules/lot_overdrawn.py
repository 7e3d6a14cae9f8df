"""More of a lot was built in than was received: one of the records about it is wrong, and nobody knows which."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True
"""Asked again when a run has finished."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse units that hold a lot of which stations, while apart, used more than there was."""
    if not facts.terms.overdrawn:
        return None
    named = [
        f"{lot.identity}: {lot.used:g} {lot.unit} built in, {lot.received:g} received" for lot in facts.terms.overdrawn
    ]
    return Refusal(
        rule="lot_overdrawn",
        message=listed(named),
        evidence=tuple(f"lot {lot.id}" for lot in facts.terms.overdrawn),
        unlock="find out what was scanned wrongly: void that record, or receive the delivery that was forgotten",
        who=Role.QUALITY,
    )
