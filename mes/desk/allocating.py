"""Gives out serial numbers and MAC addresses, each once: facts, numbers and record in one transaction of the writer.

The record's id is the request's, so that a request whose answer was lost can be made again and gets the same numbers.
What was given out counts for ever, voided or not: it may stand on a label.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, func, select

from mes.command_line import CommandError, Exit
from mes.definitions.document import range_digest, range_key, range_name
from mes.definitions.faults import near
from mes.definitions.known import read_ranges
from mes.desk.acts import Desk
from mes.labels.mac_address import write_mac
from mes.labels.serial_format import week_of
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.journal import JournalRow
from mes.models.numbering import Allocation
from mes.models.unit import Unit
from mes.projection.numbering import scope_of, taken
from mes.records import MacRange, NumbersAllocated, SerialRange, UnitIdentity, parse_record
from mes.vocabulary import Numbering

MOST = 10_000
"""Numbers that are given out at once; more of them would be one record too large to be read."""

_ALLOCATION, _UNIT, _JOURNAL = table_of(Allocation), table_of(Unit), table_of(JournalRow)
_REGISTERED = Lookup(select(_UNIT.c.maker, _UNIT.c.part, _UNIT.c.serial), _UNIT.c.serial)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: so many numbers of a part or range; the addresses perhaps for one unit."""

    numbering: Numbering
    name: str
    count: int
    unit: UnitIdentity | None = None


@dataclass(frozen=True, slots=True)
class Allocated:
    """What was given out, in order; `repeated` says that this request had been answered before.

    `left` is how many the range still has (of MAC addresses: for how many units), `low` whether that is fewer than it
    should have.
    """

    record: NumbersAllocated
    repeated: bool
    left: int
    low: bool


def allocate(desk: Desk, wanted: Wanted, by: str, request: UUID | None = None) -> Allocated:
    """Give out numbers. Raises `CommandError` for what cannot be had, and then nothing was given out."""
    noun = f"{wanted.count} {'serial numbers' if wanted.numbering is Numbering.SERIAL else 'MAC addresses'}"
    with desk.act() as act:
        connection = act.connection
        numbers = _range(connection, wanted)
        again = None if request is None else _answered(connection, request, wanted)
        if again is not None:
            left = numbers.end - _next(connection, wanted, numbers, again.series)
            return Allocated(again, True, left, left < numbers.warn_left)
        if wanted.count < 1:
            raise CommandError(f"allocate {wanted.name}: {wanted.count} numbers are none; ask for one at least")
        each = numbers.each if isinstance(numbers, MacRange) else 1
        if wanted.count * each > MOST:
            raise CommandError(
                f"allocate {wanted.name}: {noun} at once are too many; ask for {MOST // each} at most, and again"
            )
        week = week_of(act.at) if isinstance(numbers, SerialRange) and numbers.date_code else ""
        series = week if isinstance(numbers, SerialRange) and numbers.weekly else ""
        first = _next(connection, wanted, numbers, series)
        left = max(0, numbers.end - first)
        if left < wanted.count:
            within = f" in week {series}" if series else ""
            raise CommandError(
                f"allocate {wanted.name}: {noun} are asked for, and {left} are left{within}; nothing was given out\n"
                f"ask for {left or 'none'}, or load a larger range of {range_name(numbers)}",
                Exit.NO,
            )
        written = _written(numbers, first, wanted.count, week)
        maker = range_key(numbers)[1]
        _refuse_taken(connection, wanted, maker, written)
        _refuse_second(connection, wanted)
        envelope = act.envelope()
        record = NumbersAllocated(
            **(envelope | ({} if request is None else {"id": request})),
            numbering=wanted.numbering,
            name=wanted.name,
            maker=maker,
            digest=range_digest(numbers),
            series=series,
            first=first,
            count=wanted.count,
            numbers=written,
            unit=wanted.unit,
            allocated_by=by,
        )
        act.write([record])
        left -= wanted.count
        return Allocated(record, False, left, left < numbers.warn_left)


def _range(connection: Connection, wanted: Wanted) -> SerialRange | MacRange:
    """The range in force. Raises `CommandError` when there is none."""
    ranges = read_ranges(connection)
    found = [one for (kind, _, name), one in ranges.items() if (kind, name) == (wanted.numbering, wanted.name)]
    if len(found) == 1:
        return found[0]
    table = "serial_range" if wanted.numbering is Numbering.SERIAL else "mac_range"
    if found:
        raise CommandError(f"allocate {wanted.name}: {len(found)} makers have a range for this part; keep one")
    names = [name for kind, _, name in ranges if kind is wanted.numbering]
    raise CommandError(f"allocate {wanted.name}: no such range; {near(wanted.name, names)}\nload one as [[{table}]]")


def _answered(connection: Connection, request: UUID, wanted: Wanted) -> NumbersAllocated | None:
    """What this request got before. Raises `CommandError` when its id stands for something else."""
    body = connection.execute(select(_JOURNAL.c.body).where(_JOURNAL.c.record_id == request)).scalar_one_or_none()
    if body is None:
        return None
    record = parse_record(body)
    if isinstance(record, NumbersAllocated):
        if Wanted(record.numbering, record.name, record.count, record.unit) == wanted:
            return record
        asked = f"{record.count} of {record.name}" + (f" for {record.unit}" if record.unit else "")
    else:
        asked = f"a {record.kind} record"
    raise CommandError(f"allocate {wanted.name}: request {request} was {asked}; give every request an id of its own")


def _next(connection: Connection, wanted: Wanted, numbers: SerialRange | MacRange, series: str) -> int:
    """The count after everything that was given out, voided or not."""
    begin = numbers.first if isinstance(numbers, SerialRange) else 0
    used = connection.execute(
        select(func.max(_ALLOCATION.c.first + _ALLOCATION.c.count)).where(
            _ALLOCATION.c.name == wanted.name,
            _ALLOCATION.c.series == series,
            _ALLOCATION.c.numbering == wanted.numbering.value,
        )
    ).scalar_one()
    return max(begin, used or 0)


def _written(numbers: SerialRange | MacRange, first: int, count: int, week: str) -> tuple[str, ...]:
    if isinstance(numbers, SerialRange):
        return tuple(numbers.form.write(n, week) for n in range(first, first + count))
    start = numbers.start + first * numbers.each
    return tuple(write_mac(address) for address in range(start, start + count * numbers.each))


def _refuse_taken(connection: Connection, wanted: Wanted, maker: str, written: tuple[str, ...]) -> None:
    """Raise `CommandError` for numbers that exist already, given out by another range or put on a unit without us."""
    double = taken(connection, scope_of(wanted.numbering, maker, wanted.name), written)
    if wanted.numbering is Numbering.SERIAL:
        rows = _REGISTERED.rows(connection, written)
        double |= {row.serial for row in rows if (row.maker, row.part) == (maker, wanted.name)}
    if double:
        named = ", ".join(sorted(double)[:3])
        raise CommandError(
            f"allocate {wanted.name}: {len(double)} of these numbers exist already, as {named}; nothing was given out\n"
            "load the range with a first number behind them",
            Exit.NO,
        )


def _refuse_second(connection: Connection, wanted: Wanted) -> None:
    """Raise `CommandError` when the unit has addresses of this range already."""
    if wanted.unit is None:
        return
    held = connection.execute(
        select(_ALLOCATION.c.id).where(
            _ALLOCATION.c.unit_serial == wanted.unit.serial,
            _ALLOCATION.c.unit_part == wanted.unit.part,
            _ALLOCATION.c.unit_maker == wanted.unit.maker,
            _ALLOCATION.c.numbering == wanted.numbering.value,
            _ALLOCATION.c.name == wanted.name,
            _ALLOCATION.c.voided_by.is_(None),
        )
    ).scalar()
    if held is not None:
        raise CommandError(
            f"allocate {wanted.name}: {wanted.unit} has its own already (allocation {held}); nothing was given out\n"
            f"see them by `mes allocations --unit {wanted.unit.serial}`, or void that allocation first",
            Exit.NO,
        )
