"""Deviations: what each permits, how far it reaches, whether it is in force, and the units made under it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, func, select

from mes.lookup import Prepared
from mes.models import table_of
from mes.models.deviation import Deviation, DeviationUse, DeviationWithdrawal
from mes.queries.identity import UnitSummary
from mes.queries.snapshot import snapshot
from mes.records import Permit, SerialSpan

_DEVIATION, _WITHDRAWAL, _USE = table_of(Deviation), table_of(DeviationWithdrawal), table_of(DeviationUse)
_ALL = select(
    _DEVIATION,
    _WITHDRAWAL.c.withdrawn_at,
    _WITHDRAWAL.c.signed_by.label("withdrawn_by"),
    _WITHDRAWAL.c.reason.label("withdrawn_for"),
).outerjoin(_WITHDRAWAL, _WITHDRAWAL.c.deviation_id == _DEVIATION.c.id)
_USES_OF_UNIT = Prepared(
    select(_USE)
    .where(*(_USE.c[name] == bindparam(name) for name in ("serial", "part", "maker")))
    .order_by(_USE.c.gate_id, _USE.c.place)
)


@dataclass(frozen=True, slots=True)
class DeviationSummary:
    """A deviation; `state` is IN FORCE, NOT YET, OVER, USED UP or WITHDRAWN, `made` counts the units under it."""

    id: UUID
    number: str
    state: str
    maker: str
    part: str
    permits: tuple[str, ...]
    since: date | None
    until: date | None
    quantity: int | None
    serials: tuple[str, ...]
    made: int
    reason: str
    signed_by: str
    meaning: str
    approved_at: datetime
    simulated: bool
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_for: str | None

    @property
    def bounds(self) -> str:
        """How far it reaches, in words."""
        told = [f"from {self.since}"] if self.since else []
        told += [f"until {self.until}"] if self.until else []
        told += [f"{self.quantity} unit(s)"] if self.quantity is not None else []
        return ", ".join([*told, *self.serials])


@dataclass(frozen=True, slots=True)
class MadeUnder:
    """A unit made under a deviation: what was permitted, by which decision, and when first."""

    maker: str
    part: str
    serial: str
    permit: str
    gate_id: UUID
    used_at: datetime


@dataclass(frozen=True, slots=True)
class DeviationReport:
    """A deviation with the units made under it."""

    deviation: DeviationSummary
    units: tuple[MadeUnder, ...]


def deviations(engine: Engine, now: datetime, *, ended: bool = False) -> tuple[DeviationSummary, ...]:
    """The deviations that are in force or will be, oldest first; with `ended` all."""
    with snapshot(engine) as session:
        connection = session.connection()
        made = _made(connection)
        rows = connection.execute(_ALL.order_by(_DEVIATION.c.approved_at, _DEVIATION.c.id))
        found = (_summary(row, made.get(row.id, 0), now) for row in rows)
        return tuple(one for one in found if ended or one.state in ("IN FORCE", "NOT YET"))


def deviation_report(engine: Engine, number: str, now: datetime) -> DeviationReport | None:
    """A deviation with the units made under it, in the order in which they were begun; None when there is none."""
    with snapshot(engine) as session:
        connection = session.connection()
        row = connection.execute(_ALL.where(_DEVIATION.c.number == number)).one_or_none()
        if row is None:
            return None
        units: dict[tuple[str, str, str, str], MadeUnder] = {}
        uses = select(_USE).where(_USE.c.deviation_id == row.id).order_by(_USE.c.used_at, _USE.c.gate_id, _USE.c.place)
        for use in connection.execute(uses):
            permit = _permit(use)
            unit = (use.maker, use.part, use.serial)
            units.setdefault((*unit, permit), MadeUnder(*unit, permit, use.gate_id, use.used_at))
        distinct = len({key[:3] for key in units})
        return DeviationReport(_summary(row, distinct, now), tuple(units.values()))


def deviations_used(connection: Connection, unit: UnitSummary) -> dict[UUID, tuple[str, ...]]:
    """The deviations that let a unit pass, by the decision that took them."""
    found: dict[UUID, tuple[str, ...]] = {}
    for use in _USES_OF_UNIT.rows(connection, serial=unit.serial, part=unit.part, maker=unit.maker):
        found[use.gate_id] = (*found.get(use.gate_id, ()), f"{use.number}: {_permit(use)}")
    return found


def _made(connection: Connection) -> dict[UUID, int]:
    units = select(_USE.c.deviation_id, _USE.c.maker, _USE.c.part, _USE.c.serial).distinct().subquery()
    counts = select(units.c.deviation_id, func.count()).group_by(units.c.deviation_id)
    return {row[0]: row[1] for row in connection.execute(counts)}


def _summary(row: Any, made: int, now: datetime) -> DeviationSummary:
    return DeviationSummary(
        row.id,
        row.number,
        _state(row, made, now.date()),
        row.maker,
        row.part,
        tuple(str(Permit.model_validate(permit)) for permit in row.permits),
        row.since,
        row.until,
        row.quantity,
        tuple(str(SerialSpan.model_validate(serials)) for serials in row.serials),
        made,
        row.reason,
        row.signed_by,
        row.meaning,
        row.approved_at,
        row.simulated,
        row.withdrawn_at,
        row.withdrawn_by,
        row.withdrawn_for,
    )


def _state(row: Any, made: int, today: date) -> str:
    if row.withdrawn_at is not None:
        return "WITHDRAWN"
    if row.until is not None and today > row.until:
        return "OVER"
    if row.quantity is not None and made >= row.quantity:
        return "USED UP"
    return "NOT YET" if row.since is not None and today < row.since else "IN FORCE"


def _permit(use: Any) -> str:
    lot_free = {"position": use.position, "part": use.component_part, "operation": use.operation}
    return str(Permit(kind=use.kind, revision=use.revision, **lot_free))
