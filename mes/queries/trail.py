"""The audit trail: who did what, when, why and with which signature, of a unit or around a hold, the gate included."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, bindparam, select

from mes.gate.contents import inside
from mes.gate.holds import caught_by
from mes.ledger import LedgerError
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.goods import UnitReturn, UnitShipment
from mes.models.hold import Hold, HoldExemption, HoldRelease
from mes.models.naming import UnitConversion
from mes.models.rework import Defect, Disposition, Repair, Robbery
from mes.models.test_run import GateDecision, TestRun
from mes.models.unit import Removal, Unit
from mes.queries.history import ComponentEvent, GateAnswer, Registration, TimelineEvent, unit_history
from mes.queries.holds import predicate_of
from mes.queries.rulings import Ruling
from mes.queries.snapshot import snapshot
from mes.records import UnitIdentity
from mes.vocabulary import GatePhase

_HOLD, _RELEASE, _EXEMPTION = table_of(Hold), table_of(HoldRelease), table_of(HoldExemption)
_DECISION, _RUN, _REMOVAL, _UNIT = table_of(GateDecision), table_of(TestRun), table_of(Removal), table_of(Unit)
_SERIALS = Lookup(select(_UNIT), _UNIT.c.serial)


def _since(table: Table, moment: str, unit: str = "unit_id", named: str | None = None) -> Lookup:
    """Units to which something happened since a moment: `unit` is looked up, `named` (it, if None) is found."""
    at = table.c[moment]
    found = table.c[named or unit].label("unit_id")
    return Lookup(select(found).where(at >= bindparam("since", type_=at.type)).distinct(), table.c[unit])


_HAPPENED = (
    _since(_RUN, "started_at"),
    _since(table_of(Defect), "found_at"),
    _since(table_of(Repair), "repaired_at"),
    _since(table_of(Disposition), "made_at"),
    _since(_REMOVAL, "removed_at", "parent_id"),
    _since(_REMOVAL, "removed_at", "child_id"),
    # What a caught unit was taken out of is part of the story.
    _since(_REMOVAL, "removed_at", "child_id", "parent_id"),
    _since(_EXEMPTION, "released_at"),
    _since(table_of(UnitShipment), "shipped_at"),
    _since(table_of(UnitReturn), "returned_at"),
    _since(table_of(UnitConversion), "converted_at"),
    _since(table_of(Robbery), "robbed_at", "donor_id"),
    _since(table_of(Robbery), "robbed_at", "recipient_id"),
)


class UnknownHold(LedgerError):
    """No hold has this id."""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One thing that was done: by whom (or which station), to what, why, and the record that says so.

    `signature` is what the signature means, empty where nobody signed; `void` says that it counts nowhere any more.
    """

    at: datetime
    who: str
    act: str
    on: str
    why: str
    signature: str
    record: UUID | None
    void: bool = False


def unit_trail(engine: Engine, unit_id: UUID, *, contents: bool = False) -> tuple[TrailEntry, ...]:
    """Everything that was done to a unit, oldest first; with `contents` to what is inside it now as well.

    Raises `UnknownUnit`.
    """
    ids: Collection[UUID] = {unit_id}
    if contents:
        with snapshot(engine) as session:
            ids = inside(session.connection(), ids)
    return _ordered(entry for id_ in ids for entry in _of_unit(engine, id_))


def hold_trail(engine: Engine, hold_id: UUID) -> tuple[TrailEntry, ...]:
    """What became of a hold: its placing, whom the gate refused under it, what was done to those units, its releases.

    Of the units' own histories only what people decided, changed or asked for since it was placed. Raises
    `UnknownHold`.
    """
    with snapshot(engine) as session:
        connection = session.connection()
        hold = connection.execute(select(_HOLD).where(_HOLD.c.id == hold_id)).one_or_none()
        if hold is None:
            raise UnknownHold(f"hold {hold_id}: there is none; `mes holds --all` lists them")
        refused = [row for row in _refused(connection, hold.placed_at) if _names(row, hold_id)]
        releases = connection.execute(select(_RELEASE).where(_RELEASE.c.hold_id == hold_id)).all()
        units = _units_met(connection, hold, refused)
    about = str(predicate_of(hold))
    entries = [TrailEntry(hold.placed_at, hold.placed_by, "hold placed", about, hold.reason, "", hold.id)]
    entries += [_release(row, about) for row in releases if row.whole]
    told = [entry for id_ in units for entry in _of_unit(engine, id_, since=hold.placed_at)]
    from_above = {entry.record for entry in told if entry.act.startswith("component ")}
    entries += [
        entry
        for entry in told
        # What two units were part of is told once, from the one on top.
        if not entry.act.startswith(("registered", "hold "))
        and (entry.record not in from_above or entry.act.startswith("component "))
    ]
    known = {entry.record for entry in entries}
    # Of units that are not registered, which have no history of their own.
    entries += [_gate(row) for row in refused if row.id not in known]
    return _ordered(entries)


def _refused(connection: Connection, since: datetime) -> Iterable[Any]:
    return connection.execute(
        select(_DECISION).where(_DECISION.c.allowed.is_(False), _DECISION.c.decided_at >= since)
    ).all()


def _names(row: Any, hold_id: UUID) -> bool:
    return any(f"hold {hold_id}" in refusal["evidence"] for refusal in row.refusals)


def _units_met(connection: Connection, hold: Any, refused: Collection[Any]) -> set[UUID]:
    """The units around a hold to which something happened since it was placed: of thousands caught, the few."""
    caught = caught_by(hold.id).subquery("caught")
    released = connection.execute(select(_EXEMPTION.c.unit_id).where(_EXEMPTION.c.hold_id == hold.id).distinct())
    held = set(connection.execute(select(caught.c.unit_id).distinct()).scalars()) | set(released.scalars())
    found: set[UUID] = set()
    for lookup in _HAPPENED:
        found |= {row.unit_id for row in lookup.rows(connection, held, since=hold.placed_at)}
    wanted = {(row.maker, row.part, row.serial) for row in refused}
    known = _SERIALS.rows(connection, {serial for _, _, serial in wanted})
    return found | {row.id for row in known if (row.maker, row.part, row.serial) in wanted}


def _of_unit(engine: Engine, unit_id: UUID, since: datetime | None = None) -> Iterator[TrailEntry]:
    history = unit_history(engine, unit_id)
    on = str(history.unit)
    for event in history.timeline:
        if since is None or event.at >= since:
            yield _entry(event, on)


def _entry(event: TimelineEvent, on: str) -> TrailEntry:
    if isinstance(event, Registration):
        return TrailEntry(event.at, event.source, f"registered, revision {event.revision}", on, "", "", None)
    if isinstance(event, GateAnswer):
        told = "; ".join(f"{refusal.rule}: {refusal.message}" for refusal in event.refusals)
        act = f"{_asked(event)} {event.operation} at {event.station}"
        return TrailEntry(event.at, event.operator, act, on, told, "", event.id)
    if isinstance(event, ComponentEvent):
        act = f"{event.event.replace('_', ' ')} {event.counterpart} at {event.position}"
        return TrailEntry(
            event.at, event.operator, act, on, event.reason.value, "", event.id, event.voided_by is not None
        )
    if isinstance(event, Ruling):
        who = event.by.removesuffix(f" ({event.meaning})")
        return TrailEntry(
            event.at, who, event.what, on, event.note, event.meaning, event.id, event.voided_by is not None
        )
    ended = "not finished" if event.verdict is None else f"{event.verdict.value}, {event.ending}"
    act = f"run {event.attempt} of {event.operation} at {event.station}: {ended}"
    return TrailEntry(event.at, event.operator, act, on, event.reason, "", event.id, event.voided_by is not None)


def _asked(answer: GateAnswer) -> str:
    if answer.phase is GatePhase.FINISH:
        return "gate HELD AT FINISH"
    word = "allowed" if answer.allowed else "REFUSED"
    return f"gate {word}" if answer.phase is GatePhase.BEFORE else f"gate {word} ON ARRIVAL"


def _gate(row: Any) -> TrailEntry:
    told = "; ".join(f"{refusal['rule']}: {refusal['message']}" for refusal in row.refusals)
    unit = str(UnitIdentity(maker=row.maker, part=row.part, serial=row.serial))
    return TrailEntry(
        row.decided_at, row.operator, f"gate REFUSED {row.operation} at {row.station}", unit, told, "", row.id
    )


def _release(row: Any, about: str) -> TrailEntry:
    return TrailEntry(row.released_at, row.signed_by, "hold released", about, row.reason, row.meaning, row.id)


_ACTS = ("registered", "hold ", "gate", "run", "component removed", "component installed", "")
"""How acts of one moment follow one another, by their beginnings."""


def _ordered(entries: Iterable[TrailEntry]) -> tuple[TrailEntry, ...]:
    def place(entry: TrailEntry) -> tuple[datetime, int, str, str]:
        rank = next(rank for rank, act in enumerate(_ACTS) if entry.act.startswith(act))
        return entry.at, rank, entry.on, entry.act

    return tuple(sorted(entries, key=place))
