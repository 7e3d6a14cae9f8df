"""The rows whose column is one of many values, which go to the database as one parameter, however many there are.

An IN list names a parameter for each value; building it costs SQLAlchemy more than the database takes to answer, and
SQLite limits how many there may be. PostgreSQL takes an array, SQLite a JSON list, and both use the column's index.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ARRAY, Connection, Select, String, any_, bindparam, cast, func, select, type_coerce
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect
from sqlalchemy.sql import ColumnElement


class Lookup:
    """A statement that is asked again and again for other values of one column.

    Both forms are built once: building a statement takes longer than asking it. With `as_text` the values are those of
    `id_text`, as the database tells them: a walk over ten thousand units spares itself making ids of them and back.
    """

    def __init__(self, statement: Select[Any], column: ColumnElement[Any], *, as_text: bool = False) -> None:
        listed = func.json_each(bindparam("wanted", type_=String())).table_valued("value")
        self._in_list = statement.where(column.in_(select(listed.c.value)))
        array = ARRAY(column.type)
        if as_text:
            # Not any(): of an array unseen when it plans, PostgreSQL may compare every row with every value.
            told = func.unnest(cast(bindparam("wanted", type_=String()), array), type_=column.type)
            self._in_array = statement.where(column.in_(select(told)))
        else:
            self._in_array = statement.where(column == any_(bindparam("wanted", type_=array)))
        self._stored = None if as_text else column.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
        self._as_text = as_text

    def rows(self, connection: Connection, wanted: Collection[Any], **others: Any) -> Iterable[Any]:
        """The rows for these values, in the statement's order; none when there are no values.

        `others` are the statement's own parameters.
        """
        if not wanted:
            return ()
        if connection.dialect.name == "postgresql":
            array: Any = "{" + ",".join(wanted) + "}" if self._as_text else list(wanted)
            return connection.execute(self._in_array, {"wanted": array, **others})
        stored = list(wanted) if self._stored is None else list(map(self._stored, wanted))
        return connection.execute(self._in_list, {"wanted": to_json(stored).decode(), **others})


def id_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """An id as the database tells it: 32 digits on SQLite, with hyphens on PostgreSQL; `UUID` reads both."""
    return cast(column, String)


def stored_moment(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A moment as the driver tells it, which orders as time does: a text on SQLite, a datetime on PostgreSQL."""
    return type_coerce(column, String())


def moment_stored(connection: Connection, column: ColumnElement[Any], moment: datetime | None) -> Any:
    """A moment in the form of `stored_moment`, to be compared with one."""
    if moment is None or connection.dialect.name == "postgresql":
        return moment
    convert = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return moment if convert is None else convert(moment)


def moment_of(stored: Any) -> datetime:
    """The moment that `stored_moment` told."""
    told: datetime = datetime.fromisoformat(f"{stored}+00:00") if isinstance(stored, str) else stored
    return told.astimezone(UTC)


_SQLITE = sqlite_dialect()
