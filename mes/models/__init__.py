"""Every table: the modules of this folder are imported once, so that one metadata knows them all."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Table
from sqlmodel import SQLModel

for _found in iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")

_KEPT = frozenset({"site", "journal", "source_head"})


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


@cache
def projected_tables() -> tuple[Table, ...]:
    """The tables that the journal can be folded into again, parents before children."""
    return tuple(table for table in SQLModel.metadata.sorted_tables if table.name not in _KEPT)
