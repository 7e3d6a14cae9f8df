"""The measurement vector: one column that holds every measured value of a run, on both databases.

A run's values are laid out by its plan, so element `place` means the same measurand in every run of that plan.
On PostgreSQL the column is ``double precision[]``; on SQLite it is a packed little-endian float64 BLOB in which a
value that was not measured is NaN. `element` reads one place inside the database, so that a query over many runs
never unpacks a whole vector in Python.
"""

import struct
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Dialect, Double, LargeBinary, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

ELEMENT_FUNCTION = "vector_element"
"""Name of the SQL function that `register_functions` gives to SQLite."""

_WIDTH = 8
_UNPACK = struct.Struct("<d").unpack
_NAN = float("nan")


def pack(values: Sequence[float | None]) -> bytes:
    """The vector as little-endian float64, NaN for None."""
    return struct.pack(f"<{len(values)}d", *[_NAN if v is None else v for v in values])


def unpack(blob: bytes) -> list[float | None]:
    """The vector in these bytes, None for NaN. Raises `ValueError` when they are no whole number of float64."""
    if len(blob) % _WIDTH:
        raise ValueError(f"measurement vector of {len(blob)} bytes is no whole number of float64")
    return [v if v == v else None for v in struct.unpack(f"<{len(blob) // _WIDTH}d", blob)]


def unpack_element(blob: bytes | None, place: int | None) -> float | None:
    """Element `place` (from 0) of a packed vector; None for a place outside it, as PostgreSQL gives NULL."""
    if blob is None or place is None or not 0 <= place < len(blob) // _WIDTH:
        return None
    value: float = struct.unpack_from("<d", blob, place * _WIDTH)[0]
    return value if value == value else None


def register_functions(connection: Any) -> None:
    """Give an SQLite DBAPI connection the function that `element` and the `measurement` view call."""
    connection.create_function(ELEMENT_FUNCTION, 2, unpack_element, deterministic=True)


class _Bytes(LargeBinary):
    """Bytes that go to the driver as they are: a view around them would be one more object for each run."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing is converted."""


class MeasurementVector(TypeDecorator[list[float | None]]):
    """A list of float or None: ``double precision[]`` on PostgreSQL, packed float64 on SQLite."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(Double(), dimensions=1))
        return dialect.type_descriptor(_Bytes())

    def process_bind_param(self, value: list[float | None] | None, dialect: Dialect) -> Any:
        """The list as the database's driver wants it."""
        if value is None or dialect.name == "postgresql":
            return value
        return pack(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> list[float | None] | None:
        """The list as it was stored."""
        vector: list[float | None] | None = value if value is None or dialect.name == "postgresql" else unpack(value)
        return vector


class _Element(FunctionElement[float | None]):
    """Element of a vector, counted from 0 on every database."""

    type: TypeEngine[float | None] = Double()
    name = ELEMENT_FUNCTION
    inherit_cache = True


def element(column: Any, place: Any) -> ColumnElement[float | None]:
    """SQL expression for element `place` (from 0; an int or a column) of a vector column; NULL if not measured."""
    return _Element(column, literal(place) if isinstance(place, int) else place)


class _StoredElement(FunctionElement[Any]):
    """The same as the database stores it, so that nothing of Python is called for each row."""

    type: TypeEngine[Any] = NullType()
    name = "stored_element"
    inherit_cache = True


def stored_element(column: Any, place: Any) -> ColumnElement[Any]:
    """Element `place` (from 0; a column) of a vector column as `value_of` reads it."""
    return _StoredElement(column, place)


def value_of(stored: bytes | float | None) -> float | None:
    """The value that `stored_element` told: on SQLite its bytes, none of them for a place outside the vector."""
    if not isinstance(stored, bytes):
        return stored
    if len(stored) != _WIDTH:
        return None
    value: float = _UNPACK(stored)[0]
    return value if value == value else None


@compiles(_Element)
def _function_call(expression: _Element, compiler: SQLCompiler, **options: Any) -> str:
    column, place = expression.clauses.clauses
    return f"{ELEMENT_FUNCTION}({compiler.process(column, **options)}, {compiler.process(place, **options)})"


@compiles(_StoredElement, "sqlite")
def _bytes_of(expression: _StoredElement, compiler: SQLCompiler, **options: Any) -> str:
    column, place = expression.clauses.clauses
    # substr counts from 1.
    begin = f"({compiler.process(place, **options)}) * {_WIDTH} + 1"
    return f"substr({compiler.process(column, **options)}, {begin}, {_WIDTH})"


@compiles(_StoredElement, "postgresql")
@compiles(_Element, "postgresql")
def _subscript(expression: _Element | _StoredElement, compiler: SQLCompiler, **options: Any) -> str:
    column, place = expression.clauses.clauses
    # PostgreSQL counts array elements from 1.
    return f"({compiler.process(column, **options)})[{compiler.process(place, **options)} + 1]"
