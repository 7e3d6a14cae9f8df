"""Where a unit stands with its definition: its revision, what the definition asks, and what its positions hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, select

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.product import Material
from mes.models.unit import Unit
from mes.projection.history import Definition, Link, RouteStep
from mes.projection.working_set import PartKey, UnitEntry, WorkingSet

_UNIT, _MATERIAL = table_of(Unit), table_of(Material)
_REVISIONS = Lookup(select(_UNIT.c.id, _UNIT.c.maker, _UNIT.c.part, _UNIT.c.revision), _UNIT.c.id)
_CHANGES = Lookup(select(_MATERIAL.c.maker, _MATERIAL.c.part, _MATERIAL.c.supersedes), _MATERIAL.c.part)


@dataclass(frozen=True, slots=True)
class Standing:
    """The definition that governs a unit; of an unregistered unit the current one of its part.

    `released` are the revisions of its part, `superseded_by` the one whose engineering change stopped its own, and
    `held` the quantity that each position holds now.
    """

    revision: str
    definition: Definition
    released: tuple[str, ...] = ()
    superseded_by: str | None = None
    held: Mapping[str, float] = field(default_factory=dict)

    def step(self, operation: str) -> RouteStep | None:
        """The operation on the route, or None when it is not on it."""
        return next((step for step in self.definition.route if step.operation == operation), None)


def superseded(connection: Connection, units: Collection[UUID]) -> frozenset[UUID]:
    """Those of these units whose revision an engineering change has stopped."""
    found = list(_REVISIONS.rows(connection, units))
    stopped = {
        (row.maker, row.part, revision)
        for row in _CHANGES.rows(connection, {row.part for row in found})
        for revision in row.supersedes
    }
    return frozenset(row.id for row in found if (row.maker, row.part, row.revision) in stopped)


def standing(work: WorkingSet, part: PartKey, unit: UnitEntry | None, links: list[Link]) -> Standing | None:
    """The standing of a unit of this part; None for a part of which nothing is released."""
    newest = work.newest(part)
    if newest is None:
        return None
    revision = newest.revision if unit is None else unit.revision
    governing = work.newest(part, revision)
    released = work.definitions[part].values()
    # Of several changes that stopped a revision the newest says what follows it.
    changes = [entry for entry in released if revision in entry.definition.supersedes]
    held: dict[str, float] = {}
    for link in links:
        if link.removed_at is None:
            held[link.place.position] = held.get(link.place.position, 0.0) + link.quantity
    return Standing(
        revision,
        governing.definition if governing else Definition(),
        tuple(sorted({entry.revision for entry in released})),
        max(changes, key=lambda entry: entry.order).revision if changes else None,
        held,
    )
