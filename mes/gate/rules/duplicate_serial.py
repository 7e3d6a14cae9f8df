"""A unit comes to life once: maker, part number and serial name it together."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse to create what exists."""
    if facts.unit.id is None or not request.creates:
        return None
    return Refusal(
        rule="duplicate_serial",
        message=f"unit {request.unit} already exists",
        evidence=(f"unit {facts.unit.id}",),
        unlock="check the label: take the next serial number, and quarantine the unit that repeats this one",
        who=Role.QUALITY,
    )
