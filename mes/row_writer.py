"""Writes many rows by one statement, converting a column at a time.

SQLAlchemy compiles the statement and names the conversion of each column, once for each set of columns; its own
executemany then spends several times what the database takes on walking through every value of every row. The rows
are handed to the driver as SQLAlchemy would hand them over, so a database holds the same either way. PostgreSQL takes
new rows by binary COPY, which spares it the parsing of every number, and changes as one array a column.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, Literal

import psycopg
from sqlalchemy import Connection, Dialect, LargeBinary, Table, bindparam, insert, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Row = dict[str, Any]

_ID = "row_id"
_COPY_TYPES = {"FLOAT": "float8", "DOUBLE PRECISION[]": "float8[]"}
"""What psycopg calls the types that it does not know by PostgreSQL's longer names."""

_NOT_IN_ARRAYS = frozenset({"float8[]", "json"})


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement, its parameters in the driver's order, the column of each, its conversion and its type.

    `takes` says what the driver wants: for each row a sequence or a mapping, a COPY, or one array for each column.
    """

    sql: str
    takes: Literal["sequences", "mappings", "copy", "arrays"]
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    converters: tuple[Callable[[Any], Any] | None, ...]
    types: tuple[str, ...]

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        columns: list[Iterable[Any]] = []
        for column, convert in zip(self.columns, self.converters, strict=True):
            values = [row[column] for row in rows]
            columns.append(values if convert is None else list(map(convert, values)))
        told: Any = zip(*columns, strict=True)
        if self.takes == "copy":
            self._copy(connection, told)
        elif self.takes == "arrays":
            connection.exec_driver_sql(self.sql, tuple(columns))
        elif self.takes == "mappings":
            connection.exec_driver_sql(self.sql, list(map(dict, map(zip, repeat(self.parameters), told))))
        else:
            connection.exec_driver_sql(self.sql, list(told))

    def _copy(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(self.sql) as copy:
                copy.set_types(self.types)
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            # What every other statement raises, so that whoever tells troubles apart need not know of two kinds.
            raise DBAPIError.instance(self.sql, None, error, psycopg.Error, dialect=connection.dialect) from error


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert these rows; every one names the same columns."""
    if rows:
        _insert(table, tuple(rows[0]), connection.dialect).execute(connection, rows)


def update_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Set the columns that each row names, in the row of its `id`."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(tuple(row), []).append(row)
    for names, group in alike.items():
        _update(table, names, connection.dialect).execute(connection, group)


@lru_cache(maxsize=256)
def _insert(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Statement:
    if dialect.name == "postgresql":
        quote = dialect.identifier_preparer.quote
        sql = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN (FORMAT BINARY)"
        return _statement(sql, "copy", names, table, dialect)
    # inline: a key that the database counts itself is not asked for.
    return _compiled(insert(table).inline(), table, names, dialect)


@lru_cache(maxsize=256)
def _update(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Statement:
    changed = tuple(name for name in names if name != "id")
    # An array of arrays must be rectangular, and the vectors of different plans are not.
    if dialect.name == "postgresql" and not any(_type(table, name, dialect) in _NOT_IN_ARRAYS for name in changed):
        quote = dialect.identifier_preparer.quote
        arrays = ", ".join(f"%s::{_type(table, name, dialect)}[]" for name in (*changed, "id"))
        sets = ", ".join(f"{quote(name)} = told.{quote(name)}" for name in changed)
        told = ", ".join(map(quote, (*changed, _ID)))
        sql = f"UPDATE {quote(table.name)} SET {sets} FROM unnest({arrays}) AS told ({told}) WHERE id = told.{_ID}"
        return _statement(sql, "arrays", (*changed, _ID), table, dialect)
    return _compiled(update(table).where(table.c.id == bindparam(_ID)), table, (*changed, _ID), dialect)


def _compiled(statement: Any, table: Table, names: tuple[str, ...], dialect: Dialect) -> _Statement:
    compiled = statement.compile(dialect=dialect, column_keys=[name for name in names if name != _ID])
    takes: Literal["sequences", "mappings"] = "sequences" if compiled.positional else "mappings"
    return _statement(str(compiled), takes, tuple(compiled.positiontup or names), table, dialect)


def _statement(
    sql: str,
    takes: Literal["sequences", "mappings", "copy", "arrays"],
    parameters: tuple[str, ...],
    table: Table,
    dialect: Dialect,
) -> _Statement:
    columns = tuple("id" if name == _ID else name for name in parameters)
    converters = tuple(_converter(table.c[name].type, dialect) for name in columns)
    types = tuple(_type(table, name, dialect) for name in columns)
    return _Statement(sql, takes, parameters, columns, converters, types)


def _converter(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    # Both drivers take bytes as they are; the view that SQLAlchemy puts around them is one more object to collect.
    return None if isinstance(type_, LargeBinary) else type_.dialect_impl(dialect).bind_processor(dialect)


def _type(table: Table, name: str, dialect: Dialect) -> str:
    told = table.c[name].type.dialect_impl(dialect).compile(dialect=dialect)
    return _COPY_TYPES.get(told, told.lower())
