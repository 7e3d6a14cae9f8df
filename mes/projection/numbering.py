"""Numbers given out while a batch is folded: which of them were given out before, and which allocations there are."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, select, update

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.numbering import AllocatedNumber, Allocation
from mes.records import NumbersAllocated
from mes.vocabulary import Numbering

_ALLOCATION, _NUMBER = table_of(Allocation), table_of(AllocatedNumber)
_TAKEN = Lookup(select(_NUMBER.c.scope, _NUMBER.c.number), _NUMBER.c.number)
_ALLOCATIONS = Lookup(select(_ALLOCATION.c.id, _ALLOCATION.c.voided_by), _ALLOCATION.c.id)


def scope_of(numbering: Numbering, maker: str, name: str) -> str:
    """Within what a number must be the only one: the part of a serial number; of MAC addresses the world."""
    return "mac" if numbering is Numbering.MAC else f"{maker}/{name}"


def taken(connection: Connection, scope: str, numbers: Collection[str]) -> frozenset[str]:
    """Those of these numbers that were given out before."""
    return frozenset(row.number for row in _TAKEN.rows(connection, numbers) if row.scope == scope)


class NumberSet:
    """What a batch touches of numbers given out."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, str]] = set()
        """Numbers by scope, given out before or in this batch."""
        self.allocations: dict[UUID, UUID | None] = {}
        """The allocations that are named, and what voided each."""
        self.voided: dict[UUID, UUID] = {}
        """Those that this batch voids, and by which record."""

    def load(self, connection: Connection, numbers: Collection[str], allocations: Collection[UUID]) -> None:
        """Read which of these numbers are taken, and these allocations."""
        self.taken |= {(row.scope, row.number) for row in _TAKEN.rows(connection, numbers)}
        self.allocations |= {row.id: row.voided_by for row in _ALLOCATIONS.rows(connection, allocations)}

    def take(self, record: NumbersAllocated) -> str | None:
        """Take the numbers of a record; the first that is taken already, and then none is."""
        scope = scope_of(record.numbering, record.maker, record.name)
        keys = [(scope, number) for number in record.numbers]
        double = next((key for key in keys if key in self.taken or keys.count(key) > 1), None)
        if double is not None:
            return double[1]
        self.taken.update(keys)
        self.allocations[record.id] = None
        return None

    def write(self, connection: Connection) -> None:
        """Mark what was voided; new rows are inserted before."""
        for id_, by in self.voided.items():
            connection.execute(update(_ALLOCATION).where(_ALLOCATION.c.id == id_).values(voided_by=by))
