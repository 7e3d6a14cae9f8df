"""What one differential pair does to a signal, from the four-port that a network analyser measured.

Mixed-mode parameters by D. E. Bockelman and W. R. Eisenstadt, "Combined differential and common-mode scattering
parameters", IEEE Trans. MTT 43 (1995): with near ports (p, n) and far ports (P, N) and equal reference
impedances, SDD21 = (S_Pp - S_Pn - S_Np + S_Nn) / 2 and SCD21 = (S_Pp - S_Pn + S_Np - S_Nn) / 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.capabilities import ScatteringMatrix

_POLARITY_BAND = (0.05e9, 5e9)
"""Where the phase is taken back to zero frequency: above the analyser's lowest points, below any resonance, in Hz."""

Spectrum = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairResponse:
    """Differential behaviour of a pair over `frequency_hz` (n,): complex SDD21, SCD21 and SDD11 of the same shape."""

    frequency_hz: Spectrum
    sdd21: NDArray[np.complex128]
    scd21: NDArray[np.complex128]
    sdd11: NDArray[np.complex128]

    def nearest(self, frequency_hz: float) -> int:
        """Index of the measured frequency nearest to this one."""
        return int(np.argmin(np.abs(self.frequency_hz - frequency_hz)))

    def transmission_db(self, index: int) -> float:
        """|SDD21| at an index, in dB (a loss is negative)."""
        return float(_db(self.sdd21[index : index + 1])[0])

    def mean_transmission_db(self, low_hz: float, high_hz: float) -> float:
        """Mean |SDD21| in a band, in dB: whether anything arrives at all."""
        return float(_db(self.sdd21[self._band(low_hz, high_hz)]).mean())

    def conversion_margin_db(self, low_hz: float, high_hz: float) -> float:
        """Least distance of SCD21 below SDD21 in a band, in dB."""
        band = self._band(low_hz, high_hz)
        return float((_db(self.sdd21[band]) - _db(self.scd21[band])).min())

    def return_loss_db(self, low_hz: float, high_hz: float) -> float:
        """Least return loss (-|SDD11|) in a band, in dB."""
        return float(-_db(self.sdd11[self._band(low_hz, high_hz)]).max())

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
        band = self._band(low_hz, high_hz)
        frequency = self.frequency_hz[band]
        phase = np.unwrap(np.angle(self.sdd21[band]))
        slope, intercept = np.polyfit(frequency, phase, 1)
        return float(slope), float(intercept)

    def _band(self, low_hz: float, high_hz: float) -> slice:
        first = int(np.searchsorted(self.frequency_hz, low_hz, side="left"))
        last = int(np.searchsorted(self.frequency_hz, high_hz, side="right"))
        if last - first < 2:
            raise ValueError(
                f"the sweep has {last - first} points between {low_hz:g} and {high_hz:g} Hz; at least 2 needed"
            )
        return slice(first, last)


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
    )


def _db(values: NDArray[np.complex128]) -> Spectrum:
    # An analyser never returns an exact zero; a file may: 1e-15 is -300 dB, far below any noise floor.
    decibels: Spectrum = 20 * np.log10(np.maximum(np.abs(values), 1e-15))
    return decibels
