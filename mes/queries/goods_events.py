"""What happened to a unit as goods, for its history: packed, shipped, moved, returned, robbed, converted, renamed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, or_, select

from mes.models.goods import Packing, UnitMove, UnitReturn, UnitShipment, Unpacking
from mes.models.naming import UnitAlias, UnitConversion
from mes.models.rework import Robbery
from mes.models.unit import Unit
from mes.queries.identity import unit_summary
from mes.queries.ruling import Ruling


def goods_events(session: Session, unit_id: UUID) -> Iterator[Ruling]:
    """Every such event of a unit, in no order."""

    def rows(model: Any) -> Any:
        return session.exec(select(model).where(model.unit_id == unit_id))

    for p in rows(Packing):
        gone = ", though nobody took it out of another" if p.displaced_by else ""
        yield _event(p, p.packed_at, "packed", f"packed into container {p.container}", gone.lstrip(", "))
    for p in rows(Unpacking):
        yield _event(p, p.unpacked_at, "unpacked", f"taken out of container {p.container}")
    for s in rows(UnitShipment):
        papers = [("order", s.order_reference), ("delivery note", s.delivery_note), ("in container", s.container)]
        note = ", ".join(f"{word} {value}" for word, value in papers if value)
        yield _event(s, s.shipped_at, "shipped", f"shipped to {s.customer}", note)
    for r in rows(UnitReturn):
        enters = f" at {r.operation}" if r.operation else ""
        what = f"returned by {r.customer} under {r.authorisation}, enters its route again{enters}"
        yield _event(r, r.returned_at, "returned", what, r.reason)
    for m in rows(UnitMove):
        yield _event(m, m.moved_at, "moved", f"moved to {m.location}")
    for c in rows(UnitConversion):
        what = f"converted from {c.from_part} revision {c.from_revision} to {c.to_part} revision {c.to_revision}"
        allowed = f"rule of definition {c.rule[:12]}" if c.rule else f"signed by {c.signed_by} ({c.meaning})"
        yield Ruling(c.converted_at, c.id, "converted", what, f"{c.reason}; {allowed}", c.operator, c.simulated)
    for a in rows(UnitAlias):
        yield _event(a, a.given_at, "alias", f"called {a.alias} by {a.customer}")
    yield from _robberies(session, unit_id)


def _robberies(session: Session, unit_id: UUID) -> Iterator[Ruling]:
    involved = or_(
        col(Robbery.donor_id) == unit_id, col(Robbery.recipient_id) == unit_id, col(Robbery.component_id) == unit_id
    )
    for r in session.exec(select(Robbery).where(involved)).all():
        named = session.exec(select(Unit).where(col(Unit.id).in_([r.component_id, r.donor_id, r.recipient_id])))
        names = {unit.id: str(unit_summary(unit)) for unit in named}
        what = (
            f"{names[r.component_id]} robbed from {names[r.donor_id]} at {r.donor_position}"
            f" for {names[r.recipient_id]} at {r.position}"
        )
        yield _event(r, r.robbed_at, "robbed", what, r.why)


def _event(row: Any, at: Any, event: Any, what: str, note: str = "") -> Ruling:
    return Ruling(at, row.id, event, what, note, row.operator, row.simulated, row.voided_by)
