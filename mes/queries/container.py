"""One container and what is in it, and all containers with anything in them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from mes.command_line import CommandError, Exit
from mes.database import reading
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.goods import Packing, UnitMove, UnitShipment
from mes.models.unit import Unit
from mes.queries.goods import Packed, around, contents, is_container
from mes.queries.identity import storable

_PACKING, _MOVE, _UNIT, _SHIPMENT = table_of(Packing), table_of(UnitMove), table_of(Unit), table_of(UnitShipment)
_OPEN = _PACKING.c.unpacked_at.is_(None)
_MOVES = Lookup(
    select(_MOVE.c.container, _MOVE.c.location)
    .where(_MOVE.c.voided_by.is_(None))
    .order_by(_MOVE.c.moved_at, _MOVE.c.id),
    _MOVE.c.container,
)
_SHIPPED = Lookup(
    select(_SHIPMENT).join(_UNIT, _UNIT.c.shipment_id == _SHIPMENT.c.id).order_by(_SHIPMENT.c.shipped_at), _UNIT.c.id
)


@dataclass(frozen=True, slots=True)
class ContainerReport:
    """A container: what it is in (nearest first), where it is, and everything in it, level by level."""

    name: str
    inside: tuple[str, ...]
    location: str | None
    customer: str | None
    order_reference: str | None
    delivery_note: str | None
    shipped_at: datetime | None
    contents: tuple[Packed, ...]

    @property
    def units(self) -> int:
        """How many units are in it."""
        return sum(packed.unit is not None for packed in self.contents)

    def document(self) -> dict[str, Any]:
        """All of it by name."""
        return {"container": self.name, "units": self.units} | {
            name: value for name, value in asdict(self).items() if name != "name"
        }


@dataclass(frozen=True, slots=True)
class ContainerSummary:
    """A container with something in it; `units` and `containers` are directly in it."""

    name: str
    inside: str | None
    units: int
    containers: int
    location: str | None
    customer: str | None


def report(engine: Engine, name: str) -> ContainerReport:
    """What is known of a container. Raises `CommandError` when nothing is."""
    if not storable(name):
        raise CommandError(f"container {name!a}: there is none", Exit.NO)
    with reading(engine) as connection:
        if not is_container(connection, name):
            raise CommandError(
                f"container {name}: nothing was ever packed into it; `mes container` lists them", Exit.NO
            )
        inside = around(connection, name)
        found = contents(connection, [name])
        location = _location(connection, (*reversed(inside), name))
        left = next(iter(_SHIPPED.rows(connection, {p.unit.id for p in found if p.unit is not None})), None)
        if left is None:
            return ContainerReport(name, inside, location, None, None, None, None, found)
        papers = (left.customer, left.order_reference, left.delivery_note, left.shipped_at)
        return ContainerReport(name, inside, None, *papers, found)


def containers(engine: Engine) -> tuple[ContainerSummary, ...]:
    """Every container with something in it, by name."""
    with reading(engine) as connection:
        counts = connection.execute(
            select(
                _PACKING.c.container,
                func.count(_PACKING.c.unit_id).label("units"),
                func.count(_PACKING.c.inner).label("containers"),
                func.max(_SHIPMENT.c.customer).label("customer"),
            )
            .outerjoin(_UNIT, _UNIT.c.id == _PACKING.c.unit_id)
            .outerjoin(_SHIPMENT, _SHIPMENT.c.id == _UNIT.c.shipment_id)
            .where(_OPEN)
            .group_by(_PACKING.c.container)
            .order_by(_PACKING.c.container)
        ).all()
        inner = select(_PACKING.c.inner, _PACKING.c.container).where(_OPEN, _PACKING.c.inner.is_not(None))
        outer = {row.inner: row.container for row in connection.execute(inner)}
        named = {row.container for row in counts} | set(outer.values())
        stored = {row.container: row.location for row in _MOVES.rows(connection, named)}
        return tuple(
            ContainerSummary(
                row.container,
                outer.get(row.container),
                row.units,
                row.containers,
                stored.get(outer.get(row.container, ""), stored.get(row.container)),
                row.customer,
            )
            for row in counts
        )


def _location(connection: Connection, outermost_first: tuple[str, ...]) -> str | None:
    stored = {row.container: row.location for row in _MOVES.rows(connection, outermost_first)}
    return next((stored[name] for name in outermost_first if name in stored), None)
