"""Whether a position of a unit takes a part now, and how much of it, by the unit's bill of material."""

from mes.command_line import CommandError, Exit
from mes.gate.facts import Facts


def room(facts: Facts, position: str, part: str) -> float:
    """How much of a part the position takes; 1 where nobody wrote a bill. Raises `CommandError` where it takes none."""
    unit, standing = facts.unit.identity, facts.unit.standing
    if standing is None or not standing.definition.bill:
        return 1.0
    line = next((line for line in standing.definition.bill if line.position == position), None)
    if line is None:
        known = ", ".join(line.position for line in standing.definition.bill)
        raise CommandError(f"{unit}: has no position {position}; its bill of material has {known}", Exit.NO)
    if part not in line.parts:
        raise CommandError(f"{unit}: position {position} takes {' or '.join(line.parts)}, not {part}", Exit.NO)
    left = line.quantity - standing.held.get(position, 0.0)
    if left <= line.quantity * 1e-9:
        raise CommandError(f"{unit}: position {position} is filled; say with --remove what comes out of it", Exit.NO)
    return left
