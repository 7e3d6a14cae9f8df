"""One level of an assembly at a time, so that the tree of a rack opens as fast as that of a cable."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, func, literal
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from mes.models.unit import Installation, Lot, Unit
from mes.queries.identity import LotSummary, UnitSummary, lot_summary, unit_summary
from mes.queries.snapshot import snapshot

LEVEL_LIMIT = 500
"""How many components of one unit are listed; the rest is counted."""


@dataclass(frozen=True, slots=True)
class DirectComponent:
    """What sits in one position now: a unit, or a quantity of a lot; `has_components` says whether it opens."""

    position: str
    quantity: float
    unit: UnitSummary | None
    lot: LotSummary | None
    installed_at: datetime
    has_components: bool


@dataclass(frozen=True, slots=True)
class AssemblyLevel:
    """The components directly in one unit by (position, installed_at, id), and how many more there are."""

    components: tuple[DirectComponent, ...]
    unlisted: int


def direct_components(engine: Engine, unit_id: UUID, *, limit: int = LEVEL_LIMIT) -> AssemblyLevel:
    """What is built directly into a unit now; an unknown unit holds nothing."""
    with snapshot(engine) as session:
        held = (col(Installation.parent_id) == unit_id, col(Installation.removed_at).is_(None))
        rows = session.exec(
            select(Installation, Unit, Lot)
            .join(Unit, col(Unit.id) == col(Installation.child_id), isouter=True)
            .join(Lot, col(Lot.id) == col(Installation.lot_id), isouter=True)
            .where(*held)
            .order_by(col(Installation.position), col(Installation.installed_at), col(Installation.id))
            .limit(limit)
        ).all()
        total = session.scalar(core_select(func.count()).select_from(Installation).where(*held)) or 0
        opening = _with_components(session, {child.id for _, child, _ in rows if child is not None})
        components = tuple(
            DirectComponent(
                installation.position,
                installation.quantity,
                None if child is None else unit_summary(child),
                None if lot is None else lot_summary(lot),
                installation.installed_at,
                child is not None and child.id in opening,
            )
            for installation, child, lot in rows
        )
        return AssemblyLevel(components, total - len(components))


def _with_components(session: Session, unit_ids: set[UUID]) -> set[UUID]:
    something_inside = (
        core_select(literal(1))
        .where(col(Installation.parent_id) == col(Unit.id), col(Installation.removed_at).is_(None))
        .exists()
    )
    return set(session.scalars(core_select(col(Unit.id)).where(col(Unit.id).in_(unit_ids), something_inside)))
