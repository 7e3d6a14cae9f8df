"""What people decided about a unit, for its history: defects, repairs, dispositions, holds, and what they voided."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, literal, select, union_all

from mes.gate.holds import holds_on
from mes.lookup import Lookup, Prepared
from mes.models import table_of
from mes.models.hold import Hold, HoldExemption, HoldRelease
from mes.models.order import OrderUnit
from mes.models.rework import Defect, Disposition, RecordVoid, Repair
from mes.models.sampling import SampleResultRow
from mes.queries.goods_events import GOODS, goods_events
from mes.queries.identity import UnitSummary
from mes.queries.ruling import Ruling

__all__ = ["Ruling", "rulings_on"]

_OF_UNIT = {
    name: Prepared(select(table).where(table.c.unit_id == bindparam("unit_id")))
    for name, table in (
        ("defect", table_of(Defect)),
        ("repair", table_of(Repair)),
        ("disposition", table_of(Disposition)),
        ("sample", table_of(SampleResultRow)),
    )
}
_HOLD, _RELEASE, _EXEMPTION = table_of(Hold), table_of(HoldRelease), table_of(HoldExemption)
_RELEASES = Prepared(
    select(_RELEASE)
    .join(_EXEMPTION, _EXEMPTION.c.release_id == _RELEASE.c.id)
    .where(_EXEMPTION.c.unit_id == bindparam("unit_id"))
)
_HOLDS = Lookup(select(_HOLD), _HOLD.c.id)
_VOID, _ORDER_UNIT = table_of(RecordVoid), table_of(OrderUnit)
_VOIDS = Lookup(select(_VOID), _VOID.c.target_id)
_ORDERS = Prepared(
    select(_ORDER_UNIT).where(*(_ORDER_UNIT.c[name] == bindparam(name) for name in ("serial", "part", "maker")))
)
_KINDS = _OF_UNIT | {"release": _RELEASES} | GOODS
_HAS = Prepared(union_all(*(select(literal(name)).where(exists(kind.statement)) for name, kind in _KINDS.items())))
"""Of which kinds a unit has any, in one statement: of most it has none."""


def rulings_on(connection: Connection, unit: UnitSummary, others: Collection[UUID]) -> list[Ruling]:
    """Every ruling on a unit, in no order; `others` are its runs and links, whose voiding belongs here too."""
    kinds = {name for (name,) in _HAS.rows(connection, unit_id=unit.id)}

    def rows(kind: str) -> Any:
        return _KINDS[kind].rows(connection, unit_id=unit.id) if kind in kinds else ()

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
        for d in rows("defect")
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
        for r in rows("repair")
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
        for d in rows("disposition")
    ]
    found += goods_events(connection, rows)
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
        for v in _VOIDS.rows(connection, targets)
    ]
    holds = _holds(connection, unit.id, rows("release"))
    return found + holds + _order(connection, unit) + _samples(rows("sample"))


def _samples(rows: Sequence[Any]) -> list[Ruling]:
    """What samples found on the unit."""
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


def _order(connection: Connection, unit: UnitSummary) -> list[Ruling]:
    """The order that the unit is made for now."""
    rows = _ORDERS.rows(connection, serial=unit.serial, part=unit.part, maker=unit.maker)
    return [
        Ruling(
            one.assigned_at,
            one.record_id,
            "order",
            f"made for work order {one.work_order}" if one.work_order else "made for no work order any more",
            "",
            "the gate" if one.by_gate else one.assigned_by,
            unit.simulated,
        )
        for one in rows
    ]


def _holds(connection: Connection, unit_id: UUID, releases: Sequence[Any]) -> list[Ruling]:
    ids = holds_on(connection, unit_id) | {release.hold_id for release in releases}
    found = [
        Ruling(h.placed_at, h.id, "hold", f"hold {h.id}", h.reason, h.placed_by, h.simulated)
        for h in _HOLDS.rows(connection, ids)
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


def _signed(row: Any) -> str:
    return f"{row.signed_by} ({row.meaning})"
