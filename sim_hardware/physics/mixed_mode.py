"""Single-ended four-port scattering to mixed mode and back.

Order of the single-ended ports: near P, near N, far P, far N. Order of the modes: d1, d2, c1, c2 (near is 1).
Bockelman and Eisenstadt, "Combined differential and common-mode scattering parameters", IEEE MTT 43(7), 1995: with
a_d = (a_P - a_N)/sqrt 2 and a_c = (a_P + a_N)/sqrt 2 the transformation is orthogonal, so its inverse is its transpose
and reciprocity survives it.
"""

import numpy as np
from numpy.typing import NDArray

_MODES = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]) / 2**0.5

D1, D2, C1, C2 = range(4)


def to_mixed_mode(s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Mixed-mode matrix of a single-ended one; both of shape (4, 4, n). SDD21 is [D2, D1], SCD21 is [C2, D1]."""
    mixed: NDArray[np.complex128] = np.einsum("ij,jkn,lk->iln", _MODES, s, _MODES, optimize=True)
    return mixed


def to_single_ended(s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Single-ended matrix of a mixed-mode one; both of shape (4, 4, n)."""
    single: NDArray[np.complex128] = np.einsum("ji,jkn,kl->iln", _MODES, s, _MODES, optimize=True)
    return single


def decibel(amplitude: NDArray[np.complex128] | NDArray[np.float64]) -> NDArray[np.float64]:
    """20 log10 of the magnitude; a magnitude of zero is refused, for no measured wave has it."""
    magnitude = np.abs(amplitude)
    if not magnitude.all():
        raise ValueError("a wave of magnitude zero has no level in decibel")
    level: NDArray[np.float64] = 20.0 * np.log10(magnitude)
    return level
