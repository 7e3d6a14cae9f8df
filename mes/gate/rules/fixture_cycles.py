"""A fixture is worn after as many cycles as its released limit says."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a fixture that has made as many cycles as it lasts; where no limit was released, none."""
    worn = facts.equipment.cycles
    if worn is None or worn.cycles < worn.cycles_max:
        return None
    return Refusal(
        rule="fixture_cycles",
        message=f"fixture {request.fixture} has made {worn.cycles} cycles and lasts {worn.cycles_max}",
        evidence=(f"fixture_limit {worn.limit_id}",),
        unlock="renew its contacts and record that by `mes maintain --renewed`, or use another fixture",
        who=Role.TECHNICIAN,
    )
