"""Material is built in up to its last day, and not after."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse lots whose last day is over, by the day of the request in UTC."""
    over = [lot for lot in facts.terms.lots if lot.expires is not None and request.at.date() > lot.expires]
    if not over:
        return None
    return Refusal(
        rule="material_expired",
        message=listed([f"{lot.identity} expired on {lot.expires}" for lot in over]),
        evidence=tuple(f"lot {lot.id}" for lot in over),
        unlock="take a lot that has not expired, and put this one aside",
        who=Role.OPERATOR,
    )
