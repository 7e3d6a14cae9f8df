"""Placing and releasing holds: each one act, checked and recorded in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, not_, select
from sqlmodel import Session

from mes.command_line import CommandError, Exit
from mes.containment import HOLD
from mes.desk.acts import Act, Desk
from mes.gate.contents import identities, inside
from mes.gate.holds import caught_by
from mes.models import table_of
from mes.models.test_run import GateDecision
from mes.queries.holds import predicate_of
from mes.queries.identity import UnitSummary
from mes.records import HoldPlaced, HoldReleased, Predicate, Signature, Subject, UnitIdentity
from mes.where_used import Use, uses

_DECISION = table_of(GateDecision)


@dataclass(frozen=True, slots=True)
class PlacedHold:
    """A hold that stands; `fresh` says that it was placed now and did not stand before. `reached` is what it stops."""

    id: UUID
    fresh: bool
    predicate: Predicate
    reached: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class ReleasedHold:
    """What a release let go; no units: the whole hold."""

    hold_id: UUID
    units: tuple[UnitIdentity, ...]


def place_hold(desk: Desk, predicate: Predicate, reason: str, by: str, *, ever: bool = False) -> PlacedHold:
    """Hold what the predicate catches now and from now on; with `ever` also what held the material before.

    A hold of the same that stands already is not placed again.
    """
    with desk.act() as act:
        return place_in(act, predicate, reason, by, ever=ever)


def place_in(act: Act, predicate: Predicate, reason: str, by: str, *, ever: bool = False) -> PlacedHold:
    """The same as a part of an act, which may have more to record."""
    material = predicate.subject in (Subject.LOT, Subject.MATERIAL)
    if material and predicate.since is None and not ever:
        predicate = predicate.model_copy(update={"since": act.at})
    standing = _standing(act, predicate)
    if standing is None:
        record = HoldPlaced(**act.envelope(), predicate=predicate, reason=reason, by=by)
        act.write([record])
        id_ = record.id
    else:
        id_, predicate = standing
    with Session(act.connection) as session:
        reached = tuple(use for use in uses(session, predicate=predicate) if use.inside)
    return PlacedHold(id_, standing is None, predicate, reached)


def _standing(act: Act, predicate: Predicate) -> tuple[UUID, Predicate] | None:
    """A hold of the same that catches at least as much."""
    for row in act.connection.execute(select(HOLD).where(HOLD.c.released_at.is_(None)).order_by(HOLD.c.placed_at)):
        held = predicate_of(row)
        same = held.model_copy(update={"since": None}) == predicate.model_copy(update={"since": None})
        earlier = held.since is None or (predicate.since is not None and held.since <= predicate.since)
        if same and earlier:
            return row.id, held
    return None


def release_hold(
    desk: Desk, named: str, units: Sequence[UnitSummary], reason: str, signature: Signature
) -> ReleasedHold:
    """Release a hold for these units and what is in them, or without units wholly.

    Raises `CommandError` when there is no such hold, it is released already, or it does not catch a unit named.
    """
    with desk.act() as act:
        row = _one_hold(act, named)
        if row.released_at is not None:
            raise CommandError(f"hold {row.id}: was released at {row.released_at.isoformat()} already", Exit.NO)
        let_go: list[UnitIdentity] = []
        for unit in units:
            contents = inside(act.connection, [unit.id])
            caught = caught_by(row.id).subquery("held")
            held = {found for (found,) in act.connection.execute(select(caught.c.unit_id).distinct())} & contents
            if not held:
                raise CommandError(
                    f"hold {row.id}: does not catch {unit} nor anything in it; nothing was released", Exit.NO
                )
            let_go += _identities(act, held)
        distinct = tuple(dict.fromkeys(let_go))
        # A release lets go of facts up to its own moment, so it must stand neither before them nor before what was
        # refused by them.
        act.not_before(max([row.placed_at, *_newest(act, row.id), *_refused(act)]))
        act.write([HoldReleased(**act.envelope(), hold=row.id, units=distinct, reason=reason, signature=signature)])
        return ReleasedHold(row.id, distinct)


def _refused(act: Act) -> list[Any]:
    """The newest refusal, which may be of this hold."""
    newest = select(func.max(_DECISION.c.decided_at)).where(not_(_DECISION.c.allowed))
    return [at for at in act.connection.execute(newest).scalars() if at is not None]


def _newest(act: Act, hold_id: UUID) -> list[Any]:
    facts = caught_by(hold_id).subquery("facts")
    newest = act.connection.execute(select(func.max(facts.c.since))).scalar_one()
    return [] if newest is None else [newest]


def _identities(act: Act, ids: set[UUID]) -> list[UnitIdentity]:
    return sorted(identities(act.connection, ids).values(), key=lambda unit: (unit.part, unit.serial, unit.maker))


def _one_hold(act: Act, named: str) -> Any:
    beginning = named.strip().lower().replace("-", "")
    if len(beginning) < 6 or set(beginning) - set("0123456789abcdef"):
        raise CommandError(f"hold {named!a}: not the id of a hold; `mes holds` lists them")
    # Ids are text without hyphens on SQLite, and printed with them by PostgreSQL.
    shown = func.replace(cast(HOLD.c.id, String), "-", "")
    rows = act.connection.execute(select(HOLD).where(shown.startswith(beginning)).order_by(HOLD.c.placed_at)).all()
    if not rows:
        raise CommandError(f"hold {named}: there is none; `mes holds --all` lists them", Exit.NO)
    if len(rows) > 1:
        raise CommandError(f"hold {named}: {len(rows)} begin like this; give more of the id")
    return rows[0]
