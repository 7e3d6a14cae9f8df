"""A bar shows on which side of which limit a value lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.tui.view_band import BAR_WIDTH, band_bar

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(value=NUMBERS, low=st.none() | NUMBERS, high=st.none() | NUMBERS)
def test_arrow_stands_exactly_where_a_limit_was_passed(value, low, high):
    """◀ means below the low limit, ▶ above the high one, ● within both; limits are inclusive."""
    if low is not None and high is not None and low > high:
        low, high = high, low
    bar = band_bar(value, low, high)
    below, above = low is not None and value < low, high is not None and value > high
    assert ("◀" in bar, "▶" in bar) == (below, above)
    assert ("●" in bar) == (bool(bar) and not below and not above)
    assert len(bar) == (0 if low is None and high is None else BAR_WIDTH)


@given(values=st.lists(st.floats(0, 1), min_size=2, max_size=2), low=st.just(0.0), high=st.just(1.0))
def test_greater_value_never_stands_further_left(values, low, high):
    """The mark keeps the order of the values."""
    first, second = (band_bar(value, low, high).index("●") for value in sorted(values))
    assert first <= second


@pytest.mark.parametrize(
    ("value", "low", "high", "bar"),
    [
        (0.0, 0.0, 10.0, " │●··········│ "),
        (5.0, 0.0, 10.0, " │·····●·····│ "),
        (10.0, 0.0, 10.0, " │··········●│ "),
        (10.1, 0.0, 10.0, " │···········│▶"),
        (-18.14, -17.16, None, "◀│···········  "),
        (-17.16, -17.16, None, " │●··········  "),
        (2.0, 2.0, 2.0, " │·····●·····│ "),
        (1e308, -1.7e308, 1.7e308, " │········●··│ "),
        (1.0, None, None, ""),
        (None, 0.0, 1.0, ""),
    ],
)
def test_bars_of_known_values(value, low, high, bar):
    """Values on their limits, in the middle, outside, with one limit, with a band of no width, and without a limit."""
    assert band_bar(value, low, high) == bar
