"""Reflectometry from a sweep: lines whose impedance is known, read back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stations.impedance_profile import impedance_profile

STEP = 25e6
FREQUENCY = STEP * np.arange(1, 601)


def reflection(frequency, *sections, end_ohm=100.0):
    """Reflection at 100 ohm of lossless sections (ohm, seconds one way) before a load."""
    impedance = np.full(frequency.shape, end_ohm, dtype=complex)
    for ohm, delay_s in reversed(sections):
        turned = 1j * np.tan(2 * np.pi * frequency * delay_s)
        impedance = ohm * (impedance + ohm * turned) / (ohm + impedance * turned)
    return (impedance - 100.0) / (impedance + 100.0)


@settings(deadline=None, max_examples=30)
@given(st.floats(70.0, 140.0))
def test_a_uniform_line_reads_its_impedance_all_along(ohm):
    """From behind the edge to before the far end, within a hundredth of it."""
    profile = impedance_profile(FREQUENCY, reflection(FREQUENCY, (ohm, 6e-9)), 14e-9)
    assert profile.extremes(0.5e-9, 11e-9) == pytest.approx((ohm, ohm), rel=0.008)


@pytest.mark.parametrize("ohm", [85.0, 115.0])
def test_a_step_is_seen_where_it_is(ohm):
    """2 ns down a line of 100 ohm, 0.5 ns of another: the gate that holds it reads it, the one before does not."""
    wave = reflection(FREQUENCY, (100.0, 2e-9), (ohm, 0.5e-9), (100.0, 3e-9))
    profile = impedance_profile(FREQUENCY, wave, 12e-9)
    least, greatest = profile.extremes(4.2e-9, 4.8e-9)
    assert (least if ohm < 100 else greatest) == pytest.approx(ohm, abs=0.5)
    assert profile.extremes(0.5e-9, 3.7e-9) == pytest.approx((100.0, 100.0), abs=0.3)


def test_frequencies_beside_the_grid_are_taken_as_measured():
    """A file whose points lie up to an eighth of a step away reads the same line, within an ohm and a half."""
    file = 10e6 + 6.248e6 * np.arange(3000)
    beside = file[np.abs(file[None, :] - FREQUENCY[:, None]).argmin(axis=1)]
    assert 0.1 < np.abs(beside - FREQUENCY).max() / STEP < 0.13
    wave = reflection(beside, (95.0, 3e-9), (108.0, 3e-9))
    assert impedance_profile(beside, wave, 14e-9).extremes(0.5e-9, 11e-9) == pytest.approx((95.0, 108.0), abs=1.5)


def test_a_sweep_that_cannot_hold_the_cable_is_refused():
    """Too coarse for its length, not beginning at one step, or nothing in the gate."""
    wave = reflection(FREQUENCY, (100.0, 6e-9))
    with pytest.raises(ValueError, match=r"no quiet time after 3.9e-08 s; take more points"):
        impedance_profile(FREQUENCY, wave, 39e-9)
    with pytest.raises(ValueError, match="begins one step above zero"):
        impedance_profile(FREQUENCY + 10 * STEP, wave, 14e-9)
    with pytest.raises(ValueError, match="no point of the impedance profile"):
        impedance_profile(FREQUENCY, wave, 14e-9).extremes(1e-6, 2e-6)
