"""What units' own memories said that cannot be: another serial number, or a MAC address that another unit has.

It stands until the run is voided, or until somebody has decided about the unit by a disposition other than scrap.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, or_, select

from mes.gate.contents import identities
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.numbering import AllocatedNumber, Allocation, ReadBack
from mes.models.rework import Disposition
from mes.models.test_run import TestRun
from mes.models.unit import Unit
from mes.records import UnitIdentity
from mes.vocabulary import DispositionKind


@dataclass(frozen=True, slots=True)
class Mistold:
    """A unit whose memory told `value` (`tells`: serial or mac), and who owns that, as far as anybody is known to."""

    unit: UnitIdentity
    tells: str
    value: str
    owners: tuple[str, ...]
    evidence: tuple[str, ...]

    def __str__(self) -> str:
        if self.tells == "mac":
            return f"{self.unit} has MAC {self.value}, and so has {' and '.join(self.owners)}"
        says = f"says serial {self.value}" if self.value else "says no serial number"
        owned = f", which is {' and '.join(self.owners)}: a copied memory, or exchanged labels" if self.owners else ""
        return f"the memory of {self.unit} {says}{owned}"


def mistold(connection: Connection, contents: Collection[UUID]) -> tuple[Mistold, ...]:
    """What the memories of these units said that cannot be; nearly always nothing, which is one statement."""
    return _told(connection, _MISTOLD.rows(connection, contents))


def mistellers(connection: Connection, contents: Collection[UUID]) -> frozenset[UUID]:
    """Those of these units whose memories said what cannot be."""
    return frozenset(row.unit_id for row in _MISTOLD.rows(connection, contents))


def every_mistold(connection: Connection) -> tuple[Mistold, ...]:
    """The same of every unit there is."""
    return _told(connection, connection.execute(_STATEMENT))


def _told(connection: Connection, rows: Iterable[Any]) -> tuple[Mistold, ...]:
    found: dict[tuple[Any, str, str], list[str]] = defaultdict(list)
    for row in rows:
        found[row.unit_id, row.tells, row.value].append(f"test_run {row.run_id}")
    if not found:
        return ()
    names = identities(connection, {unit_id for unit_id, _, _ in found})
    answers = []
    for (unit_id, tells, value), runs in found.items():
        owners = _owners(connection, names[unit_id], unit_id, tells, value)
        answers.append(Mistold(names[unit_id], tells, value, owners, tuple(sorted(runs))))
    return tuple(sorted(answers, key=lambda one: (str(one.unit), one.tells, one.value)))


def _owners(connection: Connection, told_by: UnitIdentity, unit_id: Any, tells: str, value: str) -> tuple[str, ...]:
    """Whose number this is: of a serial number registered units, those of the same part before others."""
    if tells == "serial":
        rows = connection.execute(select(_UNIT).where(_UNIT.c.serial == value, _UNIT.c.id != unit_id)).all()
        units = [UnitIdentity(maker=row.maker, part=row.part, serial=row.serial) for row in rows]
        same = [unit for unit in units if (unit.maker, unit.part) == (told_by.maker, told_by.part)]
        return tuple(sorted(map(str, same or units)))
    others = {
        row.unit_id for row in connection.execute(_ANOTHER.where(_OTHER.c.value == value, _OTHER.c.unit_id != unit_id))
    }
    owners = {str(unit) for unit in identities(connection, others).values()}
    for row in connection.execute(_GIVEN.where(_NUMBER.c.number == value)):
        owner = UnitIdentity(maker=row.unit_maker, part=row.unit_part, serial=row.unit_serial)
        owners |= {f"{owner} (allocation {row.id})"} if owner != told_by else set()
    return tuple(sorted(owners))


_UNIT, _RUN, _DISPOSITION = table_of(Unit), table_of(TestRun), table_of(Disposition)
_ALLOCATION, _NUMBER = table_of(Allocation), table_of(AllocatedNumber)
_READ = table_of(ReadBack).alias("told")
_OTHER = table_of(ReadBack).alias("told_by_another")


def _standing(read: Any, run: Any) -> Any:
    """That a run counts and nobody has decided about its unit since."""
    decided = select(_DISPOSITION.c.id).where(
        _DISPOSITION.c.unit_id == read.c.unit_id,
        _DISPOSITION.c.voided_by.is_(None),
        _DISPOSITION.c.disposition != DispositionKind.SCRAP.value,
        _DISPOSITION.c.made_at > read.c.read_at,
    )
    return and_(run.c.voided_by.is_(None), ~decided.exists())


_OTHER_RUN = _RUN.alias("run_of_another")
_ANOTHER = (
    select(_OTHER.c.unit_id)
    .join(_OTHER_RUN, _OTHER_RUN.c.id == _OTHER.c.run_id)
    .where(_OTHER.c.tells == "mac", _standing(_OTHER, _OTHER_RUN))
)
_GIVEN = (
    select(_ALLOCATION)
    .join(_NUMBER, _NUMBER.c.allocation_id == _ALLOCATION.c.id)
    .where(_NUMBER.c.scope == "mac", _ALLOCATION.c.voided_by.is_(None), _ALLOCATION.c.unit_serial.is_not(None))
)
_TO_ANOTHER = _GIVEN.where(
    _NUMBER.c.number == _READ.c.value,
    or_(
        _ALLOCATION.c.unit_serial != _UNIT.c.serial,
        _ALLOCATION.c.unit_part != _UNIT.c.part,
        _ALLOCATION.c.unit_maker != _UNIT.c.maker,
    ),
)
_STATEMENT: Select[Any] = (
    select(_READ.c.unit_id, _READ.c.tells, _READ.c.value, _READ.c.run_id)
    .join(_RUN, _RUN.c.id == _READ.c.run_id)
    .join(_UNIT, _UNIT.c.id == _READ.c.unit_id)
    .where(
        _standing(_READ, _RUN),
        or_(
            _READ.c.tells == "serial",
            _ANOTHER.where(_OTHER.c.value == _READ.c.value, _OTHER.c.unit_id != _READ.c.unit_id).exists(),
            _TO_ANOTHER.exists(),
        ),
    )
)
_MISTOLD = Lookup(_STATEMENT, _READ.c.unit_id)
