"""A test plan revision: the meaning of every measurement vector that names its digest."""

from mes.models.product import Plan, PlanMeasurand
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import PlanReleased


def mentions(record: PlanReleased, mentions: Mentions) -> None:
    """The plan itself, which may be released already."""
    mentions.plans.add(record.digest)


def project(record: PlanReleased, work: WorkingSet) -> None:
    """Add the plan; the same digest again changes nothing, because a revision is immutable."""
    if record.digest in work.plans:
        return
    work.distinct("measurand", [measurand.name for measurand in record.measurands])
    work.plans[record.digest] = len(record.measurands)
    work.tells |= {(record.digest, one.name): one.tells for one in record.measurands if one.tells is not None}
    work.rows[Plan].append(
        {
            "digest": record.digest,
            "name": record.name,
            "revision": record.revision,
            "part": record.part,
            "operation": record.operation,
            "limit_revision": record.limit_revision,
            "code_digest": record.code_digest,
            "steps": [step.model_dump(mode="json") for step in record.steps],
        }
    )
    work.rows[PlanMeasurand] += [
        {
            "plan_digest": record.digest,
            "place": place,
            "name": measurand.name,
            "unit": measurand.unit,
            "low": measurand.low,
            "high": measurand.high,
            "definition": measurand.model_dump(mode="json"),
            "tells": measurand.tells,
        }
        for place, measurand in enumerate(record.measurands)
    ]
