"""Every table, imported once so that one metadata knows them all."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from mes.models import gauge, hold, journal, moments, product, rework, shop, test_run, unit

__all__ = [
    "gauge",
    "hold",
    "journal",
    "moments",
    "product",
    "projected_tables",
    "rework",
    "shop",
    "table_of",
    "test_run",
    "unit",
]

_KEPT = frozenset({"site", "journal", "source_head"})


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def projected_tables() -> tuple[Table, ...]:
    """The tables that the journal can be folded into again, parents before children."""
    return tuple(table for table in SQLModel.metadata.sorted_tables if table.name not in _KEPT)
