"""A pair whose impedance is another one over some of its length: pressed flat, or pulled apart.

Uniform sections in a chain, multiplied as ABCD matrices (Pozar, Microwave Engineering, 4th ed., section 4.4): every
echo between the steps is in the product. Loss and delay are spread along the cable as they are on the whole pair.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.physics.scattering import REFERENCE_OHM, ModalWaves, PairLines, propagation

Section = tuple[float, float, float]
"""Where a section begins as a share of the cable, its length in metres, its impedance in ohm."""

_OHM = 2 * REFERENCE_OHM


def with_sections(waves: ModalWaves, lines: PairLines, grid: FrequencyGrid, sections: Sequence[Section]) -> ModalWaves:
    """The waves of a single pair with these sections in it, in the order of their places.

    Raises ValueError for sections that overlap.
    """
    whole = propagation(lines, grid)[0]
    line_ohm = float(lines.impedance_ohm[0, 0])
    reached, chain = 0.0, None
    for at, length_m, ohm in sorted(sections):
        share = min(length_m / lines.length_m, 1.0 - at)
        if at < reached:
            raise ValueError(f"a section of {ohm:g} ohm begins within the one before it; move one of them")
        for part, impedance in ((at - reached, line_ohm), (share, ohm)):
            chain = _joined(chain, _uniform(whole * part, impedance))
        reached = at + share
    chain = _joined(chain, _uniform(whole * (1.0 - reached), line_ohm))
    plain = _joined(None, _uniform(whole, line_ohm))
    near, through, far = _scattering(chain)
    near_plain, through_plain, far_plain = _scattering(plain)
    # The launches and the balance of the pair stay as they were.
    return replace(
        waves,
        d_through=waves.d_through * (through / through_plain),
        conversion=waves.conversion * (through / through_plain),
        d_near=waves.d_near + (near - near_plain),
        d_far=waves.d_far + (far - far_plain),
    )


def _uniform(gamma_length: NDArray[np.complex128], ohm: float) -> NDArray[np.complex128]:
    """ABCD of a section, shape (2, 2, n); the argument is minus its propagation."""
    sinh, cosh = np.sinh(-gamma_length), np.cosh(-gamma_length)
    return np.array([[cosh, ohm * sinh], [sinh / ohm, cosh]])


def _joined(first: NDArray[np.complex128] | None, second: NDArray[np.complex128]) -> NDArray[np.complex128]:
    return second if first is None else np.einsum("ijn,jkn->ikn", first, second)


def _scattering(
    chain: NDArray[np.complex128],
) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.complex128]]:
    """S11, S21 and S22 of a reciprocal chain in the differential reference impedance."""
    (a, b), (c, d) = chain
    total = a + b / _OHM + c * _OHM + d
    near = (a + b / _OHM - c * _OHM - d) / total
    far = (-a + b / _OHM - c * _OHM + d) / total
    return near, 2.0 / total, far
