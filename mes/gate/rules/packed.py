"""A unit is in one container at a time, and what is packed is not worked on."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import GateAct, Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse packed units and components, but let a unit leave in the container that it is in.

    A unit that was packed elsewhere without having been taken out is refused until somebody has looked.
    """
    expected = request.container if request.act is GateAct.SHIP else None
    wrong = [
        f"{unit.identity} is in container {unit.container}"
        for unit in (facts.unit, *facts.components)
        if unit.container is not None and unit.container != expected
    ]
    wrong += [
        f"{facts.unit.identity} was never taken out of container {one.container}" for one in facts.goods.displaced
    ]
    if expected is not None and facts.unit.container is None:
        wrong.append(f"{facts.unit.identity} is not in container {expected}")
    if not wrong:
        return None
    displaced = tuple(f"packing {one.record_id}" for one in facts.goods.displaced)
    return Refusal(
        rule="packed",
        message=listed(wrong),
        evidence=displaced or tuple(f"unit {unit.id}" for unit in (facts.unit, *facts.components) if unit.container),
        unlock="take it out by `mes unpack`, or ship its container; a packing that was none is voided by `mes void`",
        who=Role.OPERATOR,
    )
