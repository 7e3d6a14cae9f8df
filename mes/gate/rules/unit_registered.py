"""A unit may be worked only when its serial number is known, unless this operation brings it to life."""

from mes.gate.facts import Facts
from mes.ledger import GATE_SOURCE
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a serial number that was never registered."""
    nobodys = facts.unit.id is not None and facts.unit.registered_by == GATE_SOURCE
    if (facts.unit.id is not None and not nobodys) or request.creates:
        return None
    known = "; it is known by a run alone, made while the centre was away" if nobodys else ""
    return Refusal(
        rule="unit_registered",
        message=f"unit {request.unit} was never registered{known}",
        unlock="check the scanned serial number, or register the unit where it is made or received",
        who=Role.TECHNICIAN,
    )
