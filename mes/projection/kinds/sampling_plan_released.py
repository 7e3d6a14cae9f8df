"""A sampling plan revision; of one name the newest released is in force."""

from mes.models.sampling import SamplingPlanRow
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import SamplingPlanReleased


def mentions(record: SamplingPlanReleased, mentions: Mentions) -> None:
    """Nothing: the desk releases no revision twice."""


def project(record: SamplingPlanReleased, work: WorkingSet) -> None:
    """Add the revision."""
    work.rows[SamplingPlanRow].append(
        {
            "id": record.id,
            "name": record.plan.name,
            "revision": record.plan.revision,
            "digest": record.digest,
            "released_at": record.at,
            "released_by": record.released_by,
            "content": record.plan.model_dump(mode="json"),
        }
    )
