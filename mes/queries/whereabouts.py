"""Where units are now: at which place of the site, in which container, or with which customer.

A unit is where the one is that it sits in, up to the top; that one is where its outermost container is. A move counts
until the unit was taken out of a container or came back: after that nobody has said where it is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, union_all

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.goods import Packing, UnitMove, UnitReturn, UnitShipment
from mes.models.unit import Installation, Unit

_UNIT, _INSTALLATION, _PACKING = table_of(Unit), table_of(Installation), table_of(Packing)
_SHIPMENT, _RETURN, _MOVE = table_of(UnitShipment), table_of(UnitReturn), table_of(UnitMove)
_PARENTS = Lookup(
    select(_INSTALLATION.c.child_id, _INSTALLATION.c.parent_id)
    .where(_INSTALLATION.c.removed_at.is_(None))
    .order_by(_INSTALLATION.c.installed_at, _INSTALLATION.c.id),
    _INSTALLATION.c.child_id,
)
_PLACED = Lookup(select(_UNIT.c.id, _UNIT.c.container, _UNIT.c.shipment_id), _UNIT.c.id)
_OUTER = Lookup(
    select(_PACKING.c.inner, _PACKING.c.container).where(_PACKING.c.unpacked_at.is_(None)), _PACKING.c.inner
)
_SHIPMENTS = Lookup(select(_SHIPMENT), _SHIPMENT.c.id)
_MOVES = {
    name: Lookup(
        select(_MOVE.c[name].label("thing"), _MOVE.c.location, _MOVE.c.moved_at)
        .where(_MOVE.c.voided_by.is_(None))
        .order_by(_MOVE.c.moved_at, _MOVE.c.id),
        _MOVE.c[name],
    )
    for name in ("unit_id", "container")
}
_ends = union_all(
    select(_PACKING.c.unit_id, _PACKING.c.unpacked_at.label("at")).where(_PACKING.c.voided_by.is_(None)),
    select(_RETURN.c.unit_id, _RETURN.c.returned_at).where(_RETURN.c.voided_by.is_(None)),
).subquery("ends")
_LOST_SIGHT = Lookup(
    select(_ends.c.unit_id, func.max(_ends.c.at).label("at")).group_by(_ends.c.unit_id), _ends.c.unit_id
)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a unit is, as far as anybody said; `containers` from the one that it is in to the outermost.

    Away: `customer` and the papers of the shipment by which it, or what it sits in, left.
    """

    location: str | None = None
    containers: tuple[str, ...] = ()
    customer: str | None = None
    order_reference: str | None = None
    delivery_note: str | None = None
    shipment: UUID | None = None
    shipped_at: datetime | None = None

    def __str__(self) -> str:
        inside = f" in container {' in '.join(self.containers)}" if self.containers else ""
        if self.customer is not None:
            note = f", delivery note {self.delivery_note}" if self.delivery_note else ""
            return f"with {self.customer}{note}{inside}"
        return f"{self.location or 'nobody said where'}{inside}"


def whereabouts(connection: Connection, units: Collection[UUID]) -> dict[UUID, Whereabouts]:
    """Where each of these units is now, in a number of statements that grows with the depth and not with the count."""
    top = _tops(connection, units)
    placed: Mapping[UUID, Any] = {row.id: row for row in _PLACED.rows(connection, set(top.values()))}
    outer = _outer_containers(connection, {row.container for row in placed.values() if row.container is not None})
    gone = {row.shipment_id for row in placed.values() if row.shipment_id is not None}
    shipments = {row.id: row for row in _SHIPMENTS.rows(connection, gone)}
    last_seen = {row.unit_id: row.at for row in _LOST_SIGHT.rows(connection, placed)}
    moved = {row.thing: row for row in _MOVES["unit_id"].rows(connection, placed)}
    stored = {row.thing: row.location for row in _MOVES["container"].rows(connection, {*outer, *outer.values()})}
    answers: dict[UUID, Whereabouts] = {}
    for id_, row in placed.items():
        containers = _chain(row.container, outer)
        if (left := shipments.get(row.shipment_id)) is not None:
            papers = (left.customer, left.order_reference, left.delivery_note, left.shipment, left.shipped_at)
            answers[id_] = Whereabouts(None, containers, *papers)
            continue
        own, since = moved.get(id_), last_seen.get(id_)
        location = None if own is None or (since is not None and own.moved_at < since) else own.location
        known = [stored[name] for name in reversed(containers) if name in stored]
        answers[id_] = Whereabouts(known[0] if known else location, containers)
    return {id_: answers[top[id_]] for id_ in units}


def _tops(connection: Connection, units: Collection[UUID]) -> dict[UUID, UUID]:
    """The unit at the top of what each of these sits in; a stored loop ends the walk."""
    above: dict[UUID, UUID] = {}
    level = set(units)
    seen = set(level)
    while level:
        rows: Iterable[Any] = _PARENTS.rows(connection, level)
        found = {row.child_id: row.parent_id for row in rows}
        above |= found
        level = set(found.values()) - seen
        seen |= level
    answers = {}
    for id_ in units:
        at, passed = id_, {id_}
        while (holder := above.get(at)) is not None and holder not in passed:
            at = holder
            passed.add(at)
        answers[id_] = at
    return answers


def _outer_containers(connection: Connection, containers: Collection[str]) -> dict[str, str | None]:
    """What each of these containers is in, and what that is in, and so on; None for the outermost."""
    outer: dict[str, str | None] = dict.fromkeys(containers)
    level = set(containers)
    while level:
        found = {row.inner: row.container for row in _OUTER.rows(connection, level)}
        outer |= found
        level = set(found.values()) - outer.keys()
        outer |= dict.fromkeys(level)
    return outer


def _chain(container: str | None, outer: Mapping[str, str | None]) -> tuple[str, ...]:
    found: list[str] = []
    while container is not None and container not in found:
        found.append(container)
        container = outer.get(container)
    return tuple(found)
