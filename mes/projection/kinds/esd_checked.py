"""An operator was checked against electrostatic discharge."""

from mes.models.shop import EsdCheck
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import EsdChecked


def mentions(record: EsdChecked, mentions: Mentions) -> None:
    """Nothing: checks stand beside each other, and the newest is asked for."""


def project(record: EsdChecked, work: WorkingSet) -> None:
    """Add the check."""
    work.known[record.id] = ("esd_check", None)
    work.rows[EsdCheck].append(
        {
            "id": record.id,
            "operator": record.operator,
            "passed": record.passed,
            "valid_until": record.valid_until,
            "station": record.station,
            "simulated": record.simulated,
            "checked_at": record.at,
            "voided_by": None,
        }
    )
