"""Numbers given out, and what the ranges still have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, func, select

from mes.definitions.document import range_key
from mes.definitions.known import read_ranges
from mes.labels.mac_address import read_mac, write_mac
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.numbering import AllocatedNumber, Allocation
from mes.models.unit import Unit
from mes.queries.snapshot import snapshot
from mes.records import SerialRange
from mes.vocabulary import Numbering

_ALLOCATION, _NUMBER, _UNIT = table_of(Allocation), table_of(AllocatedNumber), table_of(Unit)


@dataclass(frozen=True, slots=True)
class AllocationSummary:
    """Numbers given out at once; `used` counts those that are the serial number of a registered unit."""

    request: UUID
    numbering: Numbering
    name: str
    series: str
    count: int
    numbers: tuple[str, ...]
    used: int | None
    """None for MAC addresses."""
    unit: str | None
    allocated_by: str
    allocated_at: datetime
    simulated: bool
    void: bool


@dataclass(frozen=True, slots=True)
class RangeSummary:
    """A range in force. `given` and `left` are of the newest series (week) where the counter begins anew."""

    numbering: Numbering
    name: str
    series: str
    given: int
    left: int
    low: bool


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which allocations are asked for; what is None is not asked."""

    name: str | None = None
    unit: str | None = None
    """Serial number of the unit that addresses were given to."""
    number: str | None = None
    """A serial number or an address, in any spelling."""
    since: datetime | None = None
    until: datetime | None = None


def allocations(engine: Engine, narrowed: Narrowed) -> tuple[AllocationSummary, ...]:
    """The allocations, oldest first."""
    wanted = select(_ALLOCATION).order_by(_ALLOCATION.c.allocated_at, _ALLOCATION.c.id)
    if narrowed.name is not None:
        wanted = wanted.where(_ALLOCATION.c.name == narrowed.name)
    if narrowed.unit is not None:
        wanted = wanted.where(_ALLOCATION.c.unit_serial == narrowed.unit)
    if narrowed.since is not None:
        wanted = wanted.where(_ALLOCATION.c.allocated_at >= narrowed.since)
    if narrowed.until is not None:
        wanted = wanted.where(_ALLOCATION.c.allocated_at < narrowed.until)
    if narrowed.number is not None:
        meant = select(_NUMBER.c.allocation_id).where(_NUMBER.c.number.in_({narrowed.number, _as_mac(narrowed.number)}))
        wanted = wanted.where(_ALLOCATION.c.id.in_(meant))
    with snapshot(engine) as session:
        connection = session.connection()
        rows = connection.execute(wanted).all()
        numbers: dict[UUID, list[str]] = {}
        for row in _NUMBERS.rows(connection, [row.id for row in rows]):
            numbers.setdefault(row.allocation_id, []).append(row.number)
        used = {row.allocation_id: row.used for row in _USED.rows(connection, [row.id for row in rows])}
        return tuple(_summary(row, numbers[row.id], used.get(row.id, 0)) for row in rows)


def ranges(engine: Engine, name: str | None = None) -> tuple[RangeSummary, ...]:
    """The ranges in force, or the one of a name, serial numbers first."""
    with snapshot(engine) as session:
        connection = session.connection()
        found = []
        for numbers in read_ranges(connection).values():
            numbering, _, of = range_key(numbers)
            if name not in (None, of):
                continue
            series, reached = _reached(connection, numbering, of)
            begin = numbers.first if isinstance(numbers, SerialRange) else 0
            left = max(0, numbers.end - max(begin, reached))
            found.append(RangeSummary(numbering, of, series, max(0, reached - begin), left, left < numbers.warn_left))
        return tuple(sorted(found, key=lambda one: (one.numbering is Numbering.MAC, one.name)))


_NUMBERS = Lookup(
    select(_NUMBER.c.allocation_id, _NUMBER.c.number).order_by(_NUMBER.c.allocation_id, _NUMBER.c.place),
    _NUMBER.c.allocation_id,
)
_USED = Lookup(
    select(_NUMBER.c.allocation_id, func.count().label("used"))
    .join(_ALLOCATION, _ALLOCATION.c.id == _NUMBER.c.allocation_id)
    .join(
        _UNIT,
        and_(
            _UNIT.c.serial == _NUMBER.c.number,
            _UNIT.c.part == _ALLOCATION.c.name,
            _UNIT.c.maker == _ALLOCATION.c.maker,
        ),
    )
    .where(_ALLOCATION.c.numbering == Numbering.SERIAL.value)
    .group_by(_NUMBER.c.allocation_id),
    _NUMBER.c.allocation_id,
)


def _reached(connection: Connection, numbering: Numbering, name: str) -> tuple[str, int]:
    """The newest series of a range and the count that it reached; nothing was given out yet: no series and 0."""
    row = connection.execute(
        select(_ALLOCATION.c.series, func.max(_ALLOCATION.c.first + _ALLOCATION.c.count).label("reached"))
        .where(_ALLOCATION.c.name == name, _ALLOCATION.c.numbering == numbering.value)
        .group_by(_ALLOCATION.c.series)
        .order_by(_ALLOCATION.c.series.desc())
        .limit(1)
    ).one_or_none()
    return ("", 0) if row is None else (row.series, row.reached)


def _as_mac(number: str) -> str:
    """The number as addresses are written here, if it is one."""
    try:
        return write_mac(read_mac(number))
    except ValueError:
        return number


def _summary(row: Any, numbers: list[str], used: int) -> AllocationSummary:
    numbering = Numbering(row.numbering)
    unit = None if row.unit_serial is None else f"{row.unit_part} {row.unit_serial}"
    return AllocationSummary(
        row.id,
        numbering,
        row.name,
        row.series,
        row.count,
        tuple(numbers),
        used if numbering is Numbering.SERIAL else None,
        unit,
        row.allocated_by,
        row.allocated_at,
        row.simulated,
        row.voided_by is not None,
    )
