"""A unit became another part or revision: its row, its history and what is built into it stay, its name changes."""

from mes.models.naming import UnitConversion
from mes.projection.kinds.repair_done import disturb
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import UnitConverted


def mentions(record: UnitConverted, mentions: Mentions) -> None:
    """The unit under both names, so that both parts are known too."""
    maker, _, serial = unit_key(record.unit)
    mentions.units |= {unit_key(record.unit), (maker, record.to_part, serial)}


def project(record: UnitConverted, work: WorkingSet) -> None:
    """Rename the unit. Refuses a name that another unit has, and one that it no longer has itself."""
    unit = work.unit(record.unit)
    old, new = unit.key, (unit.key[0], record.to_part, unit.key[2])
    if old != unit_key(record.unit):
        work.reject(f"unit {record.unit} was converted to part {old[1]} before")
    if work.named(new) not in (None, unit):
        work.reject(f"a unit {record.to_part} {unit.key[2]} exists already, so {record.unit} cannot become it")
    if new != old:
        del work.units[old]
        work.former.pop(new, None)
        work.former[old], work.units[new], unit.key = unit, unit, new
    work.rows[UnitConversion].append(
        {
            "id": record.id,
            "unit_id": unit.id,
            "from_part": old[1],
            "from_revision": unit.revision,
            "to_part": record.to_part,
            "to_revision": record.to_revision,
            "rule": record.rule,
            "signed_by": record.signature.name if record.signature else None,
            "meaning": record.signature.meaning if record.signature else None,
            "reason": record.reason,
            "operator": record.operator,
            "simulated": record.simulated,
            "converted_at": record.at,
        }
    )
    unit.revision, unit.converted_at, unit.changed = record.to_revision, record.at, True
    work.touched[unit.id] = unit
    disturb(record.disturbs, record, work)
