"""A piece that two stations reach for at once goes to one of them: the first that asked."""

from mes.gate.facts import Facts
from mes.gate.wording import listed
from mes.records import GateRequest, Refusal
from mes.vocabulary import Role


def check(request: GateRequest, facts: Facts) -> Refusal | None:
    """Refuse what the gate has just promised to another assembly: as a component, and to be packed or shipped."""
    if not facts.promises:
        return None
    return Refusal(
        rule="reserved",
        message=listed(
            [
                f"{one.unit} was given to {one.parent} at {one.station} until {one.until.isoformat()}"
                for one in facts.promises
            ]
        ),
        evidence=tuple(f"gate_decision {one.gate_id}" for one in facts.promises),
        unlock="take another component, or wait until that time if the other station did not bind it",
        who=Role.OPERATOR,
    )
