"""Cells: a number keeps its digits through its prefix, a moment has one meaning, and what has none is refused."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.importing.cells import CellRefused, Measured, Moments, Numbers, said
from mes.importing.history import HistoryRefused
from mes.importing.map_document import FileForm, FromColumn, TimeColumns
from mes.importing.units import SiUnit, UnknownUnit, si_unit
from mes.vocabulary import OverRange

VOLT = si_unit("V")


@pytest.mark.parametrize(
    ("spelling", "kept", "exponent"),
    [
        ("mΩ", "ohm", -3),
        ("m\u2126", "ohm", -3),
        ("mOhm", "ohm", -3),
        ("kOhm", "ohm", 3),
        ("µA", "A", -6),
        ("μA", "A", -6),
        ("°C", "degC", 0),
        ("℃", "degC", 0),
        ("GHz", "Hz", 9),
        ("%", "1", -2),
        ("m", "m", 0),
        ("mm", "m", -3),
        ("min", None, 0),
        ("dBm", "dBm", 0),
    ],
)
def test_a_unit_is_kept_in_one_spelling(spelling: str, kept: str | None, exponent: int) -> None:
    """SI without prefix; a metre is not a milli-nothing, and a minute is no unit of a value here."""
    if kept is None:
        with pytest.raises(UnknownUnit):
            si_unit(spelling)
    else:
        assert si_unit(spelling)[:2] == (kept, exponent)


def test_an_unknown_unit_names_the_nearest() -> None:
    """mOhn is told from mOhm."""
    with pytest.raises(UnknownUnit) as refused:
        si_unit("mOhn")
    assert "mOhm" in refused.value.remedy


@given(st.integers(-(10**12), 10**12), st.integers(0, 12))
def test_a_prefix_rounds_once(digits: int, places: int) -> None:
    """A number of milliohms becomes the double nearest to it in ohms, as if somebody had moved the point."""
    cell = str(Decimal(digits).scaleb(-places)) if places < 7 else str(digits)
    expected = float(Decimal(cell) / 1000)
    plain = format(Decimal(cell), "f")
    assert Numbers(FileForm()).measured("R", plain, si_unit("mOhm")).value == expected


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.5", 1.5), ("+.5", 0.5), ("-1e-3", -0.001), (" 2 ", 2.0), ("2.", 2.0), ("635.10 V", 635.1), ("1V", 1.0)],
)
def test_numbers_as_machines_write_them(cell: str, value: float) -> None:
    """A cell may repeat the unit of its column."""
    assert Numbers(FileForm()).measured("U", cell, VOLT) == Measured(value)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1,5", 'write decimal = ","'),
        ("NaN", "file.missing"),
        ("-inf", "file.missing"),
        ("1_000", "is no number"),
        ("0x10", "is no number"),
        ("1 mV", "is no number"),
        ("١", "is no number"),
        ("1e999", "larger than any"),
        ("9" * 70, "is no number"),
    ],
)
def test_what_is_no_number_is_refused_with_the_remedy(cell: str, reason: str) -> None:
    """Nothing is guessed: neither another mark, nor another unit, nor what Python would take for a number."""
    with pytest.raises(CellRefused, match=reason):
        Numbers(FileForm()).measured("U", cell, VOLT)


def test_a_decimal_comma_with_points_between_thousands() -> None:
    """1.234,5 is twelve hundred; 1.23,4 is nothing."""
    numbers = Numbers(FileForm(delimiter=";", decimal=",", thousands="."))
    assert numbers.measured("U", "1.234,5", VOLT).value == 1234.5
    with pytest.raises(CellRefused):
        numbers.measured("U", "1.23,4", VOLT)


def test_marks_of_missing_and_over_range() -> None:
    """What left the range is no number and not nothing."""
    numbers = Numbers(FileForm(missing=("", "-"), over=("OL",), under=("-OL",)))
    assert [numbers.measured("U", cell, VOLT) for cell in ("-", "OL", "-OL")] == [
        Measured(),
        Measured(over_range=OverRange.OVER),
        Measured(over_range=OverRange.UNDER),
    ]
    assert numbers.limit("LSL", "-", VOLT) is None


def moment(cell: str, **columns: str) -> datetime:
    """The moment in a cell."""
    return Moments(TimeColumns(started=FromColumn(column="at"), **columns)).at("at", cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "columns", "expected"),
    [
        ("2025-03-03T08:00:00+01:00", {}, datetime(2025, 3, 3, 7, tzinfo=UTC)),
        ("2025-07-03 08:00:00", {"zone": "Europe/Berlin"}, datetime(2025, 7, 3, 6, tzinfo=UTC)),
        ("2025-03-03T08:00:00Z", {"zone": "+08:00"}, datetime(2025, 3, 3, 8, tzinfo=UTC)),
        ("03.03.2025 08:00", {"format": "%d.%m.%Y %H:%M", "zone": "+08:00"}, datetime(2025, 3, 3, 0, tzinfo=UTC)),
        ("1741000000.5", {"format": "unix"}, datetime(2025, 3, 3, 11, 6, 40, 500000, tzinfo=UTC)),
        (
            "2025-10-26 02:30:00",
            {"zone": "Europe/Berlin", "ambiguous": "earlier"},
            datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
        ),
        (
            "2025-10-26 02:30:00",
            {"zone": "Europe/Berlin", "ambiguous": "later"},
            datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_moment_is_one_in_utc(cell: str, columns: dict[str, str], expected: datetime) -> None:
    """A zone of its own in the cell outweighs the map's."""
    assert moment(cell, **columns) == expected


@pytest.mark.parametrize(
    ("cell", "columns", "reason"),
    [
        ("2025-03-03 08:00:00", {}, "says no time zone"),
        ("2025-10-26 02:30:00", {"zone": "Europe/Berlin"}, "is two times"),
        ("2025-03-30 02:30:00", {"zone": "Europe/Berlin"}, "is no time in"),
        ("03/03/2025", {"zone": "UTC"}, "is no moment as"),
        ("1969-12-31T00:00:00Z", {}, "lies outside"),
        ("9999-12-31T23:59:59-12:00", {}, "is no moment|lies outside"),
        ("nan", {"format": "unix"}, "is no moment"),
    ],
)
def test_a_moment_that_is_none_or_two_is_refused(cell: str, columns: dict[str, str], reason: str) -> None:
    """The hour that a clock shows twice in autumn is not guessed, and that which it never shows is no time."""
    with pytest.raises(CellRefused, match=reason):
        moment(cell, **columns)


def test_a_format_without_a_zone_needs_one() -> None:
    """Known before the first line is read."""
    with pytest.raises(HistoryRefused, match="add zone"):
        Moments(TimeColumns(started=FromColumn(column="at"), format="%d.%m.%Y"))
    with pytest.raises(HistoryRefused, match="Europe/Berlyn"):
        Moments(TimeColumns(started=FromColumn(column="at"), zone="Europe/Berlyn"))


@pytest.mark.parametrize(
    ("by", "cell", "answer"),
    [
        (FromColumn(column="c"), " mei ", "mei"),
        (FromColumn(column="c", empty="nobody"), " ", "nobody"),
        (FromColumn(column="c", words={"B1": "final-1"}), "B1", "final-1"),
        ("fixed", "whatever", "fixed"),
        (FromColumn(column="c"), "", None),
        (FromColumn(column="c", words={"B1": "final-1"}), "B2", None),
        (FromColumn(column="c"), "x" * 121, None),
        (FromColumn(column="c"), "a\x1b[2J", None),
    ],
)
def test_what_a_cell_says(by: str | FromColumn, cell: str, answer: str | None) -> None:
    """A word that the map does not know, and a text that acts on a terminal, are refused."""
    if answer is None:
        with pytest.raises(CellRefused):
            said(by, {"c": cell})
    else:
        assert said(by, {"c": cell}) == answer


def test_a_unit_of_its_own_is_repeated_only_as_written() -> None:
    """The column is in mV: a cell in V is refused, not converted."""
    assert Numbers(FileForm()).measured("U", "5 mV", si_unit("mV")).value == 0.005
    with pytest.raises(CellRefused):
        Numbers(FileForm()).measured("U", "5 V", si_unit("mV"))
    assert SiUnit("V").written == ""
