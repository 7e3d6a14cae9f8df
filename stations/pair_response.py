"""What one differential pair does to a signal, from the four-port that a network analyser measured.

Mixed-mode parameters by D. E. Bockelman and W. R. Eisenstadt, "Combined differential and common-mode scattering
parameters", IEEE Trans. MTT 43 (1995): with near ports (p, n) and far ports (P, N) and equal reference
impedances, SDD21 = (S_Pp - S_Pn - S_Np + S_Nn) / 2 and SCD21 = (S_Pp - S_Pn + S_Np - S_Nn) / 2.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.capabilities import ScatteringMatrix
from stations.impedance_profile import impedance_profile

_POLARITY_BAND = (0.05e9, 5e9)
"""Where the phase is taken back to zero frequency: above the analyser's lowest points, below any resonance, in Hz."""

_SAME_FREQUENCY = 1e-9
"""Relative difference up to which two sweeps were measured at the same frequency."""

_FAINTEST = 1e-15
"""-300 dB, far below any noise floor: an analyser never returns an exact zero, but a file may."""

Spectrum = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairResponse:
    """Differential behaviour of a pair over `frequency_hz` (n,): complex waves of the same shape.

    SDD11 is the reflection at the near end, SDD22 that at the far end.
    """

    frequency_hz: Spectrum
    sdd21: NDArray[np.complex128]
    scd21: NDArray[np.complex128]
    sdd11: NDArray[np.complex128]
    sdd22: NDArray[np.complex128]

    def nearest(self, frequency_hz: float) -> int:
        """Index of the measured frequency nearest to this one."""
        return int(np.argmin(np.abs(self.frequency_hz - frequency_hz)))

    def transmission_db(self, index: int) -> float:
        """|SDD21| at an index, in dB (a loss is negative)."""
        return float(_db(self.sdd21[index : index + 1])[0])

    def mean_transmission_db(self, low_hz: float, high_hz: float) -> float:
        """Mean |SDD21| in a band, in dB: whether anything arrives at all."""
        return float(_db(self.sdd21[_band(self.frequency_hz, low_hz, high_hz)]).mean())

    def conversion_margin_db(self, low_hz: float, high_hz: float) -> float:
        """Least distance of SCD21 below SDD21 in a band, in dB."""
        band = _band(self.frequency_hz, low_hz, high_hz)
        converted = np.maximum(np.abs(self.scd21[band]), _FAINTEST)
        return _level_db(float((np.maximum(np.abs(self.sdd21[band]), _FAINTEST) / converted).min()))

    def return_loss_db(self, low_hz: float, high_hz: float) -> float:
        """Least return loss (-|SDD11|, -|SDD22|) of either end in a band, in dB."""
        band = _band(self.frequency_hz, low_hz, high_hz)
        return -_level_db(max(float(np.abs(end[band]).max()) for end in (self.sdd11, self.sdd22)))

    def least_loss_db(self, low_hz: float, high_hz: float) -> float:
        """Least loss (-|SDD21|) in a band, in dB: between two pairs, how near their crosstalk comes."""
        return -_level_db(float(np.abs(self.sdd21[_band(self.frequency_hz, low_hz, high_hz)]).max()))

    def repeatability_db(self, earlier: "PairResponse", low_hz: float, high_hz: float) -> float:
        """Greatest change of |SDD21| since an earlier sweep, at the frequencies of a band that both have, in dB.

        Raises ValueError when the two have fewer than two frequencies in common.
        """
        mine, its = _band(self.frequency_hz, low_hz, high_hz), _band(earlier.frequency_hz, low_hz, high_hz)
        frequency, wanted = self.frequency_hz[mine], earlier.frequency_hz[its]
        at = np.clip(np.searchsorted(frequency, wanted * (1 - _SAME_FREQUENCY)), 0, frequency.shape[0] - 1)
        same = np.abs(frequency[at] - wanted) <= _SAME_FREQUENCY * wanted
        if same.sum() < 2:
            raise ValueError(f"two sweeps share {same.sum()} frequencies between {low_hz:g} and {high_hz:g} Hz")
        change = _db(self.sdd21[mine][at[same]]) - _db(earlier.sdd21[its][same])
        return float(np.abs(change).max())

    def impedance_ohm(self, skipped_s: float, delay_s: float) -> tuple[float, float]:
        """Least and greatest impedance along the pair, in ohms, each half seen from its own end.

        `skipped_s` is the time out and back through launch and plug, which are not judged; `delay_s` the longest delay
        of a good pair from end to end, which is the time to the middle and back. So the gate ends in the cable.
        """
        extremes = [
            impedance_profile(self.frequency_hz, end, 2 * delay_s).extremes(skipped_s, delay_s)
            for end in (self.sdd11, self.sdd22)
        ]
        return min(low for low, _ in extremes), max(high for _, high in extremes)

    def delay_s(self, low_hz: float, high_hz: float) -> float:
        """Delay from the slope of the phase of SDD21 over a band, in seconds.

        The phase is unwrapped, so the frequency step must stay below 1 / (2 delay).
        """
        slope, _ = self._phase_line(low_hz, high_hz)
        return -slope / (2 * np.pi)

    def phase_at_zero_deg(self) -> float:
        """Phase of SDD21 continued to zero frequency, in degrees from -180 to 180: 0 for a straight pair, 180 swapped.

        Skin effect bends the line by some tens of degrees (a measured 3 m cable: -7 degrees), far from a swap.
        """
        _, intercept = self._phase_line(*_POLARITY_BAND)
        return float(np.degrees(np.angle(np.exp(1j * intercept))))

    def _phase_line(self, low_hz: float, high_hz: float) -> tuple[float, float]:
        band = _band(self.frequency_hz, low_hz, high_hz)
        frequency = self.frequency_hz[band]
        # The turn from point to point, taken from their ratio, needs no unwrapping.
        turns = np.angle(self.sdd21[band][1:] * self.sdd21[band][:-1].conj())
        phase = np.concatenate(([0.0], np.cumsum(turns))) + float(np.angle(self.sdd21[band.start]))
        middle = float(frequency.mean())
        apart = frequency - middle
        slope = float(apart @ phase) / float(apart @ apart)
        return slope, float(phase.mean()) - slope * middle


def pair_response(measured: ScatteringMatrix, port_order: Sequence[int]) -> PairResponse:
    """Differential behaviour from a four-port whose ports, in this order, are near p, near n, far P, far N (from 1)."""
    p, n, far_p, far_n = (port - 1 for port in port_order)
    s = measured.s
    through, cross = s[:, far_p, p] + s[:, far_n, n], s[:, far_p, n] + s[:, far_n, p]
    return PairResponse(
        frequency_hz=measured.frequency_hz,
        sdd21=(through - cross) / 2,
        scd21=(s[:, far_p, p] - s[:, far_p, n] + s[:, far_n, p] - s[:, far_n, n]) / 2,
        sdd11=(s[:, p, p] - s[:, p, n] - s[:, n, p] + s[:, n, n]) / 2,
        sdd22=(s[:, far_p, far_p] - s[:, far_p, far_n] - s[:, far_n, far_p] + s[:, far_n, far_n]) / 2,
    )


def _band(frequency_hz: Spectrum, low_hz: float, high_hz: float) -> slice:
    first = int(np.searchsorted(frequency_hz, low_hz, side="left"))
    last = int(np.searchsorted(frequency_hz, high_hz, side="right"))
    if last - first < 2:
        raise ValueError(
            f"the sweep has {last - first} points between {low_hz:g} and {high_hz:g} Hz; at least 2 needed"
        )
    return slice(first, last)


def _db(values: NDArray[np.complex128]) -> Spectrum:
    decibels: Spectrum = 20 * np.log10(np.maximum(np.abs(values), _FAINTEST))
    return decibels


def _level_db(amplitude: float) -> float:
    return 20 * math.log10(max(amplitude, _FAINTEST))
