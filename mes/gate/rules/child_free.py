"""A piece is in one place: nothing that is built in may be built in again, or worked on by itself."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a unit or a component that is installed somewhere, and a unit as a component of itself."""
    units = (facts.unit, *facts.components)
    taken = [
        (f"{unit.identity} is installed in {place.parent} at {place.position}", f"installation {place.installation_id}")
        for unit in units
        for place in unit.installed_in
    ]
    messages = [message for message, _ in taken]
    identities = [component.identity for component in facts.components]
    if request.unit in identities:
        messages.append(f"{request.unit} cannot be a component of itself")
    messages += [
        f"{identity} is named twice" for identity in dict.fromkeys(identities) if identities.count(identity) > 1
    ]
    if not messages:
        return None
    return Refusal(
        rule="child_free",
        message="; ".join(messages),
        evidence=tuple(evidence for _, evidence in taken),
        unlock="take another component, or record the removal of this one first",
        who=Role.TECHNICIAN,
    )
