"""Identities: unique, sorted by birth, repeatable from a seed."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.errors import StationError
from stations.identity import IdMaker

START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


class SetClock:
    """A wall clock that stands where it is put."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> float:
        return 0.0

    def utc(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def test_id_is_a_uuid_of_version_7_that_carries_its_birth():
    """The first 48 bits are Unix milliseconds; version is 7 and variant that of RFC 9562."""
    made = IdMaker(SetClock(), random.Random(1))()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(START.timestamp() * 1000)


@given(seed=st.integers(0, 2**32), steps=st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=60))
def test_ids_only_ever_grow(seed, steps):
    """Whatever the clock does, standing still or going back, each id is greater than the one before."""
    clock = SetClock()
    ids = IdMaker(clock, random.Random(seed))
    made = []
    for milliseconds in steps:
        clock.sleep(milliseconds / 1000)
        made.append(ids())
    assert all(earlier.int < later.int for earlier, later in pairwise(made))
    assert all(i.version == 7 and i.variant == "specified in RFC 4122" for i in made)


def test_a_clock_that_stands_still_gives_many_different_ids():
    """A simulated run may take no time at all, and still needs an id for every record."""
    ids = IdMaker(SetClock(), random.Random(7))
    made = [ids() for _ in range(10_000)]
    assert len(set(made)) == 10_000
    assert made == sorted(made)


def test_a_full_counter_borrows_the_next_millisecond():
    """When the 42-bit counter is full the time stamp runs ahead of the clock, and ids stay in order."""
    ids = IdMaker(SetClock(), random.Random(7))
    ids()
    ids._counter = 2**42 - 2
    last, borrowed = ids(), ids()
    assert borrowed > last
    assert borrowed.int >> 80 == (last.int >> 80) + 1


def test_a_seed_repeats_its_ids_and_another_seed_shares_none():
    """The same seed and clock give the same ids in every process; two seeds give different ones."""
    first, again, other = (IdMaker(SetClock(), random.Random(seed)) for seed in (7, 7, 8))
    made = [first() for _ in range(100)]
    assert made == [again() for _ in range(100)]
    assert not set(made) & {other() for _ in range(100)}


def test_a_clock_before_1970_is_refused():
    """A UUIDv7 cannot say a time before 1970: the clock must be set, no other time is invented."""
    with pytest.raises(StationError, match=r"1969-12-31.*set the clock"):
        IdMaker(SetClock(datetime(1969, 12, 31, tzinfo=UTC)), random.Random(1))()
