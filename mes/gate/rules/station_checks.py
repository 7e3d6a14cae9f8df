"""Where a route asks for it, a station has shown lately that it passes what is good and catches what is bad."""

from datetime import timedelta

from mes.gate.equipment import CheckFacts
from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse a station whose golden or known-bad check is missing, came out wrong, is too old or of another bench."""
    step = facts.unit.standing.step(request.operation) if facts.unit.standing is not None else None
    overdue = []
    evidence = []
    for name, every_s in sorted(step.checks.items()) if step is not None else ():
        last = facts.equipment.checks.get(name)
        if why := _overdue(request, last, every_s):
            overdue.append(f"{name} check of {request.station}: {why}")
            evidence += [] if last is None else [f"station_check {last.id}"]
    if not overdue:
        return None
    return Refusal(
        rule="station_checks",
        message=listed(overdue),
        evidence=tuple(evidence),
        unlock="run the golden or the known-bad unit at this station, as its file names them",
        who=Role.TECHNICIAN,
    )


def _overdue(request: GateRequest, last: CheckFacts | None, every_s: float) -> str:
    """Why the check must be done again, for a person; empty while it holds."""
    if last is None:
        return "it was never done"
    if last.trouble:
        return f"it came out wrong: {last.trouble}"
    if request.plan is not None and request.plan != last.plan:
        return "it was done for another plan or other limits"
    if request.fixture != last.fixture:
        return f"it was done on fixture {last.fixture}"
    if request.instruments and set(request.instruments) != set(last.instruments):
        return "it was done with other instruments"
    late = request.at - last.checked_at - timedelta(seconds=every_s)
    if late > timedelta(0):
        return f"it holds {every_s / 3600:g} h and is {late.total_seconds() / 3600:.2f} h overdue"
    return ""
