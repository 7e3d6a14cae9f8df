"""The measurement vector: the same list and the same element on both databases."""

import math
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, literal_column, select

from mes.database import create_site, open_engine, writing
from mes.vector import MeasurementVector, element, pack, stored_element, unpack, unpack_element, value_of
from mes.vocabulary import SiteKind

finite = st.floats(allow_nan=False, allow_infinity=False)
vectors = st.lists(st.none() | finite, max_size=12)

PROBE = Table(
    "vector_probe", MetaData(), Column("id", Integer, primary_key=True), Column("v", MeasurementVector, nullable=False)
)


@pytest.fixture
def engine(database_url):
    """A site with one more table, for vectors alone."""
    create_site(database_url, "cable works", SiteKind.SIMULATED)
    engine = open_engine(database_url)
    with writing(engine) as connection:
        PROBE.create(connection)
    yield engine
    engine.dispose()


def stored(engine: Engine, vector: list[float | None]) -> tuple[list[float | None], list[float | None]]:
    """The vector as the database gives it back, whole and element by element (with one place before and one after)."""
    places = range(-1, len(vector) + 1)
    with writing(engine) as connection:
        connection.execute(PROBE.delete())
        connection.execute(insert(PROBE), {"id": 1, "v": vector})
        whole = connection.execute(select(PROBE.c.v)).scalar_one()
        elements = connection.execute(select(*(element(PROBE.c.v, place).label(f"p{place + 1}") for place in places)))
        return whole, list(elements.one())


@given(vectors)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_databases_give_back_every_bit(engine, vector):
    """A stored vector comes back as it was, None for what was not measured, and NULL outside its places."""
    whole, elements = stored(engine, vector)
    assert whole == vector
    assert elements == [None, *vector, None]
    assert [math.copysign(1, v) for v in whole if v == 0] == [math.copysign(1, v) for v in vector if v == 0]


def test_element_takes_its_place_from_a_column(engine):
    """A join with the plan reads each measurand at the place which the plan gives it."""
    with writing(engine) as connection:
        connection.execute(insert(PROBE), [{"id": 0, "v": [1.5, None]}, {"id": 1, "v": [2.5, 3.5]}])
        query = select(element(PROBE.c.v, PROBE.c.id)).order_by(PROBE.c.id)
        assert list(connection.execute(query).scalars()) == [1.5, 3.5]
        place = literal_column("1")
        assert list(connection.execute(select(element(PROBE.c.v, place)).order_by(PROBE.c.id)).scalars()) == [None, 3.5]


def test_an_element_as_it_is_stored_is_the_same_value(engine):
    """Fetched as bytes or as a number it is the value, and none where nothing was measured or beyond the vector."""
    vectors = {0: [-0.25], 1: [2.5, 1e-300], 2: [1.0, 2.0, None], 3: [4.0]}
    with writing(engine) as connection:
        connection.execute(insert(PROBE), [{"id": place, "v": vector} for place, vector in vectors.items()])
        query = select(stored_element(PROBE.c.v, PROBE.c.id)).order_by(PROBE.c.id)
        assert [value_of(one) for one in connection.execute(query).scalars()] == [-0.25, 1e-300, None, None]


def test_packed_bytes_are_little_endian_float64():
    """The BLOB can be read by anyone: eight bytes a value, least significant first, NaN for not measured."""
    assert pack([1.0, None])[:8] == struct.pack("<d", 1.0)
    assert math.isnan(struct.unpack("<d", pack([None]))[0])


@given(vectors)
def test_unpacking_undoes_packing(vector):
    """Nothing is lost between a list and its bytes."""
    assert unpack(pack(vector)) == vector
    assert [unpack_element(pack(vector), place) for place in range(len(vector))] == vector


def test_broken_bytes_are_refused():
    """Bytes that are no whole number of values are no vector."""
    with pytest.raises(ValueError, match="7 bytes"):
        unpack(b"\0" * 7)
