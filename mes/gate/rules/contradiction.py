"""Stations that were apart may bind one piece twice: what happened is kept, and both assemblies wait for a person."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True
"""Asked again when a run has finished."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a unit that is, or holds, a piece that the records put into two places at once."""
    if not facts.contradictions:
        return None
    return Refusal(
        rule="contradiction",
        message=listed([f"{one.unit} is recorded in {' and in '.join(one.places)}" for one in facts.contradictions]),
        evidence=tuple(item for one in facts.contradictions for item in one.evidence),
        unlock="look where the piece really is, then void the other installation by `mes void`",
        who=Role.QUALITY,
    )
