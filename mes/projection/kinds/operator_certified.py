"""What an operator is certified for; the newest record about a skill counts, whichever arrives first."""

from mes.projection.working_set import Mentions, WorkingSet
from mes.records import OperatorCertified


def mentions(record: OperatorCertified, mentions: Mentions) -> None:
    """The operator, of whom something may be stored already."""
    mentions.operators.add(record.operator)


def project(record: OperatorCertified, work: WorkingSet) -> None:
    """Write each skill unless something newer is known of it."""
    work.distinct("skill", [held.skill for held in record.skills])
    for held in record.skills:
        key = (record.operator, held.skill)
        known = work.shop.certifications.get(key)
        if known is not None and (known["certified_at"], known["record_id"]) > (record.at, record.id):
            continue
        work.shop.certifications[key] = {
            "operator": record.operator,
            "skill": held.skill,
            "until": held.until,
            "record_id": record.id,
            "certified_at": record.at,
            "certified_by": record.certified_by,
        }
        work.shop.certified.add(key)
