"""Numbers that customers give to our units: at most one unit for each number of a customer."""

from uuid import UUID

from mes.command_line import CommandError, Exit
from mes.desk.acts import Desk
from mes.desk.facts import identity
from mes.desk.goods import after_everything, as_they_are
from mes.queries.identity import UnitSummary
from mes.queries.naming import aliases_of_customer
from mes.records import AliasGiven


def give_alias(desk: Desk, unit: UnitSummary, customer: str, alias: str, by: str) -> UUID:
    """Record a customer's number of a unit. Raises `CommandError` when the customer has given it already."""
    with desk.act() as act:
        (unit,) = as_they_are(act, [unit])
        after_everything(act, [unit.id])
        for held in aliases_of_customer(act.connection, customer, alias):
            whose = "already" if held.unit.id == unit.id else f"of {held.unit}"
            raise CommandError(f"{unit}: {alias} is a number {whose} at {customer} (alias {held.id})", Exit.NO)
        record = AliasGiven(**act.envelope(), unit=identity(unit), customer=customer, alias=alias, operator=by)
        act.write([record])
        return record.id
