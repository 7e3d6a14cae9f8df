"""Laws of waves on a pair."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hardware.physics.mixed_mode import C2, D1, D2, decibel, to_mixed_mode, to_single_ended
from sim_hardware.physics.pair_loss import cable_loss_db_m, linear_grid
from sim_hardware.physics.scattering import (
    PairLines,
    insert_two_port,
    modal_waves,
    pair_matrix,
    series_resistance,
    shunt_resistance,
)
from sim_hardware.physics.touchstone import read_touchstone

GRID = linear_grid(10e6, 30e9, 301)


def column(*values):
    """A column of one value per pair."""
    return np.array(values)[:, None]


@st.composite
def lines(draw):
    """A plausible cable of two pairs."""
    spread = st.floats(-1.0, 1.0)

    def drawn(middle, half):
        return column(*(middle + half * draw(spread) for _ in range(2)))

    return PairLines(
        length_m=draw(st.floats(0.5, 3.0)),
        reference_hz=26.5625e9,
        launch_db=draw(st.floats(2.0, 8.0)),
        k1=drawn(1.1, 0.4),
        k2=drawn(0.07, 0.05),
        delay_s=drawn(8e-9, 5e-9),
        skew_s=drawn(0.0, 3e-12),
        unbalance=drawn(0.0, 0.6),
        impedance_ohm=drawn(100.0, 8.0),
        common_impedance_ohm=drawn(27.0, 5.0),
        reflection_near=drawn(0.06, 0.06),
        reflection_far=drawn(0.06, 0.06),
    )


def straight(**changes):
    """One matched pair without skew or connectors that reflect."""
    values = {
        "length_m": 1.5,
        "reference_hz": 26.5625e9,
        "launch_db": 5.8,
        "k1": column(1.05),
        "k2": column(0.055),
        "delay_s": column(6.5e-9),
        "skew_s": column(0.0),
        "unbalance": column(0.0),
        "impedance_ohm": column(100.0),
        "common_impedance_ohm": column(25.0),
        "reflection_near": column(0.0),
        "reflection_far": column(0.0),
    }
    return PairLines(**{**values, **changes})


defects = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.floats(0.01, 1e4), st.just(math.inf))),
    max_size=2,
)


@settings(max_examples=100, deadline=None)
@given(lines(), defects, st.one_of(st.none(), st.floats(0.01, 1e3)))
def test_a_cable_is_passive_and_reciprocal_whatever_is_broken(drawn, broken, short_ohm):
    """No wave leaves stronger than it came (largest singular value at most 1), and S equals its transpose."""
    s = pair_matrix(modal_waves(drawn, GRID), 1)
    for port, ohm in broken:
        s = insert_two_port(s, port, *series_resistance(ohm))
    if short_ohm is not None:
        s = to_single_ended(insert_two_port(to_mixed_mode(s), D2, *shunt_resistance(short_ohm)))
    assert np.allclose(s, s.transpose(1, 0, 2), atol=1e-12)
    assert np.linalg.svd(s[:, :, ::10].transpose(2, 0, 1), compute_uv=False).max() < 1.0 + 2e-3


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_mixed_mode_and_back_is_nothing_done(seed):
    """The transformation is orthogonal."""
    draw = np.random.default_rng(seed)
    s = draw.normal(size=(4, 4, 3)) + 1j * draw.normal(size=(4, 4, 3))
    assert np.allclose(to_single_ended(to_mixed_mode(s)), s)


def test_the_fast_matrix_is_the_transformation():
    """What `pair_matrix` writes out by hand has the modes it was made of."""
    waves = modal_waves(straight(skew_s=column(2e-12), reflection_near=column(0.1)), GRID)
    mixed = to_mixed_mode(pair_matrix(waves, 0))
    assert np.allclose(mixed[D2, D1], waves.d_through[0])
    assert np.allclose(mixed[C2, D1], waves.conversion[0])
    assert np.allclose(mixed[D1, D1], waves.d_near[0])
    assert np.allclose(mixed[D2, D2], waves.d_far[0])
    assert np.allclose(mixed[C2, 2], waves.c_through[0])


def test_a_matched_pair_loses_what_the_model_says():
    """1.5 m of 26 AWG, two connectors and fixtures: 5.8 dB and 1.5 (1.05 sqrt f + 0.055 f), 16.1 dB at 26.56 GHz."""
    grid = linear_grid(1e9, 26.5625e9, 11)
    through = modal_waves(straight(), grid).d_through[0]
    expected = 5.8 * np.sqrt(grid.ghz / 26.5625) + 1.5 * (1.05 * np.sqrt(grid.ghz) + 0.055 * grid.ghz)
    assert np.allclose(-decibel(through), expected)
    assert expected[-1] == pytest.approx(16.1, abs=0.05)


@settings(deadline=None)
@given(st.floats(0.1e-12, 8e-12))
def test_skew_turns_one_mode_into_the_other(skew_s):
    """SDD21 = IL cos(pi f dt) and |SCD21| = IL sin(pi f dt): together they keep the wave."""
    waves = modal_waves(straight(skew_s=column(skew_s)), GRID)
    whole = modal_waves(straight(), GRID).d_through[0]
    assert np.allclose(waves.d_through[0], whole * np.cos(math.pi * skew_s * GRID.hz))
    assert np.allclose(np.abs(waves.conversion[0]), np.abs(whole * np.sin(math.pi * skew_s * GRID.hz)))


def test_ripple_of_a_mismatch_repeats_with_the_length():
    """Reflections of both ends meet again every 1/(2 delay): 76.9 MHz for 6.5 ns."""
    grid = linear_grid(1e9, 3e9, 2001)
    reflected = np.abs(modal_waves(straight(impedance_ohm=column(90.0)), grid).d_near[0])
    peaks = np.flatnonzero((reflected[1:-1] > reflected[:-2]) & (reflected[1:-1] > reflected[2:]))
    assert np.diff(grid.hz[1:-1][peaks]).mean() == pytest.approx(1 / (2 * 6.5e-9), rel=0.01)


@settings(deadline=None)
@given(st.floats(0.1, 1e4))
def test_a_series_resistance_reflects_and_absorbs(ohm):
    """Power reflected, passed and burnt in the resistance add up to one."""
    reflection, through = series_resistance(ohm)
    current = (1 - reflection) / 50.0
    assert reflection**2 + through**2 + 50.0 * ohm * current**2 == pytest.approx(1.0, rel=1e-9)


def test_the_model_fits_the_captured_cable(captured):
    """k1 = 0.62, k2 = 0.17 and 0.25 dB of launches over 3.25 m follow CABLE1 up to 8 GHz within 0.11 dB rms."""
    cable = read_touchstone(captured / "cable_touchstone" / "CABLE1_TX_pair.s4p", 4)
    order = [0, 2, 1, 3]
    loss = -decibel(to_mixed_mode(cable.s[np.ix_(order, order)])[D2, D1])
    band = cable.frequency_hz <= 8e9
    grid = linear_grid(cable.frequency_hz[0], cable.frequency_hz[band][-1], int(band.sum()))
    model = 0.25 + 3.25 * cable_loss_db_m(grid, column(0.62), column(0.17))[0]
    assert np.sqrt(np.mean((loss[band] - model) ** 2)) < 0.11


def test_a_wave_of_nothing_has_no_level():
    """Zero is refused, not turned into minus infinity."""
    with pytest.raises(ValueError, match="no level"):
        decibel(np.array([1.0, 0.0]))
