"""The loss budget, reflections together, and what light does to a receiver's signal-to-noise ratio."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.physics.optical_link import (
    backscatter_db,
    dbm,
    fibre_loss_db,
    gap_loss_db,
    milliwatts,
    received_dbm,
    return_loss_db,
    snr_after,
)


def test_what_arrives_is_what_was_sent_less_every_loss() -> None:
    """Rx = Tx - IL."""
    assert received_dbm(1.0, [0.35, 0.35, 0.1]) == pytest.approx(0.2)


@given(st.floats(-60.0, 20.0))
def test_milliwatts_and_levels_are_two_words_for_one_thing(level: float) -> None:
    """0 dBm is a milliwatt."""
    assert dbm(milliwatts(level)) == pytest.approx(level)


def test_darkness_has_no_level() -> None:
    """A level of no light would be minus infinity, which no limit can judge."""
    with pytest.raises(ValueError, match="no light"):
        dbm(0.0)


@given(st.floats(-12.0, -4.0), st.floats(0.1, 3.0))
def test_a_decibel_of_light_is_two_of_signal_to_noise(power: float, less: float) -> None:
    """As long as thermal noise rules, far below the ceiling."""
    bright, dim = (snr_after(17.65, -6.0, level, 200.0) for level in (power, power - less))
    assert bright - dim == pytest.approx(2.0 * less)


def test_more_light_does_not_help_beyond_the_transmitters_own_noise() -> None:
    """The ratio comes close to the ceiling and stays below."""
    assert 21.9 < snr_after(17.65, -6.0, 6.0, 22.0) < 22.0


def test_reflections_seen_together_add_as_powers() -> None:
    """Two equal ones are 3 dB worse than one; a bad one hides all others."""
    assert return_loss_db([-60.0, -60.0]) == pytest.approx(57.0, abs=0.02)
    assert return_loss_db([-14.7, -60.0]) == pytest.approx(14.7, abs=0.01)
    with pytest.raises(ValueError, match="no return loss"):
        return_loss_db([])


def test_fibre_loses_and_scatters_less_at_the_longer_wavelength() -> None:
    """Rayleigh scattering falls with the fourth power of the wavelength."""
    assert fibre_loss_db(1000.0, 1310e-9) == pytest.approx(0.35)
    assert fibre_loss_db(1000.0, 1550e-9) < fibre_loss_db(1000.0, 1310e-9)
    assert backscatter_db(10.0, 1310e-9) == pytest.approx(-62.0)


def test_a_gap_of_ten_micrometres_costs_a_fraction_of_a_decibel() -> None:
    """The beam has hardly spread within its Rayleigh range of fifty micrometres."""
    assert gap_loss_db(0.0, 1310e-9) == 0.0
    assert 0.03 < gap_loss_db(10e-6, 1310e-9) < 0.1
    assert gap_loss_db(100e-6, 1310e-9) > 2.0
