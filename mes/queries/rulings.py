"""What people decided about a unit, for its history: defects, repairs, dispositions, holds, and what they voided."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_
from sqlmodel import Session, col, select

from mes.gate.holds import STATEMENTS
from mes.models.hold import Hold, HoldExemption, HoldRelease
from mes.models.order import OrderUnit
from mes.models.rework import Defect, Disposition, RecordVoid, Repair
from mes.models.sampling import SampleResultRow
from mes.models.unit import Unit
from mes.queries.goods_events import goods_events
from mes.queries.ruling import Ruling

__all__ = ["Ruling", "rulings_on"]


def rulings_on(session: Session, unit_id: UUID, others: Collection[UUID]) -> list[Ruling]:
    """Every ruling on a unit, in no order; `others` are its runs and links, whose voiding belongs here too."""
    found = [
        Ruling(
            d.found_at,
            d.id,
            "defect",
            f"defect {d.code}" + _at(d.position),
            d.description,
            d.operator,
            d.simulated,
            d.voided_by,
        )
        for d in session.exec(select(Defect).where(col(Defect.unit_id) == unit_id))
    ]
    found += [
        Ruling(
            r.repaired_at,
            r.id,
            "repair",
            f"{r.reason.lower()} {r.action}" + _at(r.position),
            r.description,
            r.operator,
            r.simulated,
            r.voided_by,
        )
        for r in session.exec(select(Repair).where(col(Repair.unit_id) == unit_id))
    ]
    found += [
        Ruling(
            d.made_at,
            d.id,
            "disposition",
            d.disposition.lower().replace("_", " ") + (f" of {d.operation}" if d.operation else ""),
            d.reason,
            _signed(d),
            d.simulated,
            d.voided_by,
            d.meaning,
        )
        for d in session.exec(select(Disposition).where(col(Disposition.unit_id) == unit_id))
    ]
    found += goods_events(session, unit_id)
    targets = {ruling.id for ruling in found} | set(others)
    found += [
        Ruling(
            v.voided_at,
            v.id,
            "void",
            f"voided {v.target} {v.target_id}",
            v.reason,
            _signed(v),
            v.simulated,
            None,
            v.meaning,
        )
        for v in session.exec(select(RecordVoid).where(col(RecordVoid.target_id).in_(targets)))
    ]
    return found + _holds(session, unit_id) + _order(session, unit_id) + _samples(session, unit_id)


def _samples(session: Session, unit_id: UUID) -> list[Ruling]:
    """What samples found on the unit."""
    rows = session.exec(select(SampleResultRow).where(col(SampleResultRow.unit_id) == unit_id))
    return [
        Ruling(
            one.found_at,
            one.id,
            "sample",
            ("conforming" if one.conforming else "NONCONFORMING")
            + (" and destroyed" if one.destroyed else "")
            + f" in sample {one.sample_id}",
            one.note,
            one.by,
            one.simulated,
            one.voided_by,
        )
        for one in rows
    ]


def _order(session: Session, unit_id: UUID) -> list[Ruling]:
    """The order that the unit is made for now."""
    rows = session.exec(
        select(OrderUnit, Unit.simulated)
        .join(Unit, and_(*(getattr(Unit, name) == getattr(OrderUnit, name) for name in ("serial", "part", "maker"))))
        .where(col(Unit.id) == unit_id)
    )
    return [
        Ruling(
            one.assigned_at,
            one.record_id,
            "order",
            f"made for work order {one.work_order}" if one.work_order else "made for no work order any more",
            "",
            "the gate" if one.by_gate else one.assigned_by,
            simulated,
        )
        for one, simulated in rows
    ]


def _holds(session: Session, unit_id: UUID) -> list[Ruling]:
    ids: set[UUID] = set()
    for part in STATEMENTS:
        held: Select[Any] = part.with_only_columns(part.selected_columns["hold_id"])
        ids |= set(session.connection().execute(held.where(part.selected_columns["unit_id"] == unit_id)).scalars())
    let_go = select(HoldRelease).join(HoldExemption, col(HoldExemption.release_id) == col(HoldRelease.id))
    releases = session.exec(let_go.where(col(HoldExemption.unit_id) == unit_id)).all()
    ids |= {release.hold_id for release in releases}
    found = [
        Ruling(h.placed_at, h.id, "hold", f"hold {h.id}", h.reason, h.placed_by, h.simulated)
        for h in session.exec(select(Hold).where(or_(col(Hold.id).in_(ids))))
    ]
    return found + [
        Ruling(
            r.released_at,
            r.id,
            "release",
            f"released from hold {r.hold_id}",
            r.reason,
            _signed(r),
            r.simulated,
            meaning=r.meaning,
        )
        for r in releases
    ]


def _at(position: str | None) -> str:
    return f" at {position}" if position else ""


def _signed(row: Disposition | RecordVoid | HoldRelease) -> str:
    return f"{row.signed_by} ({row.meaning})"
