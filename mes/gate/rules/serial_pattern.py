"""A serial number looks as those of its part do; another one is a foreign label."""

import re

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse serial numbers that do not match the whole pattern of their part."""
    foreign: list[str] = []
    for unit in (facts.unit, *facts.components):
        pattern = unit.standing.definition.serial_pattern if unit.standing is not None else None
        # ASCII: a full-width digit is no digit on a label.
        if pattern is not None and not re.fullmatch(pattern, unit.identity.serial, re.ASCII):
            foreign.append(f"{unit.identity.serial} is no serial number of {unit.identity.part} ({pattern})")
    if not foreign:
        return None
    return Refusal(
        rule="serial_pattern",
        message=listed(foreign),
        unlock="scan the serial label of this part, or quarantine the unit that carries a foreign one",
        who=Role.QUALITY,
    )
