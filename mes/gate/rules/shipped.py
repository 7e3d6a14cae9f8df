"""What has left the site is not worked on, not built in and not shipped again, until it was returned."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a unit or a component that is away."""
    away = facts.goods.away
    if not away:
        return None
    named = []
    for one in away:
        note = f", delivery note {one.delivery_note}" if one.delivery_note else ""
        named.append(f"{one.unit} was shipped to {one.customer} on {one.shipped_at.date()}{note}")
    return Refusal(
        rule="shipped",
        message=listed(named),
        evidence=tuple(f"unit_shipment {one.record_id}" for one in away),
        unlock="when it is back, record that by `mes return`; a shipment that was none is voided by `mes void`",
        who=Role.TECHNICIAN,
    )
