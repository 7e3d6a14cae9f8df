"""Everything that ever happened to a unit, in the order in which it happened, and what it is part of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, bindparam, or_, select

from mes.genealogy import Component, assembly
from mes.lookup import Lookup, Prepared
from mes.models import table_of
from mes.models.test_run import GateDecision
from mes.models.unit import Installation, Lot, Removal, Unit
from mes.queries.deviations import deviations_used
from mes.queries.identity import UNIT_COLUMNS, UnitSummary, lot_summary, unit_of_columns
from mes.queries.naming import Alias, FormerName, aliases_of_unit, former_names
from mes.queries.rulings import Ruling, rulings_on
from mes.queries.runs import RunReport, runs_of_unit
from mes.queries.snapshot import InconsistentRow, UnknownUnit, snapshot
from mes.queries.whereabouts import Whereabouts, whereabouts
from mes.vocabulary import CollectionMode, GatePhase, LinkReason, Role
from mes.where_used import Use, uses


@dataclass(frozen=True, slots=True)
class Registration:
    """The unit's serial number came to life."""

    at: datetime
    source: str
    revision: str
    simulated: bool
    event: Literal["registered"] = "registered"


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """One rule that said no: what it saw, what unlocks it and who may."""

    rule: str
    message: str
    evidence: tuple[str, ...]
    unlock: str
    who: Role


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """May it be worked here? The gate's answer with every rule that refused."""

    at: datetime
    id: UUID
    operation: str
    station: str
    operator: str
    allowed: bool
    refusals: tuple[RefusalReason, ...]
    simulated: bool
    phase: GatePhase = GatePhase.BEFORE
    """When it was asked: before the work, when the run (`run`) had finished, or when one arrived unasked for."""
    run: UUID | None = None
    deviations: tuple[str, ...] = ()
    """The deviations without which it would have been refused, each with what it let pass."""
    event: Literal["gate"] = "gate"


ComponentEventName = Literal["component_installed", "component_removed", "installed_into", "removed_from"]


@dataclass(frozen=True, slots=True)
class ComponentEvent:
    """A component went in or came out: seen from its parent (component_…), or from the component itself.

    `counterpart` names the other side as people say it, `unit_id` or `lot_id` identify it.
    """

    at: datetime
    id: UUID
    event: ComponentEventName
    position: str
    counterpart: str
    unit_id: UUID | None
    lot_id: UUID | None
    quantity: float
    reason: LinkReason
    operation: str
    station: str
    operator: str
    collection: CollectionMode
    simulated: bool
    voided_by: UUID | None = None


TimelineEvent = Registration | GateAnswer | RunReport | ComponentEvent | Ruling


@dataclass(frozen=True, slots=True)
class UnitHistory:
    """A unit, what it sits in (nearest first, up to the rack), what it was built from, where it is, and its timeline.

    `aliases` is what customers call it, `formerly` what it was before it was converted.
    """

    unit: UnitSummary
    built_into: tuple[Use, ...]
    built_from: tuple[Component, ...]
    whereabouts: Whereabouts
    aliases: tuple[Alias, ...]
    formerly: tuple[FormerName, ...]
    timeline: tuple[TimelineEvent, ...]


_UNIT, _LOT, _GATE = table_of(Unit), table_of(Lot), table_of(GateDecision)
_COLUMNS: tuple[Any, ...] = UNIT_COLUMNS
_UNITS, _LOTS = Lookup(select(*_COLUMNS), _UNIT.c.id), Lookup(select(_LOT), _LOT.c.id)
_ANSWERS = Lookup(
    select(_GATE)
    .where(*(_GATE.c[name] == bindparam(name) for name in ("serial", "maker")))
    .order_by(_GATE.c.decided_at, _GATE.c.id),
    _GATE.c.part,
)


def _links(table: Table, at: str) -> Prepared:
    """The facts in which a unit, `unit_id`, is the parent or the child."""
    involved = or_(*(table.c[name] == bindparam("unit_id") for name in ("parent_id", "child_id")))
    return Prepared(select(table).where(involved).order_by(table.c[at], table.c.position, table.c.id))


_INSTALLED, _REMOVED = _links(table_of(Installation), "installed_at"), _links(table_of(Removal), "removed_at")


def unit_history(engine: Engine, unit_id: UUID) -> UnitHistory:
    """The history of a unit, oldest first, read in one transaction. Raises `UnknownUnit`."""
    with snapshot(engine) as session:
        connection = session.connection()
        rows = _UNITS.rows(connection, [unit_id])
        if not rows:
            raise UnknownUnit(f"no unit has the id {unit_id}")
        unit = unit_of_columns(rows[0])
        events: list[TimelineEvent] = [Registration(unit.registered_at, unit.source, unit.revision, unit.simulated)]
        formerly = former_names(connection, unit_id)
        events += _gate_answers(connection, unit, {unit.part, *(name.part for name in formerly)})
        events += runs_of_unit(connection, unit_id)
        events += _component_events(connection, unit_id)
        events += rulings_on(connection, unit, {e.id for e in events if isinstance(e, RunReport | ComponentEvent)})
        return UnitHistory(
            unit,
            tuple(use for use in uses(session, unit_id=unit_id) if use.inside),
            assembly(session, unit_id).components,
            whereabouts(connection, [unit_id])[unit_id],
            aliases_of_unit(connection, unit_id),
            formerly,
            tuple(sorted(events, key=_moment)),
        )


_SAME_INSTANT = ("registered", "gate", "run")
"""The order of facts with one time stamp: a serial exists before it is asked about, and is asked about before a run."""


def _moment(event: TimelineEvent) -> tuple[datetime, int]:
    if isinstance(event, GateAnswer) and event.phase is not GatePhase.BEFORE:
        return event.at, len(_SAME_INSTANT)
    rank = _SAME_INSTANT.index(event.event) if event.event in _SAME_INSTANT else len(_SAME_INSTANT)
    return event.at, rank


def _gate_answers(connection: Connection, unit: UnitSummary, parts: Collection[str]) -> list[GateAnswer]:
    # By identity, not by id: the gate is asked about serials that are not registered, and refuses them.
    rows = _ANSWERS.rows(connection, parts, serial=unit.serial, maker=unit.maker)
    uses = deviations_used(connection, unit) if rows else {}
    return [
        GateAnswer(
            row.decided_at,
            row.id,
            row.operation,
            row.station,
            row.operator,
            row.allowed,
            tuple(
                RefusalReason(r["rule"], r["message"], tuple(r["evidence"]), r["unlock"], Role(r["who"]))
                for r in row.refusals
            ),
            row.simulated,
            GatePhase(row.phase),
            row.run_id,
            uses.get(row.id, ()),
        )
        for row in rows
    ]


def _component_events(connection: Connection, unit_id: UUID) -> list[ComponentEvent]:
    links = _INSTALLED.rows(connection, unit_id=unit_id)
    # From the removals themselves and not from closed intervals: one whose installation has not arrived yet also
    # happened, and only they say who took the component out.
    removals = _REMOVED.rows(connection, unit_id=unit_id)
    facts = [*links, *removals]
    unit_ids = {fact.parent_id for fact in facts} | {fact.child_id for fact in facts} - {None}
    names = {unit.id: str(unit) for unit in map(unit_of_columns, _UNITS.rows(connection, unit_ids))}
    lot_ids = {fact.lot_id for fact in facts} - {None}
    names |= {lot.id: str(lot_summary(lot)) for lot in _LOTS.rows(connection, lot_ids)}
    return [
        *(_component_event(fact, unit_id, names, installed=True) for fact in links),
        *(_component_event(fact, unit_id, names, installed=False) for fact in removals),
    ]


def _component_event(fact: Any, unit_id: UUID, names: dict[UUID, str], *, installed: bool) -> ComponentEvent:
    from_above = fact.parent_id == unit_id
    other = (fact.child_id or fact.lot_id) if from_above else fact.parent_id
    if other is None:
        raise InconsistentRow(f"component fact {fact.id}: names neither child nor lot; run `mes rebuild`")
    event: ComponentEventName
    if installed:
        event, at = ("component_installed" if from_above else "installed_into"), fact.installed_at
    else:
        event, at = ("component_removed" if from_above else "removed_from"), fact.removed_at
    return ComponentEvent(
        at=at,
        id=fact.id,
        event=event,
        position=fact.position,
        counterpart=names[other],
        unit_id=fact.child_id if from_above else fact.parent_id,
        lot_id=fact.lot_id,
        quantity=fact.quantity,
        reason=LinkReason(fact.reason),
        operation=fact.operation,
        station=fact.station,
        operator=fact.operator,
        collection=CollectionMode(fact.collection),
        simulated=fact.simulated,
        voided_by=fact.voided_by,
    )
