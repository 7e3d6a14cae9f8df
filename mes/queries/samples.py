"""Samples: what was drawn by which plan, what was found, and what that says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from mes.desk.sample_draw import SampleVerdict, verdict
from mes.models import table_of
from mes.models.sampling import Sample, SampleItem, SampleResultRow, SamplingPlanRow
from mes.models.unit import Lot, Unit
from mes.queries.snapshot import snapshot
from mes.records import LotIdentity, SamplingPlan

_PLAN, _SAMPLE, _ITEM, _RESULT = (
    table_of(SamplingPlanRow),
    table_of(Sample),
    table_of(SampleItem),
    table_of(SampleResultRow),
)
_UNIT, _LOT = table_of(Unit), table_of(Lot)


@dataclass(frozen=True, slots=True)
class SampledPiece:
    """A piece of a sample: a unit by its serial, or a piece of a lot by its number; None: not inspected yet."""

    piece: str
    unit_id: UUID | None
    conforming: bool | None
    destroyed: bool
    note: str
    by: str | None
    found_at: datetime | None
    result_id: UUID | None
    """The record that says so."""


@dataclass(frozen=True, slots=True)
class SampleReport:
    """A sample with its pieces, in the order in which they were drawn, and what they say."""

    id: UUID
    plan: str
    revision: str
    purpose: str
    destructive: bool
    work_order: str | None
    lot: LotIdentity | None
    population: int
    size: int
    acceptance_number: int
    seed: str
    drawn_by: str
    drawn_at: datetime
    simulated: bool
    pieces: tuple[SampledPiece, ...]

    @property
    def inspected(self) -> int:
        """How many pieces have a result."""
        return sum(piece.conforming is not None for piece in self.pieces)

    @property
    def nonconforming(self) -> int:
        """How many were found nonconforming."""
        return sum(piece.conforming is False for piece in self.pieces)

    @property
    def verdict(self) -> SampleVerdict:
        """What the results say so far."""
        known = [piece.conforming for piece in self.pieces if piece.conforming is not None]
        return verdict(self.size, self.acceptance_number, known)

    @property
    def scope(self) -> str:
        """What it was drawn from, in words."""
        return f"order {self.work_order}" if self.work_order is not None else str(self.lot)


def samples(engine: Engine) -> tuple[SampleReport, ...]:
    """Every sample, oldest first."""
    with snapshot(engine) as session:
        return read_samples(session.connection())


def read_samples(
    connection: Connection, *, order: str | None = None, lot_id: UUID | None = None
) -> tuple[SampleReport, ...]:
    """The samples of an order or a lot, or all, as this transaction sees them, oldest first."""
    asked = select(_SAMPLE, _LOT.c.maker, _LOT.c.part, _LOT.c.lot).outerjoin(_LOT, _LOT.c.id == _SAMPLE.c.lot_id)
    if order is not None:
        asked = asked.where(_SAMPLE.c.work_order == order)
    if lot_id is not None:
        asked = asked.where(_SAMPLE.c.lot_id == lot_id)
    rows = connection.execute(asked.order_by(_SAMPLE.c.drawn_at, _SAMPLE.c.id)).all()
    plans = {row.digest: SamplingPlan.model_validate(row.content) for row in connection.execute(select(_PLAN))}
    return tuple(_report(connection, row, plans[row.plan_digest]) for row in rows)


def _report(connection: Connection, row: Any, plan: SamplingPlan) -> SampleReport:
    newest: dict[tuple[UUID | None, int | None], Any] = {}
    results = select(_RESULT).where(_RESULT.c.sample_id == row.id, _RESULT.c.voided_by.is_(None))
    for result in connection.execute(results.order_by(_RESULT.c.found_at, _RESULT.c.id)):
        newest[result.unit_id, result.piece] = result
    items = connection.execute(
        select(_ITEM.c.unit_id, _ITEM.c.piece, _UNIT.c.serial)
        .outerjoin(_UNIT, _UNIT.c.id == _ITEM.c.unit_id)
        .where(_ITEM.c.sample_id == row.id)
        .order_by(_ITEM.c.place)
    )
    pieces = []
    for item in items:
        found = newest.get((item.unit_id, item.piece))
        name = str(item.piece) if item.serial is None else item.serial
        told = (None, False, "", None, None, None)
        if found is not None:
            told = (found.conforming, found.destroyed, found.note, found.by, found.found_at, found.id)
        pieces.append(SampledPiece(name, item.unit_id, *told))
    return SampleReport(
        row.id,
        plan.name,
        plan.revision,
        plan.purpose.value,
        bool(plan.destructive),
        row.work_order,
        None if row.lot_id is None else LotIdentity(maker=row.maker, part=row.part, lot=row.lot),
        row.population,
        row.size,
        row.acceptance_number,
        row.seed,
        row.drawn_by,
        row.drawn_at,
        row.simulated,
        tuple(pieces),
    )
