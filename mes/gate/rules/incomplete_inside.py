"""What had a component taken from it is made whole before the unit that holds it goes on."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse what holds an assembly of which a position is empty.

    Empty positions of the unit itself come under its route, those of its components under `child_results`.
    """
    lacking = [(unit, step) for unit in facts.contents for step in unit.route if step.unfilled]
    if not lacking:
        return None
    return Refusal(
        rule="incomplete_inside",
        message=listed([f"{unit.identity} inside it lacks {', '.join(step.unfilled)}" for unit, step in lacking]),
        evidence=tuple(f"unit {unit.id}" for unit, _ in lacking),
        unlock="put in what is missing and record that by `mes repair`",
        who=Role.TECHNICIAN,
    )
