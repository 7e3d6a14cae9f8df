"""A deviation was withdrawn: no further unit is made under it."""

from mes.models.deviation import DeviationWithdrawal
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import DeviationWithdrawn


def mentions(record: DeviationWithdrawn, mentions: Mentions) -> None:
    """The deviation."""
    mentions.facts.add(record.deviation)


def project(record: DeviationWithdrawn, work: WorkingSet) -> None:
    """Add the withdrawal."""
    work.fact(record.deviation, "deviation")
    work.rows[DeviationWithdrawal].append(
        {
            "id": record.id,
            "deviation_id": record.deviation,
            "reason": record.reason,
            "signed_by": record.signature.name,
            "meaning": record.signature.meaning,
            "withdrawn_at": record.at,
        }
    )
