"""A component was taken from one unit to serve another; both, and what they sit in, have results to get again."""

from mes.models.rework import Robbery
from mes.projection.kinds.repair_done import disturb
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import ComponentRobbed


def mentions(record: ComponentRobbed, mentions: Mentions) -> None:
    """Donor, recipient, component, and the units whose results were disturbed."""
    units = (record.donor, record.recipient, record.component, *(result.unit for result in record.disturbs))
    mentions.units |= {unit_key(unit) for unit in units}


def project(record: ComponentRobbed, work: WorkingSet) -> None:
    """Add the fact; the links are records of their own."""
    donor = work.unit(record.donor)
    work.known[record.id] = ("robbery", donor.id)
    work.rows[Robbery].append(
        {
            "id": record.id,
            "component_id": work.unit(record.component).id,
            "donor_id": donor.id,
            "donor_position": record.donor_position,
            "recipient_id": work.unit(record.recipient).id,
            "position": record.position,
            "why": record.why,
            "station": record.station,
            "operator": record.operator,
            "simulated": record.simulated,
            "robbed_at": record.at,
            "voided_by": None,
        }
    )
    disturb(record.disturbs, record, work)
