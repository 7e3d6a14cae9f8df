"""Equipment was calibrated; whether it was found and left in tolerance follows from its points."""

from mes.models.equipment import Calibration
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import EquipmentCalibrated


def mentions(record: EquipmentCalibrated, mentions: Mentions) -> None:
    """Nothing: an instrument is whatever tells its serial number in a run, before or after its calibration is known."""


def project(record: EquipmentCalibrated, work: WorkingSet) -> None:
    """Add the calibration."""
    work.distinct(
        "calibration point",
        [f"{p.function}, {p.range or 'every range'}, {p.nominal!r} {p.unit}" for p in record.points],
    )
    work.known[record.id] = ("calibration", None)
    work.rows[Calibration].append(
        {
            "id": record.id,
            "kind": record.equipment.kind.value,
            "model": record.equipment.model,
            "serial": record.equipment.serial,
            "calibrated_at": record.at,
            "certificate": record.certificate,
            "performed_by": record.performed_by,
            "due": record.due,
            "found_good": record.found_good,
            "left_good": record.left_good,
            "points": [point.model_dump(mode="json") for point in record.points],
            "fixture": record.fixture,
            "recorded_by": record.recorded_by,
            "simulated": record.simulated,
            "voided_by": None,
        }
    )
