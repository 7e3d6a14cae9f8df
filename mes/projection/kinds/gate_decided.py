"""The gate answered."""

from mes.models.test_run import GateDecision
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import GateDecided


def mentions(record: GateDecided, mentions: Mentions) -> None:
    """Nothing: a decision may be about a unit that does not exist."""


def project(record: GateDecided, work: WorkingSet) -> None:
    """Add the decision."""
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
        }
    )
