"""A MAC address belongs to one unit: two of one kind in one network take each other's traffic."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse what is, or holds, a unit that told a MAC address which another unit has or was given."""
    doubled = [one for one in facts.mistold if one.tells == "mac"]
    if not doubled:
        return None
    return Refusal(
        rule="mac_address",
        message=listed([str(one) for one in doubled]),
        evidence=tuple(item for one in doubled for item in one.evidence),
        unlock="find out whose address it is: void the run by `mes void` if another unit lay in the fixture, else write"
        " the other memory anew and decide by `mes disposition`",
        who=Role.QUALITY,
    )
