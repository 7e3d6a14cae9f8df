"""A deviation was approved: from now on the gate asks it before it refuses."""

from mes.models.deviation import Deviation
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import DeviationApproved


def mentions(record: DeviationApproved, mentions: Mentions) -> None:
    """Nothing: a deviation may be for units that do not exist yet."""


def project(record: DeviationApproved, work: WorkingSet) -> None:
    """Add the deviation."""
    work.known[record.id] = ("deviation", None)
    work.rows[Deviation].append(
        {
            "id": record.id,
            "number": record.number,
            "maker": record.maker,
            "part": record.part,
            "permits": [permit.model_dump(mode="json") for permit in record.permits],
            "since": record.since,
            "until": record.until,
            "quantity": record.quantity,
            "serials": [serials.model_dump(mode="json") for serials in record.serials],
            "reason": record.reason,
            "signed_by": record.signature.name,
            "meaning": record.signature.meaning,
            "simulated": record.simulated,
            "approved_at": record.at,
        }
    )
