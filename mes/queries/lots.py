"""Lots of material: what is left of each, what expires, what was overdrawn; and one lot in full."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, or_, select

from mes.containment import HOLD
from mes.gate.terms import ROUNDING
from mes.models import table_of
from mes.models.unit import Installation, Lot, LotDelivery, Unit
from mes.queries.identity import LotSummary
from mes.queries.lot_use import UnknownLot
from mes.queries.snapshot import snapshot
from mes.records import Subject, UnitIdentity
from mes.where_used import Use, uses

_LOT, _DELIVERY, _INSTALLATION, _UNIT = (
    table_of(Lot),
    table_of(LotDelivery),
    table_of(Installation),
    table_of(Unit),
)


@dataclass(frozen=True, slots=True)
class LotLevel:
    """A lot and how it stands on a day: `left` is below zero when more was built in than was received."""

    lot: LotSummary
    used: float
    left: float
    overdrawn: bool
    expires: date | None
    expired: bool
    expires_in_days: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a lot."""

    id: UUID
    received_at: datetime
    quantity: float
    supplier: str
    date_code: str | None
    country_of_origin: str | None
    expires: date | None
    unit_cost: float | None
    currency: str | None
    source: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class LotSeat:
    """How much of the lot is in a position of a unit now."""

    unit: UnitIdentity
    position: str
    quantity: float
    installed_at: datetime


@dataclass(frozen=True, slots=True)
class LotHold:
    """A hold that stands on the lot, by its number, or by its maker or date code."""

    id: UUID
    reason: str
    placed_by: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class LotReport:
    """One lot in full: its deliveries, where it is now, every unit that it reaches or reached, and its holds."""

    level: LotLevel
    deliveries: tuple[Delivery, ...]
    seats: tuple[LotSeat, ...]
    uses: tuple[Use, ...]
    holds: tuple[LotHold, ...]


def lots(
    engine: Engine,
    today: date,
    *,
    part: str | None = None,
    maker: str | None = None,
    expiring_days: int | None = None,
    overdrawn: bool = False,
) -> tuple[LotLevel, ...]:
    """Every lot by part, maker and number, narrowed where asked.

    `expiring_days` are those that expire within so many days of `today` or have expired; what was used up is none of
    them.
    """
    asked = select(_LOT).order_by(_LOT.c.part, _LOT.c.maker, _LOT.c.lot)
    if part is not None:
        asked = asked.where(_LOT.c.part == part)
    if maker is not None:
        asked = asked.where(_LOT.c.maker == maker)
    if expiring_days is not None:
        asked = asked.where(_LOT.c.expires.is_not(None))
    if overdrawn:
        asked = asked.where(_LOT.c.used > _LOT.c.quantity * (1 + ROUNDING))
    with snapshot(engine) as session:
        found = [_level(row, today) for row in session.connection().execute(asked)]
    return tuple(one for one in found if expiring_days is None or _expires_within(one, expiring_days))


def lot_report(engine: Engine, lot_id: UUID, today: date) -> LotReport:
    """One lot in full, read in one transaction. Raises `UnknownLot`."""
    with snapshot(engine) as session:
        connection = session.connection()
        row = connection.execute(select(_LOT).where(_LOT.c.id == lot_id)).one_or_none()
        if row is None:
            raise UnknownLot(f"no lot has the id {lot_id}")
        deliveries = connection.execute(
            select(_DELIVERY).where(_DELIVERY.c.lot_id == lot_id).order_by(_DELIVERY.c.received_at, _DELIVERY.c.id)
        )
        columns = (_UNIT.c.maker, _UNIT.c.part, _UNIT.c.serial, _INSTALLATION.c.position)
        seats = connection.execute(
            select(*columns, _INSTALLATION.c.quantity, _INSTALLATION.c.installed_at)
            .join_from(_INSTALLATION, _UNIT, _UNIT.c.id == _INSTALLATION.c.parent_id)
            .where(_INSTALLATION.c.lot_id == lot_id, _INSTALLATION.c.removed_at.is_(None))
            .order_by(*columns, _INSTALLATION.c.installed_at)
        )
        facts = {"maker": row.maker, "part": row.part, "lot": row.lot, "date_code": row.date_code}
        holds = connection.execute(
            select(HOLD)
            .where(
                HOLD.c.released_at.is_(None),
                HOLD.c.subject.in_([Subject.LOT.value, Subject.MATERIAL.value]),
                *(or_(HOLD.c[name].is_(None), HOLD.c[name] == value) for name, value in facts.items()),
            )
            .order_by(HOLD.c.placed_at, HOLD.c.id)
        )
        return LotReport(
            _level(row, today),
            tuple(_delivery(one) for one in deliveries),
            tuple(
                LotSeat(
                    UnitIdentity(maker=one.maker, part=one.part, serial=one.serial),
                    one.position,
                    one.quantity,
                    one.installed_at,
                )
                for one in seats
            ),
            uses(session, lot_id=lot_id),
            tuple(LotHold(one.id, one.reason, one.placed_by, one.placed_at) for one in holds),
        )


def _level(row: Any, today: date) -> LotLevel:
    summary = LotSummary(
        row.id,
        row.maker,
        row.part,
        row.lot,
        row.quantity,
        row.unit,
        row.supplier,
        row.date_code,
        row.country_of_origin,
        row.simulated,
        row.received_at,
    )
    days = None if row.expires is None else (row.expires - today).days
    overdrawn = row.used > row.quantity * (1 + ROUNDING)
    return LotLevel(
        summary,
        row.used,
        row.quantity - row.used,
        overdrawn,
        row.expires,
        days is not None and days < 0,
        days,
    )


def _expires_within(level: LotLevel, days: int) -> bool:
    used_up = level.left <= level.lot.quantity * ROUNDING
    return not used_up and level.expires_in_days is not None and level.expires_in_days <= days


def _delivery(row: Any) -> Delivery:
    return Delivery(
        row.id,
        row.received_at,
        row.quantity,
        row.supplier,
        row.date_code,
        row.country_of_origin,
        row.expires,
        row.unit_cost,
        row.currency,
        row.source,
        row.simulated,
    )
