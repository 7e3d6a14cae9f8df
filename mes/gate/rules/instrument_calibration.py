"""What is known to be out of calibration, or was left out of tolerance, vouches for nothing."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse instruments whose newest calibration is over, has no due date, or left them out of tolerance.

    Of the models that the operation names also those of which none is recorded.
    """
    today = request.at.date()
    step = facts.unit.standing.step(request.operation) if facts.unit.standing is not None else None
    known = {one.equipment for one in facts.equipment.calibrations}
    wrong = [
        f"{named} has no calibration recorded here, and {request.operation} asks for one of every {model}"
        for model in (step.calibrated if step is not None else ())
        for named in request.instruments
        if named.startswith(f"{model} ") and named not in known
    ]
    evidence = []
    for one in facts.equipment.calibrations:
        if not one.left_good:
            why = f"was left out of tolerance by certificate {one.certificate}"
        elif one.due is None:
            why = f"is not to be used since certificate {one.certificate}"
        elif one.due < today:
            why = f"was due for calibration on {one.due}"
        else:
            continue
        wrong.append(f"{one.equipment} {why}")
        evidence.append(f"calibration {one.id}")
    if not wrong:
        return None
    return Refusal(
        rule="instrument_calibration",
        message=listed(wrong),
        evidence=tuple(evidence),
        unlock="calibrate it and record that by `mes calibrate`, or work with another instrument",
        who=Role.QUALITY,
    )
