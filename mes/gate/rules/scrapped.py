"""What was scrapped is not worked on, and not built in."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True
"""Asked again when a run has finished."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a scrapped unit, a scrapped component, and what holds one."""
    scrapped = [unit for unit in facts.involved if unit.scrapped_by is not None]
    if not scrapped:
        return None
    return Refusal(
        rule="scrapped",
        message=listed([f"{unit.identity} was scrapped" for unit in scrapped]),
        evidence=tuple(f"disposition {unit.scrapped_by}" for unit in scrapped),
        unlock="take another unit; a disposition made by mistake is voided by `mes void`",
        who=Role.QUALITY,
    )
