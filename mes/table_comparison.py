"""Whether the tables are what the journal says: it is folded anew beside them, and every row is held against its twin.

The chain proves the journal; this proves the projection. Every table that is folded is compared, whoever added it, by
its primary key. What is kept in memory is a digest for each row.
"""

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from mes.command_line import sqlite_url
from mes.database import read_only_engine, reading
from mes.models import projected_tables
from mes.site_copy import copy_site

_NAMED = 5
"""How many keys of a table's faults are told."""
_STREAM = {"yield_per": 500}

Digests = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class TableFault:
    """A table that is not what the journal says: rows that lack, that are too many, that say something else.

    `keys` are the first of them, as values of the primary key.
    """

    table: str
    missing: int
    unexpected: int
    different: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableReport:
    """What was compared, and the tables that are not what the journal says."""

    tables: int
    rows: int
    faults: tuple[TableFault, ...]


def compare_tables(engine: Engine, progress: Callable[[int, int], None] | None = None) -> TableReport:
    """Fold the journal of this site into a throw-away database and compare every folded table with it.

    Raises `RecordRejected` when the journal cannot be folded, and what reading and folding raise.
    """
    faults, rows = [], 0
    with tempfile.TemporaryDirectory(prefix="rackline-verify-") as folder:
        url = sqlite_url(Path(folder) / "folded.db")
        # Journal and tables in one transaction: a line that goes on writing changes neither under the comparison.
        with reading(engine) as connection:
            copy_site(connection, url, url, progress)
            twin = read_only_engine(url)
            try:
                with reading(twin) as folded:
                    for table in projected_tables():
                        expected, found = _digests(folded, table), _digests(connection, table)
                        rows += len(found)
                        if expected != found:
                            faults.append(_fault(table.name, expected, found))
            finally:
                twin.dispose()
    return TableReport(len(projected_tables()), rows, tuple(faults))


def _digests(connection: Connection, table: Table) -> Digests:
    """A digest of each row by its primary key; the same on every database."""
    keys = [column.name for column in table.primary_key]
    found: Digests = {}
    for row in connection.execute(select(table), execution_options=_STREAM):
        values = row._asdict()
        told = "\x1f".join(_canonical(value) for value in values.values())
        key = ", ".join(_canonical(values[name]) for name in keys)
        found[key] = hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()
    return found


def _canonical(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return str(value) if isinstance(value, str) else repr(value)


def _fault(table: str, expected: Digests, found: Digests) -> TableFault:
    missing = sorted(expected.keys() - found.keys())
    unexpected = sorted(found.keys() - expected.keys())
    different = sorted(key for key in expected.keys() & found.keys() if expected[key] != found[key])
    keys = (*missing, *unexpected, *different)[:_NAMED]
    return TableFault(table, len(missing), len(unexpected), len(different), keys)
