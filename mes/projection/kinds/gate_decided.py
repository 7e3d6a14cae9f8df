"""The gate answered."""

from mes.models.test_run import GateDecision, Reservation
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import GateDecided
from mes.vocabulary import GatePhase


def mentions(record: GateDecided, mentions: Mentions) -> None:
    """Nothing: a decision may be about a unit that does not exist."""


def project(record: GateDecided, work: WorkingSet) -> None:
    """Add the decision, and what it promised to the station that asked."""
    request = record.request
    work.rows[GateDecision].append(
        {
            "id": record.id,
            **request.unit.model_dump(),
            "operation": request.operation,
            "station": request.station,
            "operator": request.operator,
            "allowed": record.allowed,
            "refusals": [refusal.model_dump(mode="json") for refusal in record.refusals],
            "simulated": record.simulated,
            "decided_at": record.at,
            "phase": request.phase.value,
            "run_id": request.run,
            "fixture": request.fixture,
        }
    )
    if record.allowed and request.phase is GatePhase.BEFORE:
        work.rows[Reservation] += [
            {
                "gate_id": record.id,
                **component.model_dump(),
                "parent": str(request.unit),
                "station": request.station,
                "reserved_at": record.at,
            }
            for component in dict.fromkeys(request.components)
        ]
