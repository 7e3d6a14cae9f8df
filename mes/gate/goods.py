"""What stands against handling a unit as goods: it is away, in a container, or its results are not proven.

Whether a unit is away or in a container stands in its own row, so most decisions ask nothing here. What is asked only
before a unit is packed or shipped is asked of everything inside it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, or_, select

from mes.gate.contents import identities
from mes.ledger import Site
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.goods import Packing, UnitShipment
from mes.models.test_run import GateDecision, TestRun
from mes.models.unit import Unit
from mes.projection.working_set import UnitEntry
from mes.records import NO_DECISION, GateRequest, UnitIdentity
from mes.vocabulary import GateAct, SiteKind

_UNIT, _RUN, _DECISION = table_of(Unit), table_of(TestRun), table_of(GateDecision)
_SHIPMENT, _PACKING = table_of(UnitShipment), table_of(Packing)
_AWAY = Lookup(select(_SHIPMENT), _SHIPMENT.c.id)
_UNPROVEN = Lookup(
    select(_RUN.c.id, _RUN.c.unit_id, _RUN.c.simulated, _DECISION.c.allowed)
    .outerjoin(_DECISION, _DECISION.c.id == _RUN.c.gate_id)
    .where(
        _RUN.c.voided_by.is_(None),
        # What was run before there was a gate is history, and no gate was passed by.
        _RUN.c.gate_id != NO_DECISION,
        or_(_DECISION.c.id.is_(None), _DECISION.c.allowed.is_(False), _RUN.c.simulated),
    ),
    _RUN.c.unit_id,
)
_SIMULATED = Lookup(
    select(_UNIT.c.maker, _UNIT.c.part, _UNIT.c.serial).where(_UNIT.c.simulated).order_by(_UNIT.c.part, _UNIT.c.serial),
    _UNIT.c.id,
)
_later = _PACKING.alias("later")
_DISPLACED = (
    select(_PACKING.c.id, _PACKING.c.container, _PACKING.c.unit_id, _later.c.container.label("later"))
    .join(_later, _later.c.id == _PACKING.c.displaced_by)
    .where(_later.c.unpacked_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Away:
    """A unit that was shipped and has not come back."""

    unit: UnitIdentity
    customer: str
    delivery_note: str | None
    shipped_at: datetime
    record_id: UUID


@dataclass(frozen=True, slots=True)
class Displaced:
    """A packing of the unit that another one contradicts: nobody took it out of this container."""

    record_id: UUID
    container: str


@dataclass(frozen=True, slots=True)
class GoodsFacts:
    """Where the unit and its components are, and, before packing and shipping, which results prove nothing.

    `unproven` says of runs of the unit and of everything inside it why they give no shipping status; `doubted` are the
    units that have such runs.
    """

    away: tuple[Away, ...] = ()
    displaced: tuple[Displaced, ...] = ()
    unproven: Mapping[UUID, str] = field(default_factory=dict)
    doubted: frozenset[UUID] = frozenset()
    simulated_inside: tuple[UnitIdentity, ...] = ()


def read_goods(
    connection: Connection,
    site: Site,
    request: GateRequest,
    asked: Collection[UnitEntry],
    contents: Collection[UUID],
) -> GoodsFacts:
    """The facts about these units, which have these contents, themselves included."""
    gone = {entry.shipment_id: entry for entry in asked if entry.shipment_id is not None}
    away = [
        Away(_named(gone[row.id]), row.customer, row.delivery_note, row.shipped_at, row.id)
        for row in _AWAY.rows(connection, gone)
    ]
    away.sort(key=lambda one: str(one.unit))
    if request.act is GateAct.WORK:
        return GoodsFacts(tuple(away))
    real = site.kind is SiteKind.REAL
    unproven: dict[UUID, str] = {}
    doubted: set[UUID] = set()
    for row in _UNPROVEN.rows(connection, contents):
        if row.allowed:
            if not real:
                continue
            unproven[row.id] = "is a simulated run"
        else:
            unproven[row.id] = "was had without the gate's decision"
        doubted.add(row.unit_id)
    inside = _SIMULATED.rows(connection, contents) if real else ()
    return GoodsFacts(
        tuple(away),
        _displaced(connection, asked),
        unproven,
        frozenset(doubted),
        tuple(UnitIdentity(maker=row.maker, part=row.part, serial=row.serial) for row in inside),
    )


def _displaced(connection: Connection, asked: Collection[UnitEntry]) -> tuple[Displaced, ...]:
    packed = [entry.id for entry in asked if entry.container is not None]
    if not packed:
        return ()
    rows = connection.execute(_DISPLACED.where(_PACKING.c.unit_id.in_(packed)).order_by(_PACKING.c.id))
    return tuple(Displaced(row.id, row.container) for row in rows)


def every_displaced(connection: Connection) -> tuple[tuple[UnitIdentity, Displaced, str], ...]:
    """Every unit that is in a container (the last) without having been taken out of the one before."""
    rows = connection.execute(_DISPLACED.where(_PACKING.c.unit_id.is_not(None)).order_by(_PACKING.c.id)).all()
    names = identities(connection, {row.unit_id for row in rows})
    return tuple((names[row.unit_id], Displaced(row.id, row.container), row.later) for row in rows)


def _named(entry: UnitEntry) -> UnitIdentity:
    maker, part, serial = entry.key
    return UnitIdentity(maker=maker, part=part, serial=serial)
