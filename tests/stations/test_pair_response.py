"""A pair's behaviour from its four-port: laws of mixed-mode algebra, and one real cable."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.capabilities import ScatteringMatrix
from stations.pair_response import PairResponse, pair_response

ORDER = (1, 3, 2, 4)
FREQUENCY = np.linspace(25e6, 15e9, 600)


def straight_pair(loss_db: float, delay_s: float, skew_s: float = 0.0) -> ScatteringMatrix:
    """Two uncoupled lines from ports 1 and 3 to ports 2 and 4, N later than P by the skew."""
    s = np.zeros((len(FREQUENCY), 4, 4), complex)
    amplitude = 10 ** (-loss_db / 20)
    for near, far, delay in ((0, 1, delay_s), (2, 3, delay_s + skew_s)):
        s[:, near, far] = s[:, far, near] = amplitude * np.exp(-2j * np.pi * FREQUENCY * delay)
    return ScatteringMatrix(FREQUENCY, s)


@given(loss=st.floats(0, 60), delay=st.floats(1e-9, 18e-9))
def test_loss_and_delay_come_back(loss: float, delay: float) -> None:
    """What went into the lines comes out of the pair."""
    response = pair_response(straight_pair(loss, delay), ORDER)
    assert response.transmission_db(300) == pytest.approx(-loss, abs=1e-6)
    assert response.delay_s(1e9, 13e9) == pytest.approx(delay, rel=1e-6)
    assert response.phase_at_zero_deg() == pytest.approx(0, abs=1e-3)


def test_swapped_conductors_turn_the_phase_by_180_degrees_and_cost_no_loss() -> None:
    """P and N exchanged at the far end: same loss, phase 180 degrees at zero frequency."""
    measured = straight_pair(10, 6e-9)
    response = pair_response(measured, (1, 3, 4, 2))
    assert response.transmission_db(300) == pytest.approx(-10)
    assert abs(response.phase_at_zero_deg()) == pytest.approx(180, abs=1e-3)


@given(skew=st.floats(0, 5e-12))
def test_skew_turns_difference_into_common_mode(skew: float) -> None:
    """SDD21 = cos, SCD21 = sin of pi f skew."""
    response = pair_response(straight_pair(0, 6e-9, skew), ORDER)
    angle = np.pi * FREQUENCY * skew
    assert np.abs(response.sdd21) == pytest.approx(np.abs(np.cos(angle)), abs=1e-9)
    assert np.abs(response.scd21) == pytest.approx(np.abs(np.sin(angle)), abs=1e-9)


def test_return_loss_is_that_of_the_worse_end() -> None:
    """A far end that reflects a tenth counts as much as a near end that does."""
    measured = straight_pair(10, 6e-9)
    for p, n in ((0, 2), (1, 3)):
        both = measured.s.copy()
        both[:, p, p] = both[:, n, n] = 0.1
        worse = pair_response(ScatteringMatrix(FREQUENCY, both), ORDER)
        assert worse.return_loss_db(1e9, 13e9) == pytest.approx(20.0)


def test_two_looks_at_a_sound_pair_agree_and_at_a_bad_contact_do_not() -> None:
    """Only frequencies that both sweeps have are compared; the largest change counts."""
    earlier = pair_response(straight_pair(10, 6e-9), ORDER)
    measured = straight_pair(10, 6e-9)
    measured.s[300] *= 10 ** (-1.5 / 20)
    later = pair_response(measured, ORDER)
    assert later.repeatability_db(later, 1e9, 13e9) == 0.0
    assert later.repeatability_db(earlier, 1e9, 13e9) == pytest.approx(1.5)
    thinned = PairResponse(*(getattr(earlier, name)[::7] for name in PairResponse.__slots__))
    assert later.repeatability_db(thinned, 1e9, 13e9) == pytest.approx(0.0, abs=1e-9)
    shifted = PairResponse(FREQUENCY + 1e6, *(getattr(earlier, name) for name in PairResponse.__slots__[1:]))
    with pytest.raises(ValueError, match="share 0 frequencies"):
        later.repeatability_db(shifted, 1e9, 13e9)


def test_a_band_without_points_is_refused() -> None:
    """A sweep that misses the band says so instead of judging nothing."""
    with pytest.raises(ValueError, match="0 points between"):
        pair_response(straight_pair(1, 1e-9), ORDER).return_loss_db(20e9, 21e9)


def real_cable() -> PairResponse:
    """The measured pair of a real cable."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA is not set: the captured cable cannot be read")
    rows = [
        [float(x) for x in line.split("!")[0].split()]
        for line in (Path(folder) / "cable_touchstone/CABLE1_TX_pair.s4p").read_text().splitlines()
        if line.strip() and line.strip()[0] not in "!#"
    ]
    flat = np.array([x for row in rows for x in row]).reshape(-1, 33)
    s = (10 ** (flat[:, 1::2] / 20) * np.exp(1j * np.radians(flat[:, 2::2]))).reshape(-1, 4, 4)
    return pair_response(ScatteringMatrix(flat[:, 0], s), ORDER)


def test_a_real_cable_reads_as_published() -> None:
    """SDD21 -2.80 dB at 1 GHz, -18.14 dB at 13.28168 GHz, -64.9 dB at 26.56 GHz, delay about 14.25 ns, straight."""
    cable = real_cable()
    for frequency, expected in ((1e9, -2.80), (13.28168e9, -18.14), (26.56e9, -64.9)):
        assert cable.transmission_db(cable.nearest(frequency)) == pytest.approx(expected, abs=0.05)
    assert cable.delay_s(1e9, 13e9) == pytest.approx(14.25e-9, rel=0.001)
    assert abs(cable.phase_at_zero_deg()) < 20
    assert cable.conversion_margin_db(50e6, 13.28e9) == pytest.approx(10.5, abs=0.1)
