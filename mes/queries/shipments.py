"""What left the site: shipments, and the units of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from mes.models import table_of
from mes.models.goods import UnitShipment
from mes.models.unit import Unit
from mes.queries.identity import UNIT_COLUMNS, UnitSummary, unit_of_columns

_SHIPMENT, _UNIT = table_of(UnitShipment), table_of(Unit)
_FACTS = (
    "shipment",
    "container",
    "customer",
    "order_reference",
    "delivery_note",
    "operator",
    "shipped_at",
    "returned_at",
    "id",
)


@dataclass(frozen=True, slots=True)
class ShippedUnit:
    """One unit of a shipment; `returned_at` is None while it is away, `id` that of the record."""

    shipment: UUID
    container: str | None
    customer: str
    order_reference: str | None
    delivery_note: str | None
    operator: str
    shipped_at: datetime
    returned_at: datetime | None
    id: UUID
    unit: UnitSummary


def shipped_units(
    connection: Connection,
    *,
    customer: str | None = None,
    delivery_note: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    away: bool = False,
) -> tuple[ShippedUnit, ...]:
    """What was shipped in [since, until), by shipment in the order of time; with `away` only what has not come back."""
    found = (
        select(*(_SHIPMENT.c[name] for name in _FACTS), *UNIT_COLUMNS)
        .join(_UNIT, _UNIT.c.id == _SHIPMENT.c.unit_id)
        .where(_SHIPMENT.c.voided_by.is_(None))
        .order_by(_SHIPMENT.c.shipped_at, _SHIPMENT.c.shipment, _UNIT.c.part, _UNIT.c.serial)
    )
    if customer is not None:
        found = found.where(_SHIPMENT.c.customer == customer)
    if delivery_note is not None:
        found = found.where(_SHIPMENT.c.delivery_note == delivery_note)
    if since is not None:
        found = found.where(_SHIPMENT.c.shipped_at >= since)
    if until is not None:
        found = found.where(_SHIPMENT.c.shipped_at < until)
    if away:
        found = found.where(_SHIPMENT.c.returned_at.is_(None))
    rows: Iterable[Any] = connection.execute(found)
    count = len(_FACTS)
    return tuple(ShippedUnit(unit=unit_of_columns(row[count:]), **dict(zip(_FACTS, row, strict=False))) for row in rows)
