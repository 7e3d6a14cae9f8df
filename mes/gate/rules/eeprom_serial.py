"""The serial number in a unit's memory is the one on its label; another one means a wrong label or a copied memory."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse what is, or holds, a unit whose memory told another serial number than its own."""
    wrong = [one for one in facts.mistold if one.tells == "serial"]
    if not wrong:
        return None
    return Refusal(
        rule="eeprom_serial",
        message=listed([str(one) for one in wrong]),
        evidence=tuple(item for one in wrong for item in one.evidence),
        unlock="find out which is wrong: void the run by `mes void` if another unit lay in the fixture, else mend"
        " memory or label and decide by `mes disposition`",
        who=Role.QUALITY,
    )
