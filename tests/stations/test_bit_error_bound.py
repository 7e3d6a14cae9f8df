"""What a count of bit errors proves, by published numbers and by its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.bit_error_bound import gate_for, upper_bound


def test_the_rule_of_three() -> None:
    """No error in N bits: below 3/N at 95 %; 1e-12 at 106.25 Gb/s takes 28 s."""
    assert upper_bound(0, 10**12) == pytest.approx(3e-12, rel=2e-3)
    assert gate_for(1e-12, 106.25e9) == pytest.approx(28.2, rel=2e-3)


@pytest.mark.parametrize(("errors", "mean"), [(1, 4.744), (3, 7.754), (10, 16.962), (50, 63.287), (100, 118.079)])
def test_the_exact_poisson_limits(errors: int, mean: float) -> None:
    """Upper 95 % limits of a Poisson mean, as every table has them."""
    assert upper_bound(errors, 10**9) == pytest.approx(mean / 1e9, rel=1e-3)


@given(st.integers(0, 5000), st.integers(1, 40))
def test_a_bound_lies_above_what_was_counted_and_falls_with_more_bits(errors: int, times: int) -> None:
    """More of the same proves more."""
    bits = 10**7
    bound = upper_bound(errors, bits)
    assert bound > errors / bits
    assert upper_bound(errors * times, bits * times) <= bound * 1.0005


@given(st.integers(0, 200))
def test_more_errors_prove_less(errors: int) -> None:
    """Also where the exact sum ends and the approximation begins."""
    assert upper_bound(errors + 1, 10**9) > upper_bound(errors, 10**9)


@pytest.mark.parametrize("count", [(0, 0), (-1, 10), (11, 10)])
def test_without_bits_nothing_is_proven(count: tuple[int, int]) -> None:
    """A lane that never locked has no errors and no ratio."""
    with pytest.raises(ValueError, match="prove nothing"):
        upper_bound(*count)
    with pytest.raises(ValueError, match="no time"):
        gate_for(0.0, 1e9)
