"""Search by the beginning of a number: in pages, by code point, the same on both databases."""

import pytest

from mes.queries.search import PAGE_LIMIT, search
from mes.records import LotIdentity, LotReceived


def found(page):
    """What a page lists."""
    return [(row.kind, row.number) for row in page.rows]


def receive(line, number):
    """Receive a lot."""
    lot = LotIdentity(maker="Amphenol", part=line.PLUG, lot=number)
    line.tell(LotReceived(**line.envelope(), lot=lot, quantity=1, unit="pc", supplier="Distribution"))


def test_units_and_lots_are_found_by_how_they_begin(line):
    """Both kinds come in one order; what only contains the text does not come."""
    for serial in ("C10", "C1", "XC1", "D1"):
        line.register(serial)
    receive(line, "C1")
    assert found(search(line.engine, "C1")) == [("lot", "C1"), ("unit", "C1"), ("unit", "C10")]


def test_pages_together_are_everything_once(line):
    """Page behind page, in every size, each row comes exactly once and in order."""
    with line.delivery():
        for number in range(12):
            line.register(f"c{number:02d}" if number % 2 else f"C{number:02d}")
            receive(line, f"C{number:02d}")
    whole = search(line.engine, "c")
    assert len(whole.rows) == 24
    assert not whole.more
    for size in (1, 5, 23, 24):
        rows, page = [], search(line.engine, "c", limit=size)
        rows += page.rows
        while page.more:
            page = search(line.engine, "c", after=rows[-1], limit=size)
            rows += page.rows
        assert tuple(rows) == whole.rows


def test_capitals_are_found_without_the_shift_key(line):
    """What is typed small finds what is printed in capitals as well, and what is typed in capitals only that."""
    line.register("CAB")
    line.register("cab")
    assert found(search(line.engine, "ca")) == [("unit", "CAB"), ("unit", "cab")]
    assert found(search(line.engine, "CA")) == [("unit", "CAB")]


@pytest.mark.parametrize("prefix", ["%", "_", "\\", "'", "[", "*"])
def test_no_character_is_a_wildcard(line, prefix):
    """A percent sign finds the numbers that begin with a percent sign."""
    line.register("C1")
    line.register(prefix + "1")
    assert found(search(line.engine, prefix)) == [("unit", prefix + "1")]


@pytest.mark.parametrize("prefix", ["", "\0", "\ud800", "\U0010ffff", "\ud7ff"])
def test_what_no_database_can_hold_finds_nothing(line, prefix):
    """Nothing, NUL, half a character and the last code point there is: no row, and no error."""
    line.register("C1")
    assert found(search(line.engine, prefix)) == []


def test_page_has_its_limit(line):
    """Nobody reads more than a page, and a page is no longer than a screen can fill quickly."""
    with pytest.raises(ValueError, match="outside 1"):
        search(line.engine, "C", limit=PAGE_LIMIT + 1)
