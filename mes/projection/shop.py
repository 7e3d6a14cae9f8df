"""Code tables and the skills of operators while a batch is folded: read once, changed in memory, written once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, select, update

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.shop import Certification, CodeTableRow
from mes.row_writer import insert_rows

_TABLE, _CERTIFICATION = table_of(CodeTableRow), table_of(Certification)
_TABLES = Lookup(select(_TABLE), _TABLE.c.digest)
_CERTIFICATIONS = Lookup(select(_CERTIFICATION), _CERTIFICATION.c.operator)


class ShopSet:
    """What a batch touches of what a site agrees on."""

    def __init__(self) -> None:
        self.code_tables: dict[str, dict[str, Any]] = {}
        """Code tables by their digest."""
        self.released_again: set[str] = set()
        """Digests of those that were released again."""
        self.certifications: dict[tuple[str, str], dict[str, Any]] = {}
        """The skills of operators, by operator and skill."""
        self.certified: set[tuple[str, str]] = set()
        """Those of them that are to be written."""

    def load(self, connection: Connection, digests: Collection[str], operators: Collection[str]) -> None:
        """Read these code tables and the skills of these operators."""
        for row in _TABLES.rows(connection, digests):
            self.code_tables[row.digest] = row._asdict()
        for row in _CERTIFICATIONS.rows(connection, operators):
            self.certifications[row.operator, row.skill] = row._asdict()

    def write(self, connection: Connection) -> None:
        """Write code tables that were released again, and the skills that changed; new tables are inserted before."""
        for digest in self.released_again:
            change = update(_TABLE).where(_TABLE.c.digest == digest)
            connection.execute(change.values(released_at=self.code_tables[digest]["released_at"]))
        written = [self.certifications[key] for key in sorted(self.certified)]
        for row in written:
            connection.execute(
                delete(_CERTIFICATION).where(
                    _CERTIFICATION.c.operator == row["operator"], _CERTIFICATION.c.skill == row["skill"]
                )
            )
        insert_rows(connection, _CERTIFICATION, written)
