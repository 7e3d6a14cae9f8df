"""A defect that was found is dealt with before work goes on."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True
"""Asked again when a run has finished."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a unit with an open defect, such a component, and what holds one."""
    broken = [unit for unit in facts.involved if unit.open_defects]
    if not broken:
        return None
    return Refusal(
        rule="open_defect",
        message=listed([f"{unit.identity} has {', '.join(unit.open_defects)}" for unit in broken]),
        evidence=tuple(defect.rpartition("(")[2].rstrip(")") for unit in broken for defect in unit.open_defects),
        unlock="repair it and record that by `mes repair`, or decide by `mes disposition`",
        who=Role.TECHNICIAN,
    )
