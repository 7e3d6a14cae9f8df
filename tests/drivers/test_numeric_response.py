"""Numbers are read whole or not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import Garbled
from drivers.numeric_response import is_no_value, parse_number

in_range = st.floats(min_value=-9.8e37, max_value=9.8e37, allow_nan=False)


def nr3(value: float) -> str:
    """A number as the DAQ970A writes it."""
    return f"{value:+.8E}"


@settings(deadline=None)  # an example's length is the machine's business
@given(in_range)
def test_every_finite_number_survives_its_own_writing(value: float) -> None:
    """What an instrument writes in full precision is read back exactly."""
    assert parse_number(f"{value:.17E}".replace("E+0", "E+").replace("E-0", "E-")) == value


@settings(deadline=None)  # an example's length is the machine's business
@given(st.floats(min_value=1e-99, max_value=9.8e37), st.data())
def test_no_proper_prefix_of_an_nr3_number_is_a_number(value: float, data: st.DataObject) -> None:
    """A line that lost its tail is refused, never read as a smaller number."""
    whole = nr3(value)
    cut = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    with pytest.raises(Garbled):
        parse_number(whole[:cut], "NR3")


@settings(deadline=None)  # an example's length is the machine's business
@given(st.floats(min_value=1e-99, max_value=9.8e37), st.data())
def test_no_proper_suffix_but_the_bare_plus_sign_changes_an_nr3_number(value: float, data: st.DataObject) -> None:
    """A line that lost its head is refused, or is the same number without its plus sign."""
    whole = nr3(value)
    cut = data.draw(st.integers(min_value=1, max_value=len(whole)))
    if cut == 1:
        assert parse_number(whole[cut:], "NR3") == parse_number(whole, "NR3")
    else:
        with pytest.raises(Garbled):
            parse_number(whole[cut:], "NR3")


@settings(deadline=None)  # an example's length is the machine's business
@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=10**6))
def test_a_decimal_comma_is_never_a_number(whole: int, fraction: int) -> None:
    """An instrument set to a decimal comma is found out at its first answer."""
    with pytest.raises(Garbled, match="decimal comma"):
        parse_number(f"{whole},{fraction}")


@settings(deadline=None)  # an example's length is the machine's business
@given(st.text(max_size=12))
def test_any_text_is_a_number_or_raises_garbled(text: str) -> None:
    """Reading a number raises nothing but Garbled and gives nothing but a finite number or a side."""
    try:
        number = parse_number(text)
    except Garbled:
        return
    assert number in ("OVER", "UNDER") or isinstance(number, float)


@settings(deadline=None)  # an example's length is the machine's business
@given(st.floats(min_value=9.92e37, max_value=1e300))
def test_beyond_infinity_is_over_range_on_its_side(value: float) -> None:
    """SCPI's infinities are the sides of the range, however many digits they carry."""
    assert parse_number(repr(value)) == "OVER"
    assert parse_number(repr(-value)) == "UNDER"


@pytest.mark.parametrize("text", ["+9.90000000E+37", "9.9E37", "INF", "+infinity", "9.900000E+37"])
def test_infinity_is_over_range(text: str) -> None:
    """SCPI-99 writes an open circuit as 9.9E37 or INF."""
    assert parse_number(text) == "OVER"


@pytest.mark.parametrize("text", ["9.91E37", "+9.91000000E+37", "9.910000E+37", "NAN", "nan"])
def test_not_a_number_raises(text: str) -> None:
    """SCPI-99 writes 'nothing was measured' as 9.91E37; that is no reading."""
    assert is_no_value(text)
    with pytest.raises(Garbled, match="no value"):
        parse_number(text)


@pytest.mark.parametrize("text", ["", " ", "+", "1.2.3", "0x10", "1_000", "1E", "E5", "12 V", "1.0E+1O", "١٢"])
def test_what_python_or_people_call_numbers_is_not_one(text: str) -> None:
    """Only the forms of IEEE 488.2 count; Python's underscores and other alphabets' digits do not."""
    with pytest.raises(Garbled):
        parse_number(text)
