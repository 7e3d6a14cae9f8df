"""What a gate decision is about: the units asked for, everything inside them now, and how they came to be there."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.unit import Installation, Unit
from mes.records import UnitIdentity

_INSTALLATION, _UNIT = table_of(Installation), table_of(Unit)
_INNER = Lookup(
    select(_INSTALLATION.c.child_id, _INSTALLATION.c.parent_id).where(
        _INSTALLATION.c.removed_at.is_(None), _INSTALLATION.c.child_id.is_not(None)
    ),
    _INSTALLATION.c.parent_id,
)
_SEATS = Lookup(
    select(_INSTALLATION.c.id, _INSTALLATION.c.child_id, _INSTALLATION.c.parent_id, _INSTALLATION.c.position).where(
        _INSTALLATION.c.removed_at.is_(None)
    ),
    _INSTALLATION.c.child_id,
)
_IDENTITIES = Lookup(select(_UNIT.c.id, _UNIT.c.maker, _UNIT.c.part, _UNIT.c.serial), _UNIT.c.id)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A unit that the records put into two places at once."""

    unit: UnitIdentity
    places: tuple[str, ...]
    evidence: tuple[str, ...]


def inside(connection: Connection, ids: Iterable[UUID]) -> frozenset[UUID]:
    """These units and every unit inside them now, level by level; a stored loop ends the walk."""
    found = set(ids)
    level: Collection[UUID] = found
    while level:
        level = {row.child_id for row in _INNER.rows(connection, level)} - found
        found |= level
    return frozenset(found)


def identities(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UnitIdentity]:
    """Who these units are."""
    rows = _IDENTITIES.rows(connection, ids)
    return {row.id: UnitIdentity(maker=row.maker, part=row.part, serial=row.serial) for row in rows}


def doubled(connection: Connection, contents: Collection[UUID]) -> frozenset[UUID]:
    """Those of these units that sit in two places at once."""
    taken = Counter(row.child_id for row in _SEATS.rows(connection, contents))
    return frozenset(child for child, seats in taken.items() if seats > 1)


def contradictions(connection: Connection, contents: Collection[UUID]) -> tuple[Contradiction, ...]:
    """The units among these that sit in two places at once, because two stations bound them while apart."""
    seats: dict[UUID, list[tuple[UUID, UUID, str]]] = {}
    for row in _SEATS.rows(connection, contents):
        seats.setdefault(row.child_id, []).append((row.id, row.parent_id, row.position))
    doubled = {child: sorted(taken) for child, taken in seats.items() if len(taken) > 1}
    if not doubled:
        return ()
    parents = {parent for taken in doubled.values() for _, parent, _ in taken}
    names = identities(connection, doubled.keys() | parents)
    return tuple(
        Contradiction(
            names[child],
            tuple(f"{names[parent]} at {position}" for _, parent, position in taken),
            tuple(f"installation {id_}" for id_, _, _ in taken),
        )
        for child, taken in sorted(doubled.items())
    )
