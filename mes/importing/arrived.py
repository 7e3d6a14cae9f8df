"""What of a history a site has already: asked for many runs at a time, so that an import needs no memory of its own."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import pysqlite3
from pydantic_core import to_json
from sqlalchemy import Engine, select
from sqlmodel import col

from mes import journal
from mes.database import reading
from mes.ledger import AppendReceipt
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.journal import JournalRow, SourceHead
from mes.models.product import Material
from mes.models.unit import Unit
from mes.records import UnitIdentity

_JOURNAL, _UNIT = table_of(JournalRow), table_of(Unit)
_PLACES = Lookup(select(_JOURNAL.c.record_id, _JOURNAL.c.source, _JOURNAL.c.seq), _JOURNAL.c.record_id)
_UNITS = Lookup(select(_UNIT.c.maker, _UNIT.c.part, _UNIT.c.serial), _UNIT.c.serial)

_MATERIAL = table_of(Material)
_MATERIALS = Lookup(select(_MATERIAL.c.maker, _MATERIAL.c.part, _MATERIAL.c.revision), _MATERIAL.c.part)

PartRevision = tuple[str, str, str]
"""Maker, part, revision."""

Place = tuple[str, int]
"""Source and seq of an entry."""


class Arrived:
    """Reads a site's journal and units."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def undefined(self, parts: Collection[PartRevision]) -> tuple[PartRevision, ...]:
        """Those of these parts at their revisions of which nothing is released."""
        with reading(self._engine) as connection:
            rows = _MATERIALS.rows(connection, sorted({part for _, part, _ in parts}))
            return tuple(sorted(set(parts) - {(row.maker, row.part, row.revision) for row in rows}))

    def note(self, records: Mapping[UUID, Place], unit: UnitIdentity) -> None:
        """These records of a run are on their way; what comes into the journal need not be remembered."""

    def close(self) -> None:
        """Let go of what was noted."""

    def head(self, source: str) -> AppendReceipt:
        """Where the journal stands with a source."""
        with reading(self._engine) as connection:
            return journal.head_of(connection, source)

    def sources(self, prefix: str) -> tuple[AppendReceipt, ...]:
        """Where it stands with every source whose name begins so."""
        query = select(col(SourceHead.source), col(SourceHead.seq), col(SourceHead.hash)).where(
            col(SourceHead.source).startswith(prefix, autoescape=True)
        )
        with reading(self._engine) as connection:
            return tuple(AppendReceipt(*row) for row in connection.execute(query.order_by(col(SourceHead.source))))

    def known(
        self, records: Collection[UUID], units: Sequence[UnitIdentity]
    ) -> tuple[dict[UUID, Place], set[UnitIdentity]]:
        """Those of these records that are journalled, each with its place, and those of these units that are known."""
        wanted = {(unit.maker, unit.part, unit.serial): unit for unit in units}
        with reading(self._engine) as connection:
            places = {row.record_id: (row.source, row.seq) for row in _PLACES.rows(connection, records)}
            found = {
                wanted[key]
                for row in _UNITS.rows(connection, sorted({serial for _, _, serial in wanted}))
                if (key := (row.maker, row.part, row.serial)) in wanted
            }
        return places, found


class Rehearsed(Arrived):
    """The same for an import that writes nothing: what would be there by now is noted in a temporary file."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        # An empty name is SQLite's for a database of its own on disk, which goes when it is closed.
        self._noted = pysqlite3.connect("", isolation_level=None)
        self._noted.execute("PRAGMA synchronous = OFF")
        self._noted.execute("CREATE TABLE record (id TEXT PRIMARY KEY, source TEXT, seq INTEGER) WITHOUT ROWID")
        self._noted.execute("CREATE TABLE unit (maker TEXT, part TEXT, serial TEXT, PRIMARY KEY (serial, part, maker))")

    def note(self, records: Mapping[UUID, Place], unit: UnitIdentity) -> None:
        """Note what would be on its way."""
        rows = [(str(id_), *place) for id_, place in records.items()]
        self._noted.executemany("INSERT OR IGNORE INTO record VALUES (?, ?, ?)", rows)
        self._noted.execute("INSERT OR IGNORE INTO unit VALUES (?, ?, ?)", (unit.maker, unit.part, unit.serial))

    def known(
        self, records: Collection[UUID], units: Sequence[UnitIdentity]
    ) -> tuple[dict[UUID, Place], set[UnitIdentity]]:
        """What is in the journal, and what would be."""
        places, found = super().known(records, units)
        listed = (to_json([str(id_) for id_ in records]).decode(),)
        rows = self._noted.execute(
            "SELECT id, source, seq FROM record WHERE id IN (SELECT value FROM json_each(?))", listed
        )
        noted = {UUID(id_): (source, seq) for id_, source, seq in rows}
        wanted = {(unit.maker, unit.part, unit.serial): unit for unit in units}
        serials = (to_json([unit.serial for unit in units]).decode(),)
        rows = self._noted.execute(
            "SELECT maker, part, serial FROM unit WHERE serial IN (SELECT value FROM json_each(?))", serials
        )
        return noted | places, found | {wanted[key] for key in rows if key in wanted}

    def close(self) -> None:
        """Forget what was noted."""
        self._noted.close()
