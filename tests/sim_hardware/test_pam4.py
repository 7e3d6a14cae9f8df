"""PAM4 and RS(544,514) by published pairs of numbers, and the laws between them."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.physics.pam4 import (
    CODEWORD_BITS,
    bit_error_ratio,
    codeword_failure,
    drawn_histogram,
    drawn_runs,
    poisson,
    shared_symbol_errors,
    snr_for,
    symbol_errors,
    tail_at,
)


@pytest.mark.parametrize(("snr_db", "ber"), [(17.65, 2.4e-4), (19.0, 2.5e-5), (20.0, 2.9e-6), (22.0, 7e-9)])
def test_the_bit_error_ratio_of_a_ratio(snr_db: float, ber: float) -> None:
    """17.65 dB is the limit of KP4; 19 dB and 2.4e-5 are a pair of limits that a large operator uses."""
    assert bit_error_ratio(snr_db) == pytest.approx(ber, rel=0.05)


@pytest.mark.parametrize(("ber", "failure"), [(2.4e-4, 8e-13), (5e-4, 2.8e-8), (1e-3, 1.5e-4)])
def test_the_codewords_lost_at_a_bit_error_ratio(ber: float, failure: float) -> None:
    """Sixteen of 544 ten-bit symbols must be wrong, each with 1 - (1 - BER)^10."""
    assert codeword_failure(ber) == pytest.approx(failure, rel=0.08)
    wrong = 1.0 - (1.0 - ber) ** 10
    exact = math.fsum(math.comb(544, k) * wrong**k * (1.0 - wrong) ** (544 - k) for k in range(16, 160))
    assert codeword_failure(ber) == pytest.approx(exact, rel=1e-6)


@given(st.floats(10.0, 26.0))
def test_a_ratio_and_its_errors_are_two_words_for_one_thing(snr_db: float) -> None:
    """The SNR told from a bit error ratio is the one that made it."""
    assert snr_for(bit_error_ratio(snr_db)) == pytest.approx(snr_db, abs=1e-6)


@given(st.floats(1e-6, 1e-3), st.floats(0.0, 0.8))
def test_the_symbols_of_a_codeword_are_all_accounted_for(ber: float, run_on: float) -> None:
    """The distribution sums to one, and its mean is what the bit error ratio says, runs or none."""
    odds = symbol_errors(ber, run_on)
    assert math.fsum(odds) == pytest.approx(1.0, abs=1e-9)
    # A run hits a symbol at least once for five PAM4 symbols, so its wrong symbols are fewer than its wrong bits.
    assert sum(k * share for k, share in enumerate(odds)) <= ber * CODEWORD_BITS * 1.001


@pytest.mark.parametrize("run_on", [0.5, 0.75])
def test_runs_lose_more_codewords_at_the_same_bit_error_ratio(run_on: float) -> None:
    """A feedback equaliser that errs on makes the tail of the distribution heavy."""
    assert codeword_failure(2.4e-4, run_on) > 3.0 * codeword_failure(2.4e-4)


def test_drawn_runs_keep_the_bit_error_ratio_and_their_length() -> None:
    """Wrong bits per bit are the ratio asked for, and a run is 1 / (1 - p) long on average."""
    runs = drawn_runs(random.Random(3), 4_000_000, 1e-3, 0.75)
    wrong = sum(length for _, length in runs)
    assert wrong / 8_000_000 == pytest.approx(1e-3, rel=0.05)
    assert wrong / len(runs) == pytest.approx(4.0, rel=0.05)


def test_drawn_runs_spoil_the_symbols_that_the_distribution_says() -> None:
    """Counting the ten-bit symbols that drawn runs hit gives the mean of the recursion."""
    codewords = 400
    runs = drawn_runs(random.Random(5), codewords * 2720, 1e-3, 0.75)
    hit = {at // 5 for first, length in runs for at in range(first, first + length)}
    expected = sum(k * share for k, share in enumerate(symbol_errors(1e-3, 0.75)))
    assert len(hit) / codewords == pytest.approx(expected, rel=0.05)


def test_a_histogram_counts_every_codeword_once() -> None:
    """Sixteen numbers for what was put right, one for what was lost."""
    drawn = drawn_histogram(random.Random(1), symbol_errors(1e-3), 1_000_000)
    assert len(drawn) == 17
    assert sum(drawn) == 1_000_000
    assert drawn[16] == pytest.approx(150, rel=0.3)


@given(st.integers(0, 2**32), st.floats(0.0, 5000.0))
def test_a_poisson_number_lies_about_its_mean(seed: int, mean: float) -> None:
    """Ten standard deviations off would be another law."""
    assert abs(poisson(random.Random(seed), mean) - mean) <= 10.0 * math.sqrt(mean) + 10.0


def test_a_ratio_that_is_none_is_refused() -> None:
    """Half of the bits wrong is a coin; more is not."""
    with pytest.raises(ValueError, match="outside"):
        snr_for(0.5)
    with pytest.raises(ValueError, match="must lie"):
        symbol_errors(0.6)


def test_a_run_on_one_of_eight_lanes_is_thinned_out() -> None:
    """Eight equal lanes without runs are one; a lane with runs among seven clean ones loses fewer than all would."""
    assert shared_symbol_errors(((1e-3, 0.0),) * 8)[:20] == pytest.approx(symbol_errors(1e-3)[:20], rel=1e-6)
    one = shared_symbol_errors(((1e-4, 0.9), *((1e-8, 0.0),) * 7))
    assert sum(one[16:]) < sum(symbol_errors(1e-4, 0.9)[16:])
    with pytest.raises(ValueError, match="evenly"):
        shared_symbol_errors(((1e-4, 0.0),) * 3)


def test_the_tail_of_a_distribution() -> None:
    """One codeword in a million of a lane at 1e-5 has three wrong symbols, none in a million has ten."""
    assert tail_at(symbol_errors(1e-12), 1e-6) == 0
    assert 2 <= tail_at(symbol_errors(1e-5), 1e-6) <= 4
    assert tail_at(symbol_errors(2e-3), 1e-6) == 16
