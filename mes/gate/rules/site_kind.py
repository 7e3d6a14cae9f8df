"""Simulated units never pass a real site's gates, nor real ones those of a simulated site."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role, SiteKind


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a request, a unit or a component of the other kind than the site, and to ship what holds one."""
    if facts.site.kind is SiteKind.SIMULATED:
        if request.simulated:
            return None
        return Refusal(
            rule="site_kind",
            message=f"site {facts.site.name} is simulated, the request comes from a real bench",
            unlock="connect this station to the database of a real site",
            who=Role.ADMIN,
        )
    known = [unit for unit in (facts.unit, *facts.components) if unit.id is not None and unit.simulated]
    inside = [unit for unit in facts.goods.simulated_inside if unit not in {one.current for one in known}]
    if not known and not inside and not request.simulated:
        return None
    named = [f"unit {unit.identity} is simulated" for unit in known]
    named += [f"unit {unit} inside it is simulated" for unit in inside]
    if request.simulated:
        named.insert(0, "the request comes from a simulated bench")
    return Refusal(
        rule="site_kind",
        message=f"site {facts.site.name} is real: {listed(named)}",
        evidence=tuple(f"unit {unit.id}" for unit in known),
        unlock="use a simulated site, as `station demo` makes, for simulated benches and units",
        who=Role.ADMIN,
    )
