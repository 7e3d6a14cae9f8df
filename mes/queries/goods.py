"""What is in a container now, and what a container is in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, union_all

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.goods import Packing, UnitMove, UnitReturn, UnitShipment, Unpacking
from mes.models.naming import UnitConversion
from mes.models.unit import Installation, Removal, Unit
from mes.queries.identity import UNIT_COLUMNS, UnitSummary, unit_of_columns
from mes.records import UnitIdentity

_PACKING, _UNPACKING, _MOVE = table_of(Packing), table_of(Unpacking), table_of(UnitMove)
_UNIT, _SHIPMENT, _RETURN = table_of(Unit), table_of(UnitShipment), table_of(UnitReturn)
_CONVERSION, _INSTALLATION, _REMOVAL = table_of(UnitConversion), table_of(Installation), table_of(Removal)
_COLUMNS: tuple[Any, ...] = UNIT_COLUMNS
_OPEN = _PACKING.c.unpacked_at.is_(None)
_INSIDE = Lookup(
    select(_PACKING.c.id, _PACKING.c.container, _PACKING.c.inner, _PACKING.c.packed_at, *_COLUMNS)
    .outerjoin(_UNIT, _UNIT.c.id == _PACKING.c.unit_id)
    .where(_OPEN)
    .order_by(_PACKING.c.container, _PACKING.c.inner, _UNIT.c.part, _UNIT.c.serial),
    _PACKING.c.container,
)
_UNITS = Lookup(select(*_COLUMNS, _UNIT.c.container), _UNIT.c.id)
_AROUND = Lookup(select(_PACKING.c.container, _PACKING.c.inner).where(_OPEN), _PACKING.c.inner)
_moments = union_all(
    select(_PACKING.c.unit_id, _PACKING.c.packed_at.label("at")),
    select(_UNPACKING.c.unit_id, _UNPACKING.c.unpacked_at),
    select(_SHIPMENT.c.unit_id, _SHIPMENT.c.shipped_at),
    select(_RETURN.c.unit_id, _RETURN.c.returned_at),
    select(_MOVE.c.unit_id, _MOVE.c.moved_at),
    select(_CONVERSION.c.unit_id, _CONVERSION.c.converted_at),
    select(_INSTALLATION.c.child_id, _INSTALLATION.c.installed_at),
    select(_REMOVAL.c.child_id, _REMOVAL.c.removed_at),
).subquery("moments")
_NEWEST = Lookup(select(func.max(_moments.c.at).label("at")), _moments.c.unit_id)


@dataclass(frozen=True, slots=True)
class Packed:
    """One thing in a container: a unit, or another container (`inner`); `id` is its packing's."""

    id: UUID
    container: str
    unit: UnitSummary | None
    inner: str | None
    packed_at: datetime


def units_by_id(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UnitSummary]:
    """These units, by their ids."""
    return {unit.id: unit for unit, _ in where_units_are(connection, ids)}


def where_units_are(connection: Connection, ids: Collection[UUID]) -> tuple[tuple[UnitSummary, str | None], ...]:
    """These units, each with the container that it is in."""
    rows: Iterable[Any] = _UNITS.rows(connection, ids)
    return tuple((unit_of_columns(unit), container) for *unit, container in rows)


def unit_called(connection: Connection, identity: UnitIdentity) -> UnitSummary:
    """The unit that has this identity now, which is known to exist."""
    named = (_UNIT.c.maker == identity.maker, _UNIT.c.part == identity.part, _UNIT.c.serial == identity.serial)
    return unit_of_columns(connection.execute(select(*_COLUMNS).where(*named)).one())


def contents(connection: Connection, containers: Collection[str]) -> tuple[Packed, ...]:
    """Everything in these containers and in the containers in them, level by level; a stored loop ends the walk."""
    found: list[Packed] = []
    seen: set[str] = set()
    level = set(containers)
    while level:
        seen |= level
        packings: Iterable[Any] = _INSIDE.rows(connection, level)
        rows = [
            Packed(id_, container, None if unit[0] is None else unit_of_columns(unit), inner, at)
            for id_, container, inner, at, *unit in packings
        ]
        found += rows
        level = {row.inner for row in rows if row.inner is not None} - seen
    return tuple(found)


def around(connection: Connection, container: str) -> tuple[str, ...]:
    """The containers that a container is in, nearest first."""
    found: list[str] = []
    level = {container}
    while level:
        level = {row.container for row in _AROUND.rows(connection, level)} - {container, *found}
        found += sorted(level)
    return tuple(found)


def is_container(connection: Connection, name: str) -> bool:
    """Whether anything was ever packed into a container of this name, or the container itself packed or moved."""
    named = select(_PACKING.c.id).where(or_(_PACKING.c.container == name, _PACKING.c.inner == name)).limit(1)
    if connection.execute(named).first() is not None:
        return True
    return connection.execute(select(_MOVE.c.id).where(_MOVE.c.container == name).limit(1)).first() is not None


def newest_handling(connection: Connection, units: Collection[UUID]) -> datetime | None:
    """When one of these units was last packed, shipped, returned, moved, converted, installed or removed."""
    newest = [row.at for row in _NEWEST.rows(connection, units) if row.at is not None]
    return max(newest, default=None)


def newest_of_container(connection: Connection, container: str) -> datetime | None:
    """When something last happened to a container: its own packing, a move, something that came in or out."""
    facts = (
        select(func.max(_PACKING.c.packed_at)).where(
            or_(_PACKING.c.inner == container, _PACKING.c.container == container)
        ),
        select(func.max(_UNPACKING.c.unpacked_at)).where(
            or_(_UNPACKING.c.inner == container, _UNPACKING.c.container == container)
        ),
        select(func.max(_MOVE.c.moved_at)).where(_MOVE.c.container == container),
    )
    moments = [connection.execute(fact).scalar_one() for fact in facts]
    return max((at for at in moments if at is not None), default=None)
