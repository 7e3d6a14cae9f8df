"""What was worked while the centre was away counts when the centre agrees; before, nothing is built on it."""

from mes.gate.facts import Facts, UnitFacts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse what comes after a result that the gate refused when it arrived, in the unit and in all that is in it.

    For an operation outside the route, as packing is, every result counts.
    """
    found = [(unit, *one) for unit in facts.involved for one in _standing(unit, request, unit is facts.unit)]
    if not found:
        return None
    return Refusal(
        rule="provisional",
        message=listed(
            [
                f"{unit.identity} was worked at {name} while the centre was away, and refused then"
                for unit, name, _ in found
            ]
        ),
        evidence=tuple(run for *_, run in found),
        unlock="work it again there now that the gate can be asked, or waive the result by `mes disposition`",
        who=Role.QUALITY,
    )


def _standing(unit: UnitFacts, request: GateRequest, own: bool) -> list[tuple[str, str]]:
    """The operations whose result rests on such a run, and the run."""
    if not unit.disagreed:
        return []
    runs = {f"test_run {id_}" for id_ in unit.disagreed}
    found = []
    for step in unit.route:
        if own and step.operation == request.operation:
            break
        found += [(step.operation, run) for run in step.evidence if run in runs and step.done]
    return found
