"""A unit may be worked only when its serial number is known, unless this operation brings it to life."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a serial number that was never registered."""
    if facts.unit.id is not None or request.creates:
        return None
    return Refusal(
        rule="unit_registered",
        message=f"unit {request.unit} was never registered",
        unlock="check the scanned serial number, or register the unit where it is made or received",
        who=Role.TECHNICIAN,
    )
