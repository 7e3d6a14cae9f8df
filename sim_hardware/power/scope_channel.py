"""One input of a simulated oscilloscope: probe, coupling, bandwidth, noise and an eight-bit converter."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_hardware.power.grid import Signal

DIVISIONS = 8

_CODES = 256
_LEAST_CODE, _MOST_CODE = 1, 255
"""0 stands for a sample that is missing; these two for clipped ones."""
_FULL_HZ, _LIMITED_HZ = 200e6, 20e6
_NOISE = 1.5e-3
"""Standard deviation over full scale at full bandwidth."""
_BASELINE_S, _BASELINE_POINTS = 0.1, 120
_LEAD_IN = 64
_SLOW = 10.0
"""Steps this many time constants of the input long are not changed by its low-pass."""


@dataclass(slots=True)
class ScopeChannel:
    """What is set: full scale and offset in the unit shown, and what one volt at the input is told to mean."""

    displayed: bool = False
    full_scale: float = 40.0
    offset: float = 0.0
    unit: str = "VOLT"
    unit_per_volt: float = 1.0
    limited: bool = False
    ac_coupled: bool = False

    def coupled(self, signal: Signal, before: float) -> Signal:
        """The signal behind the coupling capacitor: less its mean of the 0.1 s before this time.

        The capacitor's own droop (3.5 Hz) is left out: records are short against it.
        """
        if not self.ac_coupled:
            return signal
        mean = float(signal(np.linspace(max(0.0, before - _BASELINE_S), before, _BASELINE_POINTS, False)).mean())
        return lambda times: signal(times) - mean

    def codes(
        self, signal: Signal, start: float, step: float, points: int, noise: np.random.Generator
    ) -> NDArray[np.uint8]:
        """The converter's codes of `points` samples from `start` on: 128 is the offset, 1 and 255 are clipped."""
        corner_hz = _LIMITED_HZ if self.limited else _FULL_HZ
        if step * 2.0 * math.pi * corner_hz > _SLOW:
            # The converter runs far faster than the record; of each step it keeps a sample at a drawn place, so that
            # what switches is not seen in step with itself.
            places = np.arange(points) + noise.uniform(-0.5, 0.5, points)
            values = signal(np.asarray(np.maximum(start + step * places, 0.0), dtype=np.float64))
        else:
            lead = min(_LEAD_IN, int(start / step)) if start > 0.0 else 0
            times = np.asarray(start + step * np.arange(-lead, points), dtype=np.float64)
            values = _low_passed(signal(times), step, corner_hz)[lead:]
        quiet = math.sqrt(_LIMITED_HZ / _FULL_HZ) if self.limited else 1.0
        values = values + noise.standard_normal(points) * (_NOISE * quiet * self.full_scale)
        codes = np.rint((values - self.offset) * (_CODES / self.full_scale)) + _CODES / 2
        return np.clip(codes, _LEAST_CODE, _MOST_CODE).astype(np.uint8)


def _low_passed(values: NDArray[np.float64], step: float, corner_hz: float) -> NDArray[np.float64]:
    """First-order low-pass."""
    count = values.shape[0]
    # Mirrored, so that the end of the record does not run into its beginning.
    spectrum = np.fft.rfft(np.concatenate((values, values[::-1])))
    spectrum /= 1.0 + 1j * np.fft.rfftfreq(2 * count, step) / corner_hz
    return np.asarray(np.fft.irfft(spectrum, 2 * count)[:count], dtype=np.float64)
