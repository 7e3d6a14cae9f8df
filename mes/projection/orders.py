"""Which work order each unit is made for, while a batch is folded: the newest record about a unit counts."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.order import OrderUnit
from mes.row_writer import insert_rows

_ORDER_UNIT = table_of(OrderUnit)
BY_SERIAL = Lookup(_ORDER_UNIT.select(), _ORDER_UNIT.c.serial)
"""The orders of units, by their serial numbers."""

Key = tuple[str, str, str]
"""(maker, part, serial)."""


class OrderSet:
    """What a batch touches of the assignments to orders."""

    def __init__(self) -> None:
        self._assigned: dict[Key, dict[str, Any]] = {}
        self._stored: set[Key] = set()
        self._changed: set[Key] = set()

    def load(self, connection: Connection, keys: Collection[Key]) -> None:
        """Read what is known of these units."""
        for row in BY_SERIAL.rows(connection, {serial for _, _, serial in keys}):
            key = (row.maker, row.part, row.serial)
            if key in keys:
                self._assigned[key] = row._asdict()
                self._stored.add(key)

    def assign(self, key: Key, order: str | None, at: datetime, record_id: UUID, by: str, *, by_gate: bool) -> None:
        """Note that this unit is made for this order, unless something newer is known of it."""
        known = self._assigned.get(key)
        if known is not None and (known["assigned_at"], known["record_id"]) > (at, record_id):
            return
        maker, part, serial = key
        told = {"work_order": order, "assigned_at": at, "record_id": record_id, "assigned_by": by, "by_gate": by_gate}
        self._assigned[key] = {"maker": maker, "part": part, "serial": serial, **told}
        self._changed.add(key)

    @property
    def orders(self) -> dict[Key, str | None]:
        """The order of each unit that is known here."""
        return {key: row["work_order"] for key, row in self._assigned.items()}

    def write(self, connection: Connection) -> None:
        """Write what changed."""
        for maker, part, serial in sorted(self._changed & self._stored):
            columns = _ORDER_UNIT.c
            same = (columns.serial == serial, columns.part == part, columns.maker == maker)
            connection.execute(delete(_ORDER_UNIT).where(*same))
        insert_rows(connection, _ORDER_UNIT, [self._assigned[key] for key in sorted(self._changed)])
