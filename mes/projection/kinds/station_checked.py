"""A station ran its golden or its known-bad unit."""

from mes.models.equipment import StationCheck
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import StationChecked


def mentions(record: StationChecked, mentions: Mentions) -> None:
    """Nothing: golden and known-bad units are nobody's product and never registered."""


def project(record: StationChecked, work: WorkingSet) -> None:
    """Add the check."""
    work.known[record.id] = ("station_check", None)
    work.rows[StationCheck].append(
        {
            "id": record.id,
            "station": record.station,
            "name": record.check,
            "operation": record.operation,
            **record.unit.model_dump(),
            "plan_digest": record.plan,
            "judged_by": record.judged_by,
            "run_id": record.run,
            "fixture": record.fixture,
            "instruments": list(record.instruments),
            "operator": record.operator,
            "trouble": record.trouble,
            "simulated": record.simulated,
            "checked_at": record.at,
            "voided_by": None,
        }
    )
