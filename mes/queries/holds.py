"""Holds as rows: what each is on, who placed it, how many units it catches, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select

from mes.containment import HOLD
from mes.gate.holds import caught_by
from mes.models import table_of
from mes.models.hold import HoldRelease
from mes.queries.snapshot import snapshot
from mes.records import LotIdentity, Predicate, Subject, UnitIdentity


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """One release of a hold, whole or for some units."""

    id: UUID
    whole: bool
    released_at: datetime
    signed_by: str
    meaning: str
    reason: str


@dataclass(frozen=True, slots=True)
class HoldSummary:
    """A hold; `caught` counts the units that the predicate itself names, without what holds them."""

    id: UUID
    on: str
    predicate: dict[str, Any]
    reason: str
    placed_by: str
    placed_at: datetime
    simulated: bool
    released_at: datetime | None
    caught: int
    releases: tuple[ReleaseSummary, ...]


def holds(engine: Engine, *, released: bool = False) -> tuple[HoldSummary, ...]:
    """The holds that stand, oldest first; with `released` all."""
    with snapshot(engine) as session:
        connection = session.connection()
        question = select(HOLD).order_by(HOLD.c.placed_at, HOLD.c.id)
        rows = connection.execute(question if released else question.where(HOLD.c.released_at.is_(None))).all()
        return tuple(_summary(connection, row) for row in rows)


def predicate_of(row: Any) -> Predicate:
    """The predicate that a hold's row stands for."""
    unit = lot = None
    material: dict[str, Any] = {}
    if row.subject == Subject.UNIT:
        unit = UnitIdentity(maker=row.maker, part=row.part, serial=row.serial)
    elif row.subject == Subject.LOT:
        lot = LotIdentity(maker=row.maker, part=row.part, lot=row.lot)
    elif row.subject != Subject.ORDER:
        material = {"maker": row.maker, "part": row.part, "date_code": row.date_code}
    work = {name: getattr(row, name) for name in ("instrument", "fixture", "limit_revision", "operator", "station")}
    window = {"since": row.since, "until": row.until}
    named = {"unit": unit, "lot": lot, "plan": row.plan_digest, "order": row.work_order}
    return Predicate.model_validate(named | material | work | window)


def _summary(connection: Connection, row: Any) -> HoldSummary:
    release = table_of(HoldRelease)
    releases = connection.execute(
        select(release).where(release.c.hold_id == row.id).order_by(release.c.released_at, release.c.id)
    )
    caught = select(func.count(func.distinct(caught_by(row.id).subquery("held").c.unit_id)))
    predicate = predicate_of(row)
    return HoldSummary(
        row.id,
        str(predicate),
        {name: value for name, value in predicate.model_dump(mode="json").items() if value is not None},
        row.reason,
        row.placed_by,
        row.placed_at,
        row.simulated,
        row.released_at,
        connection.execute(caught).scalar_one() if row.released_at is None else 0,
        tuple(ReleaseSummary(r.id, r.whole, r.released_at, r.signed_by, r.meaning, r.reason) for r in releases),
    )
