"""Equipment was looked after; where its contacts were renewed, its cycles count from here."""

from mes.models.equipment import Maintenance
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import EquipmentMaintained


def mentions(record: EquipmentMaintained, mentions: Mentions) -> None:
    """Nothing: equipment is not registered."""


def project(record: EquipmentMaintained, work: WorkingSet) -> None:
    """Add what was done."""
    work.known[record.id] = ("maintenance", None)
    work.rows[Maintenance].append(
        {
            "id": record.id,
            "kind": record.equipment.kind.value,
            "model": record.equipment.model,
            "serial": record.equipment.serial,
            "done": record.done,
            "renewed": record.renewed,
            "signed_by": record.signature.name,
            "meaning": record.signature.meaning,
            "simulated": record.simulated,
            "maintained_at": record.at,
            "voided_by": None,
        }
    )
