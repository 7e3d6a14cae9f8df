"""The impedance along a pair, from its reflection over frequency: time-domain reflectometry computed from a sweep.

The reflection is windowed (Kaiser), transformed to an impulse response, summed to a step response rho(t), and read as
z(t) = 100 (1 + rho) / (1 - rho), as a reflectometer with a step generator would show it; time is out and back.

A sweep has no point at zero frequency. What it would have been follows from the quiet time: after the whole cable has
answered, nothing more comes back, so the constant that zero frequency adds to the impulse response is the one that
brings that stretch to a mean of zero.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_REFERENCE_OHM = 100.0
_KAISER_BETA = 6.0
"""Side lobes below -44 dB of the step, for an edge of about 1.1 over the highest frequency."""

_HARMONIC_TOLERANCE = 0.02
"""By what share of a step a frequency may miss its multiple of the step for the fast transform."""

_BEFORE = 8
"""Points before time zero that are kept: an edge of finite width begins early."""

_QUIET_POINTS = 16


@dataclass(frozen=True, slots=True)
class ImpedanceProfile:
    """Impedance in ohm over time out and back in seconds, both of shape (n,), from time zero on."""

    time_s: NDArray[np.float64]
    impedance_ohm: NDArray[np.float64]

    def extremes(self, first_s: float, last_s: float) -> tuple[float, float]:
        """Least and greatest impedance in a gate. Raises ValueError when nothing lies in it."""
        gated = self.impedance_ohm[(self.time_s >= first_s) & (self.time_s <= last_s)]
        if not gated.size:
            raise ValueError(f"no point of the impedance profile lies between {first_s:g} and {last_s:g} s")
        return float(gated.min()), float(gated.max())


def impedance_profile(
    frequency_hz: NDArray[np.float64], reflection: NDArray[np.complex128], answered_s: float
) -> ImpedanceProfile:
    """The profile of a pair from its differential reflection, both of shape (n,).

    `answered_s` is when the far end has come back. The frequencies begin one step above zero and go up evenly. Where an
    analyser measured beside them they are taken as measured, which costs about one ohm for an eighth of a step. Raises
    ValueError for a sweep that is none such, or too coarse to hold the cable and a quiet time after it.
    """
    count = frequency_hz.shape[0]
    step = float(frequency_hz[-1]) / count
    if count < 2 or abs(float(frequency_hz[0]) / step - 1.0) > 0.5:
        raise ValueError("an impedance profile needs a sweep that begins one step above zero frequency")
    points = 2 * count + 1
    time_step = 1.0 / (points * step)
    quiet = slice(int(answered_s / time_step) + _QUIET_POINTS, points - _QUIET_POINTS)
    if quiet.stop - quiet.start < _QUIET_POINTS:
        raise ValueError(
            f"steps of {step:g} Hz hold {1 / step:g} s: no quiet time after {answered_s:g} s; take more points"
        )
    multiples = np.arange(1, count + 1) * step
    windowed = reflection * _window(count)[1:]
    if np.abs(frequency_hz - multiples).max() <= _HARMONIC_TOLERANCE * step:
        impulse = np.fft.irfft(np.concatenate(([0.0], windowed)), points)
    else:
        impulse = 2.0 / points * (_waves(frequency_hz.tobytes(), points, time_step) @ windowed).real
    impulse = impulse - impulse[quiet].mean()
    rho = np.cumsum(np.roll(impulse, _BEFORE))[_BEFORE:]
    # A reflection beyond one is no passive pair, only noise at an open end: it reads as a great impedance.
    rho = np.clip(rho, -0.999, 0.999)
    return ImpedanceProfile(np.arange(rho.shape[0]) * time_step, _REFERENCE_OHM * (1 + rho) / (1 - rho))


@lru_cache(maxsize=4)
def _window(count: int) -> NDArray[np.float64]:
    """The upper half of a Kaiser window, from zero frequency up, shape (count + 1,)."""
    return np.kaiser(2 * count + 1, _KAISER_BETA)[count:]


@lru_cache(maxsize=1)
def _waves(frequency_hz: bytes, points: int, time_step: float) -> NDArray[np.complex128]:
    """The inverse transform for frequencies that are no multiples of a step: exp(2 pi i t f), shape (points, n)."""
    frequency = np.frombuffer(frequency_hz, dtype=np.float64)
    waves: NDArray[np.complex128] = np.exp(2j * np.pi * time_step * np.outer(np.arange(points), frequency))
    return waves
