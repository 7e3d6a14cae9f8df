"""Units by what else they are called: the number that a customer gave them, the part number that they had."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.naming import UnitAlias, UnitConversion
from mes.models.unit import Unit
from mes.queries.identity import UNIT_COLUMNS, UnitSummary, unit_of_columns

_UNIT, _ALIAS, _CONVERSION = table_of(Unit), table_of(UnitAlias), table_of(UnitConversion)
_COLUMNS: tuple[Any, ...] = UNIT_COLUMNS
_ALIASES = (
    select(_ALIAS.c.id, _ALIAS.c.customer, _ALIAS.c.alias, _ALIAS.c.given_at, *_COLUMNS)
    .join(_UNIT, _UNIT.c.id == _ALIAS.c.unit_id)
    .where(_ALIAS.c.voided_by.is_(None))
    .order_by(_ALIAS.c.customer, _ALIAS.c.alias, _ALIAS.c.given_at)
)
_FORMER = (
    select(_CONVERSION.c.from_part, _CONVERSION.c.from_revision, _CONVERSION.c.converted_at, *_COLUMNS)
    .join(_UNIT, _UNIT.c.id == _CONVERSION.c.unit_id)
    .order_by(_CONVERSION.c.converted_at, _CONVERSION.c.id)
)
_ALIASES_OF_UNITS = Lookup(_ALIASES, _ALIAS.c.unit_id)
_FORMER_OF_UNITS = Lookup(_FORMER, _CONVERSION.c.unit_id)


@dataclass(frozen=True, slots=True)
class Alias:
    """What a customer calls a unit; `id` is that of the record which gave it."""

    id: UUID
    customer: str
    alias: str
    given_at: datetime
    unit: UnitSummary


@dataclass(frozen=True, slots=True)
class FormerName:
    """What a unit was before it was converted."""

    part: str
    revision: str
    until: datetime
    unit: UnitSummary


def aliases(connection: Connection, alias: str, part: str | None = None, maker: str | None = None) -> tuple[Alias, ...]:
    """Every unit that some customer calls this."""
    found = _ALIASES.where(_ALIAS.c.alias == alias)
    if part is not None:
        found = found.where(_UNIT.c.part == part)
    if maker is not None:
        found = found.where(_UNIT.c.maker == maker)
    return tuple(map(_alias, connection.execute(found)))


def aliases_of_customer(connection: Connection, customer: str, alias: str) -> tuple[Alias, ...]:
    """The unit that this customer calls this; more than one only where records contradict each other."""
    found = _ALIASES.where(_ALIAS.c.alias == alias, _ALIAS.c.customer == customer)
    return tuple(map(_alias, connection.execute(found)))


def aliases_of_unit(connection: Connection, unit_id: UUID) -> tuple[Alias, ...]:
    """What customers call a unit."""
    return tuple(map(_alias, _ALIASES_OF_UNITS.rows(connection, [unit_id])))


def formerly(connection: Connection, serial: str, part: str, maker: str | None = None) -> tuple[FormerName, ...]:
    """The units with this serial number that once had this part number."""
    found = _FORMER.where(_UNIT.c.serial == serial, _CONVERSION.c.from_part == part)
    if maker is not None:
        found = found.where(_UNIT.c.maker == maker)
    newest = {former.unit.id: former for former in map(_former, connection.execute(found))}
    return tuple(newest.values())


def former_names(connection: Connection, unit_id: UUID) -> tuple[FormerName, ...]:
    """What a unit was before, oldest first."""
    return tuple(map(_former, _FORMER_OF_UNITS.rows(connection, [unit_id])))


def _alias(row: Any) -> Alias:
    id_, customer, alias, given_at, *unit = row
    return Alias(id_, customer, alias, given_at, unit_of_columns(unit))


def _former(row: Any) -> FormerName:
    part, revision, until, *unit = row
    return FormerName(part, revision, until, unit_of_columns(unit))
