"""A unit is worked at a revision that is released and that no engineering change has stopped."""

from mes.gate.deviations import permitting
from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, PermitKind, Permitted, Refusal
from mes.vocabulary import Role

AT_FINISH = True
"""Asked again when a run has finished."""


def check(request: GateRequest, facts: Facts) -> Refusal | tuple[Permitted, ...] | None:
    """Refuse a unit or a component of a revision that was never released, or that a later one superseded.

    Unless a deviation lets that revision pass.
    """
    permits: list[Permitted] = []
    wrong: list[str] = []
    evidence: list[str] = []
    for unit in (facts.unit, *facts.components):
        standing = unit.standing
        if unit.id is None or standing is None:
            continue
        if standing.revision not in standing.released:
            problem = f"revision {standing.revision}, released are {listed(standing.released, ', ')}"
        elif standing.superseded_by is not None:
            problem = f"revision {standing.revision}, which {standing.superseded_by} superseded"
        else:
            continue
        permitted, reason = permitting(
            facts.terms.deviations,
            request,
            "revision",
            PermitKind.REVISION,
            part=unit.identity.part,
            revision=standing.revision,
        )
        if permitted is not None:
            permits.append(permitted)
            continue
        wrong.append(f"{unit.identity} has {problem}" + (f" ({reason})" if reason else ""))
        evidence.append(f"unit {unit.id}")
    if not wrong:
        return tuple(permits) or None
    return Refusal(
        rule="revision",
        message=listed(wrong),
        evidence=tuple(evidence),
        unlock="rework it to a released revision, or release one that does not supersede this",
        who=Role.ENGINEER,
    )
