"""A repair inside a unit takes results from its parts: they are had again before the whole goes on."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role

AT_FINISH = True
"""Asked again when a run has finished."""


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse what holds a unit whose results were disturbed and not had again.

    The unit's own disturbed results come under `route_order`, those of its components under `child_results`.
    """
    waiting = [(unit, step) for unit in facts.contents for step in unit.route if step.disturbed]
    if not waiting:
        return None
    return Refusal(
        rule="disturbed_results",
        message=listed([f"{unit.identity} inside it has to pass {step.operation} again" for unit, step in waiting]),
        evidence=tuple(item for _, step in waiting for item in step.evidence),
        unlock="take the part out and test it again, or waive the result by `mes disposition`",
        who=Role.TECHNICIAN,
    )
