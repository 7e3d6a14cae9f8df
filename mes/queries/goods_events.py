"""What happened to a unit as goods, for its history: packed, shipped, moved, returned, robbed, converted, renamed."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, or_, select
from sqlmodel import SQLModel

from mes.lookup import Lookup, Prepared
from mes.models import table_of
from mes.models.goods import Packing, UnitMove, UnitReturn, UnitShipment, Unpacking
from mes.models.naming import UnitAlias, UnitConversion
from mes.models.rework import Robbery
from mes.models.unit import Unit
from mes.queries.identity import UNIT_COLUMNS, unit_of_columns
from mes.queries.ruling import Ruling

_MODELS: tuple[type[SQLModel], ...] = (
    Packing,
    Unpacking,
    UnitShipment,
    UnitReturn,
    UnitMove,
    UnitConversion,
    UnitAlias,
)
_UNIT, _ROBBERY = table_of(Unit), table_of(Robbery)
_ID: BindParameter[UUID] = bindparam("unit_id", type_=_UNIT.c.id.type)
_INVOLVED = or_(*(_ROBBERY.c[name] == _ID for name in ("donor_id", "recipient_id", "component_id")))
_COLUMNS: tuple[Any, ...] = UNIT_COLUMNS
_NAMED = Lookup(select(*_COLUMNS), _UNIT.c.id)
GOODS = {
    **{table.name: Prepared(select(table).where(table.c.unit_id == _ID)) for table in map(table_of, _MODELS)},
    "robbery": Prepared(select(_ROBBERY).where(_INVOLVED)),
}
"""The tables of such events of a unit, `unit_id`, each by its name."""


def goods_events(connection: Connection, rows: Callable[[str], Any]) -> Iterator[Ruling]:
    """Every such event of a unit, in no order; `rows` gives those of a table of `GOODS`."""
    for p in rows("packing"):
        gone = ", though nobody took it out of another" if p.displaced_by else ""
        yield _event(p, p.packed_at, "packed", f"packed into container {p.container}", gone.lstrip(", "))
    for p in rows("unpacking"):
        yield _event(p, p.unpacked_at, "unpacked", f"taken out of container {p.container}")
    for s in rows("unit_shipment"):
        papers = [("order", s.order_reference), ("delivery note", s.delivery_note), ("in container", s.container)]
        note = ", ".join(f"{word} {value}" for word, value in papers if value)
        yield _event(s, s.shipped_at, "shipped", f"shipped to {s.customer}", note)
    for r in rows("unit_return"):
        enters = f" at {r.operation}" if r.operation else ""
        what = f"returned by {r.customer} under {r.authorisation}, enters its route again{enters}"
        yield _event(r, r.returned_at, "returned", what, r.reason)
    for m in rows("unit_move"):
        yield _event(m, m.moved_at, "moved", f"moved to {m.location}")
    for c in rows("unit_conversion"):
        what = f"converted from {c.from_part} revision {c.from_revision} to {c.to_part} revision {c.to_revision}"
        allowed = f"rule of definition {c.rule[:12]}" if c.rule else f"signed by {c.signed_by} ({c.meaning})"
        yield Ruling(c.converted_at, c.id, "converted", what, f"{c.reason}; {allowed}", c.operator, c.simulated)
    for a in rows("unit_alias"):
        yield _event(a, a.given_at, "alias", f"called {a.alias} by {a.customer}")
    for r in rows("robbery"):
        named = map(unit_of_columns, _NAMED.rows(connection, {r.component_id, r.donor_id, r.recipient_id}))
        names = {unit.id: str(unit) for unit in named}
        what = (
            f"{names[r.component_id]} robbed from {names[r.donor_id]} at {r.donor_position}"
            f" for {names[r.recipient_id]} at {r.position}"
        )
        yield _event(r, r.robbed_at, "robbed", what, r.why)


def _event(row: Any, at: Any, event: Any, what: str, note: str = "") -> Ruling:
    return Ruling(at, row.id, event, what, note, row.operator, row.simulated, row.voided_by)
