"""A pass that the centre did not allow, or that no real bench gave, gives no shipping status."""

from uuid import UUID

from mes.gate.facts import Facts, UnitFacts
from mes.gate.wording import listed
from mes.projection.history import Progress
from mes.records import GateRequest, Refusal
from mes.vocabulary import GateAct, Role

_RUN = "test_run "


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse to pack or ship what stands, itself or inside, by a run without a decision or by a simulated one.

    What the gate refused when it arrived comes under `provisional`.
    """
    if request.act is GateAct.WORK:
        return None
    found = [
        (unit, step, run)
        for unit in facts.involved
        for step in unit.route
        if step.done
        for run in _runs(step)
        if run in facts.goods.unproven and run not in unit.disagreed
    ]
    if not found:
        return None
    return Refusal(
        rule="provisional_result",
        message=listed([_told(unit, step, facts.goods.unproven[run]) for unit, step, run in found]),
        evidence=tuple(f"{_RUN}{run}" for _, _, run in found),
        unlock="run it again at a station that reaches the centre, or waive the result by `mes disposition`",
        who=Role.QUALITY,
    )


def _told(unit: UnitFacts, step: Progress, why: str) -> str:
    return f"{step.operation} of {unit.identity} {why}"


def _runs(step: Progress) -> list[UUID]:
    return [UUID(item.removeprefix(_RUN)) for item in step.evidence if item.startswith(_RUN)]
