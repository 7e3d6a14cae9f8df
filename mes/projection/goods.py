"""Containers, shipments and returns while a batch is folded: read once, changed in memory, written once.

Only batches that pack, ship or return anything read them; every other one costs no statement.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.goods import Packing, UnitReturn, UnitShipment, Unpacking
from mes.projection.goods_history import Handling, absences, stays
from mes.row_writer import insert_rows, update_rows

Row = dict[str, Any]
Item = tuple[UUID | None, str | None]
"""A unit by its id, or a container by its name."""

_TABLES = {
    "unit_packed": table_of(Packing),
    "unit_unpacked": table_of(Unpacking),
    "unit_shipped": table_of(UnitShipment),
    "unit_returned": table_of(UnitReturn),
}
KINDS = frozenset(_TABLES)
"""The kinds of records whose rows are kept here."""
_BY_UNIT = {kind: Lookup(select(table), table.c.unit_id) for kind, table in _TABLES.items()}
_BY_ID = {kind: Lookup(select(table), table.c.id) for kind, table in _TABLES.items()}
_BY_INNER = {kind: Lookup(select(_TABLES[kind]), _TABLES[kind].c.inner) for kind in ("unit_packed", "unit_unpacked")}


class GoodsSet:
    """What a batch touches of what is packed, shipped and returned."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[UUID, Row]] = {kind: {} for kind in _TABLES}
        """Whole rows by kind and id."""
        self._fresh: dict[str, set[UUID]] = {kind: set() for kind in _TABLES}
        self._changed: dict[str, set[UUID]] = {kind: set() for kind in _TABLES}
        self._touched: set[Item] = set()
        self._about: dict[tuple[str, Item], list[Row]] = defaultdict(list)

    def load(self, connection: Connection, units: Collection[UUID], inner: Collection[str]) -> None:
        """Read what is stored of these units and of these containers as contents of others."""
        for kind, lookup in _BY_UNIT.items():
            self._hold_all(kind, lookup.rows(connection, units))
        for kind, lookup in _BY_INNER.items():
            self._hold_all(kind, lookup.rows(connection, inner))

    def load_voided(self, connection: Connection, voided: Collection[UUID]) -> set[UUID]:
        """Read everything about what these records are about; its units."""
        items: set[Item] = set()
        for lookup in _BY_ID.values():
            items |= {_item(row._asdict()) for row in lookup.rows(connection, voided)}
        units = {unit_id for unit_id, _ in items if unit_id is not None}
        self.load(connection, units, {inner for _, inner in items if inner is not None})
        return units

    def put(self, kind: str, row: Row) -> None:
        """Add a new row."""
        self._hold(kind, row)
        self._fresh[kind].add(row["id"])
        self._touched.add(_item(row))

    def void(self, kind: str, id_: UUID, by: UUID) -> bool:
        """Mark a row as voided; whether there is one that was not."""
        row = self.rows[kind].get(id_)
        if row is None or row["voided_by"] is not None:
            return False
        self._change(kind, row, voided_by=by)
        self._touched.add(_item(row))
        return True

    def settle(self) -> dict[UUID, tuple[str | None, UUID | None]]:
        """Derive stays and absences of what was touched; for each unit its container, and by what it is away."""
        answers: dict[UUID, tuple[str | None, UUID | None]] = {}
        for item in self._touched:
            container = self._settle_stays(item)
            if item[0] is not None:
                answers[item[0]] = (container, self._settle_absences(item))
        return answers

    def write(self, connection: Connection) -> None:
        """Write what is new and what changed."""
        for kind, table in _TABLES.items():
            rows, fresh = self.rows[kind], self._fresh[kind]
            insert_rows(connection, table, [rows[id_] for id_ in rows if id_ in fresh])
            update_rows(connection, table, [rows[id_] for id_ in rows if id_ in self._changed[kind] - fresh])

    def _settle_stays(self, item: Item) -> str | None:
        found = stays(self._told("unit_packed", item, "packed_at"), self._told("unit_unpacked", item, "unpacked_at"))
        container = None
        for row in self._about["unit_packed", item]:
            stay = found.get(row["id"])
            # What was voided held for no time at all.
            until, displaced_by = (row["packed_at"], None) if stay is None else stay
            self._change("unit_packed", row, unpacked_at=until, displaced_by=displaced_by)
            if until is None:
                container = str(row["container"])
        return container

    def _settle_absences(self, item: Item) -> UUID | None:
        shipped = self._told("unit_shipped", item, "shipped_at")
        found = absences(shipped, self._told("unit_returned", item, "returned_at"))
        for row in self._about["unit_shipped", item]:
            self._change("unit_shipped", row, returned_at=found.get(row["id"], row["shipped_at"]))
        still = [fact for fact in shipped if found[fact.id] is None]
        return max(still).id if still else None

    def _told(self, kind: str, item: Item, moment: str) -> list[Handling]:
        return [
            Handling(row[moment], row["id"], row.get("container") or "")
            for row in self._about[kind, item]
            if row["voided_by"] is None
        ]

    def _change(self, kind: str, row: Row, **columns: object) -> None:
        if any(row[name] != value for name, value in columns.items()):
            row.update(columns)
            self._changed[kind].add(row["id"])

    def _hold_all(self, kind: str, rows: Iterable[Any]) -> None:
        for row in rows:
            if row.id not in self.rows[kind]:
                self._hold(kind, row._asdict())

    def _hold(self, kind: str, row: Row) -> None:
        self.rows[kind][row["id"]] = row
        self._about[kind, _item(row)].append(row)


def _item(row: Mapping[str, Any]) -> Item:
    return (row["unit_id"], row.get("inner"))
