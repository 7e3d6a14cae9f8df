"""A unit that was converted goes on under its new part number."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a unit or a component that is named by the part number that it had."""
    former = [(unit, unit.current) for unit in (facts.unit, *facts.components) if unit.current != unit.identity]
    if not former:
        return None
    return Refusal(
        rule="converted",
        message=listed([f"{unit.identity} was converted and is now {current}" for unit, current in former]),
        evidence=tuple(f"unit {unit.id}" for unit, _ in former),
        unlock="label it with its new part number, and work it where that part is worked",
        who=Role.TECHNICIAN,
    )
