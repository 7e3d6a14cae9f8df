"""Statements that are asked again and again, compiled once: for one set of values, or for many values of a column.

Of a small question SQLAlchemy takes twenty times as long to go from a statement to its rows as SQLite takes to answer
it, and a gate decision asks two dozen of them. So SQL text, parameters and conversions are made from the statement
once, and the driver is asked directly. Rows are named tuples, converted as SQLAlchemy would convert them.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, SafeUUID

from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    CompoundSelect,
    Connection,
    Dialect,
    Select,
    String,
    any_,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

_Convert = Callable[[Any], Any]


class Prepared:
    """A select whose values are named by `bindparam`s; those that it holds itself stay.

    With `raw` its rows are plain tuples, as the driver gives them.
    """

    def __init__(self, statement: Select[Any] | CompoundSelect[Any], *, raw: bool = False) -> None:
        self._statement, self._raw = statement, raw
        self._compiled: dict[str, _Compiled] = {}

    @property
    def statement(self) -> Select[Any] | CompoundSelect[Any]:
        """The select itself, to be part of another."""
        return self._statement

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """The rows for these values, in the statement's order."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect, raw=self._raw)
        return compiled.rows(connection, values)


class Lookup:
    """The rows whose column is one of many values, which go to the database as one parameter, however many there are.

    An IN list names a parameter for each value, and SQLite limits how many there may be. PostgreSQL takes an array,
    SQLite a JSON list, and both use the column's index. With `raw` nothing is converted: the values are those of
    `id_text`, the rows plain tuples as the driver gives them, so that a walk over ten thousand units is spared it.
    """

    def __init__(self, statement: Select[Any], column: ColumnElement[Any], *, raw: bool = False) -> None:
        listed = func.json_each(bindparam("wanted", type_=String())).table_valued("value")
        self._in_list = Prepared(statement.where(column.in_(select(listed.c.value))), raw=raw)
        array = ARRAY(column.type)
        if raw:
            # Not any(): of an array unseen when it plans, PostgreSQL may compare every row with every value.
            told = func.unnest(cast(bindparam("wanted", type_=String()), array), type_=column.type)
            self._in_array = Prepared(statement.where(column.in_(select(told))), raw=raw)
        else:
            self._in_array = Prepared(statement.where(column == any_(bindparam("wanted", type_=array))))
        self._stored = None if raw else column.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
        self._raw = raw

    def rows(self, connection: Connection, wanted: Collection[Any], **others: Any) -> Sequence[Any]:
        """The rows for these values, in the statement's order; none when there are no values.

        `others` are the statement's own parameters.
        """
        if not wanted:
            return ()
        if connection.dialect.name == "postgresql":
            array: Any = "{" + ",".join(wanted) + "}" if self._raw else list(wanted)
            return self._in_array.rows(connection, wanted=array, **others)
        stored = list(wanted) if self._stored is None else list(map(self._stored, wanted))
        return self._in_list.rows(connection, wanted=to_json(stored).decode(), **others)


class _Compiled:
    """One statement in the words of one database."""

    def __init__(self, statement: Select[Any] | CompoundSelect[Any], dialect: Dialect, *, raw: bool) -> None:
        self._raw = raw
        compiled: Any = statement.compile(dialect=dialect)
        missing = {name: None for name, bound in compiled.binds.items() if bound.required}
        # A list that the statement holds is spelled out, a parameter for each value.
        whole = compiled.construct_expanded_state(missing)
        self._sql: str = whole.statement
        self._order: tuple[str, ...] | None = tuple(whole.positiontup) if compiled.positional else None
        own = {name: _bind(bound.type, dialect) for name, bound in compiled.binds.items()}
        self._converters: dict[str, _Convert | None] = own | dict(whole.processors)
        fixed = {name: value for name, value in whole.parameters.items() if name not in missing}
        self._fixed = {name: self._converted(name, value) for name, value in fixed.items()}
        self._columns = list(statement.selected_columns)
        # What has no name, such as a cast, goes by its place.
        names = [getattr(column, "name", "") for column in self._columns]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        self._make = row._make
        self._results: list[tuple[int, _Convert]] | None = None

    def rows(self, connection: Connection, values: dict[str, Any]) -> Sequence[Any]:
        given = self._fixed | {name: self._converted(name, value) for name, value in values.items()}
        told: Any = given if self._order is None else tuple([given[name] for name in self._order])
        # Not through the connection's own execute, which makes a result and its description anew each time.
        cursor: Any = connection.connection.cursor()
        error_type: Any = connection.dialect.loaded_dbapi.Error
        try:
            cursor.execute(self._sql, told)
            found = cursor.fetchall()
        except error_type as error:
            # What every other statement raises, so that whoever tells troubles apart need not know of two kinds.
            raise DBAPIError.instance(self._sql, told, error, error_type, dialect=connection.dialect) from error
        finally:
            description = cursor.description
            cursor.close()
        if self._raw or not found:
            return list(found)
        if self._results is None:
            self._results = self._conversions(connection.dialect, [column[1] for column in description])
        if self._results:
            columns: list[Any] = list(zip(*found, strict=True))
            for place, convert in self._results:
                columns[place] = map(convert, columns[place])
            found = zip(*columns, strict=True)
        return [self._make(row) for row in found]

    def _conversions(self, dialect: Dialect, types: Sequence[Any]) -> list[tuple[int, _Convert]]:
        """The conversions that are needed, by place; they depend on what type the driver says that it gives."""
        found: list[tuple[int, _Convert]] = []
        for place, (column, told) in enumerate(zip(self._columns, types, strict=True)):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, told)
            if convert is not None:
                found.append((place, convert))
        return found

    def _converted(self, name: str, value: Any) -> Any:
        convert = self._converters.get(name)
        return value if convert is None else convert(value)


def _bind(type_: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def id_text(column: Any) -> ColumnElement[str]:
    """An id as the database tells it: 32 digits on SQLite, with hyphens on PostgreSQL; `UUID` reads both."""
    return cast(column, String)


def id_of(stored: str) -> UUID:
    """The id that `id_text` told: what `UUID` makes of it, for half the price, as thousands are told at once.

    Raises `ValueError` for what is none.
    """
    digits = stored.replace("-", "") if len(stored) == _HYPHENATED else stored
    if len(digits) != _DIGITS:
        return UUID(stored)
    id_ = _NEW(UUID)
    _SET(id_, "int", int(digits, 16))
    _SET(id_, "is_safe", SafeUUID.unknown)
    return id_


def stored_moment(column: Any) -> ColumnElement[Any]:
    """A moment as the driver tells it, which orders as time does: a text on SQLite, a datetime on PostgreSQL."""
    return type_coerce(column, String())


def moment_stored(connection: Connection, column: ColumnElement[Any], moment: datetime | None) -> Any:
    """A moment in the form of `stored_moment`, to be compared with one."""
    if moment is None or connection.dialect.name == "postgresql":
        return moment
    convert = _bind(column.type, connection.dialect)
    return moment if convert is None else convert(moment)


def moment_of(stored: Any) -> datetime:
    """The moment that `stored_moment` told."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored + "+00:00")
    moment: datetime = stored.astimezone(UTC)
    return moment


_SQLITE = sqlite_dialect()
_DIGITS, _HYPHENATED = 32, 36
_NEW, _SET = object.__new__, object.__setattr__
