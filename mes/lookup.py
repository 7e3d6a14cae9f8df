"""The rows whose column is one of many values, which go to the database as one parameter, however many there are.

An IN list names a parameter for each value; building it costs SQLAlchemy more than the database takes to answer, and
SQLite limits how many there may be. PostgreSQL takes an array, SQLite a JSON list, and both use the column's index.
"""

from collections.abc import Collection, Iterable
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ARRAY, Connection, Row, Select, String, any_, bindparam, func, select
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect
from sqlalchemy.sql import ColumnElement


class Lookup:
    """A statement that is asked again and again for other values of one column.

    Both forms are built once: building a statement takes longer than asking it.
    """

    def __init__(self, statement: Select[Any], column: ColumnElement[Any]) -> None:
        listed = func.json_each(bindparam("wanted", type_=String())).table_valued("value")
        self._in_list = statement.where(column.in_(select(listed.c.value)))
        self._in_array = statement.where(column == any_(bindparam("wanted", type_=ARRAY(column.type))))
        self._stored = column.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)

    def rows(self, connection: Connection, wanted: Collection[Any], **others: Any) -> Iterable[Row[Any]]:
        """The rows for these values, in the statement's order; none when there are no values.

        `others` are the statement's own parameters.
        """
        if not wanted:
            return ()
        if connection.dialect.name == "postgresql":
            return connection.execute(self._in_array, {"wanted": list(wanted), **others})
        stored = list(wanted) if self._stored is None else list(map(self._stored, wanted))
        return connection.execute(self._in_list, {"wanted": to_json(stored).decode(), **others})


_SQLITE = sqlite_dialect()
