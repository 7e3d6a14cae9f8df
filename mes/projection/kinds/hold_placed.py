"""A hold was placed: its predicate becomes a row, and the gate looks at it from then on."""

from mes.models.hold import Hold
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import HoldPlaced


def mentions(record: HoldPlaced, mentions: Mentions) -> None:
    """Nothing: a hold may be about a lot or a unit that has not arrived yet."""


def project(record: HoldPlaced, work: WorkingSet) -> None:
    """Add the hold."""
    asked = record.predicate
    named = asked.unit or asked.lot
    work.known[record.id] = ("hold", None)
    work.rows[Hold].append(
        {
            "id": record.id,
            "subject": asked.subject.value,
            "maker": named.maker if named else asked.maker,
            "part": named.part if named else asked.part,
            "serial": asked.unit.serial if asked.unit else None,
            "lot": asked.lot.lot if asked.lot else None,
            "date_code": asked.date_code,
            "instrument": asked.instrument,
            "fixture": asked.fixture,
            "plan_digest": asked.plan,
            "limit_revision": asked.limit_revision,
            "operator": asked.operator,
            "station": asked.station,
            "work_order": asked.order,
            "since": asked.since,
            "until": asked.until,
            "reason": record.reason,
            "placed_by": record.by,
            "simulated": record.simulated,
            "placed_at": record.at,
            "released_at": None,
        }
    )
