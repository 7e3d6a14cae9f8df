"""A component goes where the bill of material has a place for it: its part, its revision, an alternate in force."""

from mes.gate.alternates import out_of_force
from mes.gate.deviations import permitting
from mes.gate.facts import Facts, UnitFacts
from mes.gate.wording import listed
from mes.projection.history import Position
from mes.records import GateRequest, PermitKind, Permitted, Refusal
from mes.vocabulary import OperationKind, Role

_RULE = "bill_of_material"


def check(request: GateRequest, facts: Facts) -> Refusal | tuple[Permitted, ...] | None:
    """Refuse components and lots that no position takes, of a wrong revision, or more of them than there is room.

    Unless a deviation lets the part or the revision pass.
    """
    standing = facts.unit.standing
    if standing is None:
        return None
    bill = standing.definition.bill
    if not bill and any(step.kind is OperationKind.ASSEMBLY for step in standing.definition.route):
        return None  # a station that assembles by no bill at all has not said what fits
    wrong: list[str] = []
    permits: list[Permitted] = []
    fitting: dict[str, list[UnitFacts]] = {}
    for component in facts.components:
        said = _fit(request, facts, component.identity.part, _revision(component), None, bill)
        if isinstance(said, str):
            wrong.append(f"component {component.identity}: {said}")
            continue
        permits += said
        fitting.setdefault(component.identity.part, []).append(component)
    for lot in request.lots:
        said = _fit(request, facts, lot.part, None, lot.lot, bill)
        if isinstance(said, str):
            wrong.append(f"{lot}: {said}")
        else:
            permits += said
    for part, units in fitting.items():
        room = sum(line.quantity - standing.held.get(line.position, 0.0) for line in bill if part in line.parts)
        if len(units) > room * (1 + 1e-9):
            wrong.append(f"{len(units)} of {part} for {room:g} free place(s)")
    if not wrong:
        return tuple(permits) or None
    return Refusal(
        rule=_RULE,
        message=listed([f"{request.unit} revision {standing.revision} does not take: {problem}" for problem in wrong]),
        evidence=tuple(f"unit {one.id}" for one in facts.components if one.id is not None),
        unlock="take the part and revision that the bill of material names, or load a revision that allows this one",
        who=Role.ENGINEER,
    )


def _revision(component: UnitFacts) -> str | None:
    return component.standing.revision if component.id is not None and component.standing is not None else None


def _fit(
    request: GateRequest, facts: Facts, part: str, revision: str | None, lot: str | None, bill: tuple[Position, ...]
) -> str | tuple[Permitted, ...]:
    """Why no position takes this part at this revision (None: not known), or the deviations by which one does."""
    lines = [line for line in bill if part in line.parts]
    if not lines:
        return f"part {part} has no position" if bill else "nothing is built into it"
    reasons: list[str] = []
    permits: list[Permitted] = []
    for line in lines:
        reason, permitted = _taken(request, facts, line, part, revision, lot)
        if permitted is not None:
            permits.append(permitted)
        elif not reason:
            return ()
        reasons.append(reason)
    return tuple(permits[:1]) or ", ".join(reasons)


def _taken(
    request: GateRequest, facts: Facts, line: Position, part: str, revision: str | None, lot: str | None
) -> tuple[str, Permitted | None]:
    """Why this position does not take the part, empty when it does; or by which deviation it does."""
    reason = ""
    if line.part == part:
        if revision is None or not line.revisions or revision in line.revisions:
            return "", None
        reason = f"position {line.position} takes revision {' or '.join(line.revisions)}, not {revision}"
        named = {"part": part, "revision": revision}
        permitted, why = permitting(facts.terms.deviations, request, _RULE, PermitKind.REVISION, **named)
    else:
        alternate = next((one for one in line.alternates if one.part == part), None)
        if alternate is not None:
            taken = facts.terms.taken.get((line.position, part), 0.0)
            if not (reason := out_of_force(alternate, line, request, taken, line.quantity)):
                return "", None
        named = {"part": part, "position": line.position}
        permitted, why = permitting(facts.terms.deviations, request, _RULE, PermitKind.PART, lot, **named)
    return ", ".join(filter(None, (reason, why))) or f"position {line.position} takes {part} of another lot", permitted
