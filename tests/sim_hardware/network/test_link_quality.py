"""From signal to noise to errors before and behind the correction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.network.link_quality import codeword_loss, pam4_ber


@pytest.mark.parametrize(("snr_db", "ber"), [(17.65, 2.4e-4), (19.0, 2.5e-5), (20.0, 2.9e-6), (22.0, 7e-9)])
def test_the_error_ratio_of_pam4_is_that_of_the_design(snr_db: float, ber: float) -> None:
    """The four points of page 2, section 4."""
    assert pam4_ber(snr_db) == pytest.approx(ber, rel=0.06)


@pytest.mark.parametrize(("ber", "lost"), [(2.4e-4, 8e-13), (5e-4, 2.8e-8), (1e-3, 1.5e-4)])
def test_the_loss_behind_the_correction_is_that_of_the_design(ber: float, lost: float) -> None:
    """RS(544,514) corrects 15 symbols; page 2, section 4."""
    assert codeword_loss(ber) == pytest.approx(lost, rel=0.1)


@given(st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_more_errors_never_lose_less(one: float, other: float) -> None:
    """A share between none and all that rises with the error ratio, up to the last digits of a sum."""
    low, high = sorted((one, other))
    assert 0.0 <= codeword_loss(low) <= codeword_loss(high) * (1 + 1e-6) + 1e-9
    assert codeword_loss(high) <= 1.0 + 1e-9
