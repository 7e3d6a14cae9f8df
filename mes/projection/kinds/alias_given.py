"""A customer calls a unit by a number of its own."""

from mes.models.naming import UnitAlias
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import AliasGiven


def mentions(record: AliasGiven, mentions: Mentions) -> None:
    """The unit."""
    mentions.units.add(unit_key(record.unit))


def project(record: AliasGiven, work: WorkingSet) -> None:
    """Add the alias; the desk looked whether the customer has it already."""
    unit = work.unit(record.unit)
    work.known[record.id] = ("unit_alias", unit.id)
    work.rows[UnitAlias].append(
        {
            "id": record.id,
            "unit_id": unit.id,
            "customer": record.customer,
            "alias": record.alias,
            "operator": record.operator,
            "simulated": record.simulated,
            "given_at": record.at,
            "voided_by": None,
        }
    )
