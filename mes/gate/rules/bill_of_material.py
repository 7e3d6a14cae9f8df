"""A component goes where the bill of material has a place for it: its part, its revision, an alternate in force."""

from mes.gate.alternates import out_of_force
from mes.gate.facts import Facts, UnitFacts
from mes.gate.wording import listed
from mes.projection.history import Position
from mes.records import GateRequest, Refusal
from mes.vocabulary import OperationKind, Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse components and lots that no position takes, of a wrong revision, or more of them than there is room."""
    standing = facts.unit.standing
    if standing is None:
        return None
    bill = standing.definition.bill
    if not bill and any(step.kind is OperationKind.ASSEMBLY for step in standing.definition.route):
        return None  # a station that assembles by no bill at all has not said what fits
    wrong: list[str] = []
    fitting: dict[str, list[UnitFacts]] = {}
    for component in facts.components:
        if problem := _misfit(request, facts, component.identity.part, _revision(component), bill):
            wrong.append(f"component {component.identity}: {problem}")
        else:
            fitting.setdefault(component.identity.part, []).append(component)
    for lot in request.lots:
        if problem := _misfit(request, facts, lot.part, None, bill):
            wrong.append(f"{lot}: {problem}")
    for part, units in fitting.items():
        room = sum(line.quantity - standing.held.get(line.position, 0.0) for line in bill if part in line.parts)
        if len(units) > room * (1 + 1e-9):
            wrong.append(f"{len(units)} of {part} for {room:g} free place(s)")
    if not wrong:
        return None
    return Refusal(
        rule="bill_of_material",
        message=listed([f"{request.unit} revision {standing.revision} does not take: {problem}" for problem in wrong]),
        evidence=tuple(f"unit {one.id}" for one in facts.components if one.id is not None),
        unlock="take the part and revision that the bill of material names, or load a revision that allows this one",
        who=Role.ENGINEER,
    )


def _revision(component: UnitFacts) -> str | None:
    return component.standing.revision if component.id is not None and component.standing is not None else None


def _misfit(request: GateRequest, facts: Facts, part: str, revision: str | None, bill: tuple[Position, ...]) -> str:
    """Why no position takes this part at this revision (None: not known); empty when one does."""
    lines = [line for line in bill if part in line.parts]
    if not lines:
        return f"part {part} has no position" if bill else "nothing is built into it"
    reasons: list[str] = []
    for line in lines:
        if line.part == part:
            if revision is None or not line.revisions or revision in line.revisions:
                return ""
            reasons.append(f"position {line.position} takes revision {' or '.join(line.revisions)}, not {revision}")
            continue
        alternate = next(one for one in line.alternates if one.part == part)
        taken = facts.terms.taken.get((line.position, part), 0.0)
        if not (reason := out_of_force(alternate, line, request, taken, line.quantity)):
            return ""
        reasons.append(reason)
    return ", ".join(reasons)
