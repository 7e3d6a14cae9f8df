"""Nobody builds in more of a lot than was received and is left."""

from mes.gate.facts import Facts
from mes.gate.terms import ROUNDING, LotFacts
from mes.gate.wording import listed
from mes.projection.history import Position
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse lots that were never received, and lots that do not hold what the bill of material takes of them.

    A position may be filled from several lots across a change of reel: together they must hold it.
    """
    unknown = [lot for lot in facts.terms.lots if lot.id is None]
    short: list[str] = []
    known = [lot for lot in facts.terms.lots if lot.id is not None]
    for part in dict.fromkeys(lot.identity.part for lot in known):
        lots = [lot for lot in known if lot.identity.part == part]
        needed = _needed(part, facts, {lot.identity.part for lot in known})
        left = sum(max(0.0, lot.left) for lot in lots)
        if needed > left * (1 + ROUNDING):
            short.append(f"{_named(lots)}: {left:g} {lots[0].unit} left, {needed:g} needed")
    if not unknown and not short:
        return None
    return Refusal(
        rule="material_left",
        message=listed([*(f"{lot.identity} was never received" for lot in unknown), *short]),
        evidence=tuple(f"lot {lot.id}" for lot in known),
        unlock="take a lot that holds enough, or receive the rest of this one",
        who=Role.OPERATOR,
    )


def _needed(part: str, facts: Facts, offered: set[str]) -> float:
    """How much of this part the free positions take; an alternate only where its position's own part is not offered."""
    standing = facts.unit.standing
    if standing is None:
        return 0.0

    def takes(line: Position) -> bool:
        return line.part == part or (part in line.parts and line.part not in offered)

    free = (line.quantity - standing.held.get(line.position, 0.0) for line in standing.definition.bill if takes(line))
    return sum(max(0.0, quantity) for quantity in free)


def _named(lots: list[LotFacts]) -> str:
    return listed([str(lot.identity) for lot in lots], " and ")
