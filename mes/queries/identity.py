"""Units and lots found by what people scan: a serial or lot number that may belong to several parts.

The identity of a unit is (maker, part, serial), so a serial alone is a question with any number of answers;
who asks decides what to do with two of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, bindparam, or_
from sqlalchemy import select as core_select
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from mes.lookup import Prepared
from mes.models import table_of
from mes.models.product import Plan
from mes.models.unit import Lot, Unit
from mes.queries.snapshot import snapshot
from mes.vocabulary import OWN_MAKER, UnitState


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """One serialised piece (ISA-95 material sublot of one) and where it stands."""

    id: UUID
    maker: str
    part: str
    serial: str
    revision: str
    state: UnitState
    simulated: bool
    registered_at: datetime
    source: str

    def __str__(self) -> str:
        return f"{self.part} {self.serial}" if self.maker == OWN_MAKER else f"{self.maker} {self.part} {self.serial}"


@dataclass(frozen=True, slots=True)
class LotSummary:
    """One lot of material (ISA-95 material lot) as received."""

    id: UUID
    maker: str
    part: str
    lot: str
    quantity: float
    unit: str
    supplier: str
    date_code: str | None
    country_of_origin: str | None
    simulated: bool
    received_at: datetime

    def __str__(self) -> str:
        return f"{self.maker} {self.part} lot {self.lot}"


UNIT_COLUMNS = (
    col(Unit.id),
    col(Unit.maker),
    col(Unit.part),
    col(Unit.serial),
    col(Unit.revision),
    col(Unit.state),
    col(Unit.simulated),
    col(Unit.registered_at),
    col(Unit.source),
)
"""What `unit_of_columns` takes, in its order."""


_COLUMNS: tuple[Any, ...] = UNIT_COLUMNS
_NAMES: tuple[tuple[str, ...], ...] = (
    ("serial",),
    ("serial", "part"),
    ("serial", "maker"),
    ("serial", "part", "maker"),
)
_UNITS = {
    named: Prepared(
        core_select(*_COLUMNS)
        .where(*(table_of(Unit).c[name] == bindparam(name) for name in named))
        .order_by(col(Unit.maker), col(Unit.part))
    )
    for named in _NAMES
}


def unit_of_columns(columns: Sequence[Any]) -> UnitSummary:
    """The summary in a selected row that begins with `UNIT_COLUMNS`."""
    id_, maker, part, serial, revision, state, simulated, registered_at, source = columns
    return UnitSummary(id_, maker, part, serial, revision, UnitState(state), simulated, registered_at, source)


def unit_summary(unit: Unit) -> UnitSummary:
    """The frozen form of a unit's row."""
    return UnitSummary(
        unit.id,
        unit.maker,
        unit.part,
        unit.serial,
        unit.revision,
        UnitState(unit.state),
        unit.simulated,
        unit.registered_at,
        unit.source,
    )


def lot_summary(lot: Lot) -> LotSummary:
    """The frozen form of a lot's row."""
    return LotSummary(
        lot.id,
        lot.maker,
        lot.part,
        lot.lot,
        lot.quantity,
        lot.unit,
        lot.supplier,
        lot.date_code,
        lot.country_of_origin,
        lot.simulated,
        lot.received_at,
    )


def find_units(
    engine: Engine, serial: str, *, part: str | None = None, maker: str | None = None
) -> tuple[UnitSummary, ...]:
    """Every unit with this serial number, ordered by maker and part; narrowed by part and maker where given."""
    if not storable(serial, part, maker):
        return ()
    asked = {"serial": serial, "part": part, "maker": maker}
    named = {name: value for name, value in asked.items() if value is not None}
    with snapshot(engine) as session:
        return tuple(map(unit_of_columns, _UNITS[tuple(named)].rows(session.connection(), **named)))


def find_lots(engine: Engine, lot: str, *, part: str | None = None, maker: str | None = None) -> tuple[LotSummary, ...]:
    """Every lot with this number, ordered by maker and part; narrowed by part and maker where given."""
    if not storable(lot, part, maker):
        return ()
    found = select(Lot).where(col(Lot.lot) == lot)
    if part is not None:
        found = found.where(col(Lot.part) == part)
    if maker is not None:
        found = found.where(col(Lot.maker) == maker)
    with snapshot(engine) as session:
        return tuple(lot_summary(row) for row in session.exec(found.order_by(col(Lot.maker), col(Lot.part))))


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """One plan revision."""

    digest: str
    name: str
    revision: str


def find_plans(engine: Engine, named: str) -> tuple[PlanSummary, ...]:
    """Every plan of this name, or whose digest begins with these characters (eight or more), by name and digest."""
    if not storable(named):
        return ()
    meant: ColumnElement[bool] = col(Plan.name) == named
    if len(named) >= 8:
        meant = or_(meant, col(Plan.digest).startswith(named, autoescape=True))
    with snapshot(engine) as session:
        rows = session.exec(select(Plan).where(meant).order_by(col(Plan.name), col(Plan.digest)))
        return tuple(PlanSummary(row.digest, row.name, row.revision) for row in rows)


def similar_serials(engine: Engine, serial: str, *, limit: int = 5) -> tuple[str, ...]:
    """Up to `limit` known serial numbers that share the longest beginning with this one; none share nothing."""
    return _longest_beginning(engine, col(Unit.serial), serial, limit)


def similar_lots(engine: Engine, lot: str, *, limit: int = 5) -> tuple[str, ...]:
    """Up to `limit` known lot numbers that share the longest beginning with this one; none share nothing."""
    return _longest_beginning(engine, col(Lot.lot), lot, limit)


def _longest_beginning(engine: Engine, column: Mapped[str], number: str, limit: int) -> tuple[str, ...]:
    if not storable(number):
        return ()
    with snapshot(engine) as session:

        def known(beginning: str, count: int) -> tuple[str, ...]:
            matches = column.startswith(beginning, autoescape=True)
            return tuple(session.scalars(core_select(column).where(matches).distinct().order_by(column).limit(count)))

        # Whether anything begins with a prefix can only turn from yes to no as the prefix grows: bisect, so that a
        # mistyped number costs seven probes and not one per character.
        shared, beyond = 0, len(number) + 1
        while beyond - shared > 1:
            length = (shared + beyond) // 2
            if known(number[:length], 1):
                shared = length
            else:
                beyond = length
        return known(number[:shared], limit) if shared else ()


def storable(*words: str | None) -> bool:
    """Whether a database can hold these texts at all: no NUL (PostgreSQL), no lone surrogate (UTF-8)."""
    given = "".join(word for word in words if word is not None)
    return "\0" not in given and not any("\ud800" <= character <= "\udfff" for character in given)
