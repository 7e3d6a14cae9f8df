"""Where a discharge would do harm, nobody works without having passed today's check."""

from mes.gate.facts import Facts
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse an operator whose newest check was failed or is over, where route or code table asks for one."""
    if not facts.esd.required:
        return None
    newest = facts.esd.newest
    if newest is None:
        problem = "has not been checked"
    elif newest.valid_until is None:
        problem = f"failed the check at {newest.checked_at.isoformat(timespec='seconds')}"
    elif request.at >= newest.valid_until:
        problem = f"was checked until {newest.valid_until.isoformat(timespec='seconds')}"
    else:
        return None
    return Refusal(
        rule="operator_esd",
        message=f"operator {request.operator} {problem} against discharge, as {request.operation} demands",
        evidence=() if newest is None else (f"esd_check {newest.id}",),
        unlock="let the operator pass the check and record it by `mes esd`",
        who=Role.OPERATOR,
    )
