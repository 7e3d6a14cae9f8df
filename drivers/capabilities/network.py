"""Vector network analysis (no IVI class)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ScatteringMatrix:
    """Complex scattering parameters over frequency.

    `frequency_hz` has shape (n,), `s` shape (n, ports, ports) with s[k, i, j] the wave out of port i+1 for
    a wave into port j+1, reference impedance `z0_ohm`.
    """

    frequency_hz: NDArray[np.float64]
    s: NDArray[np.complex128]
    z0_ohm: float = 50.0


@runtime_checkable
class NetworkAnalyzer(Protocol):
    """A vector network analyser (no IVI class)."""

    def configure_sweep(self, start_hz: float, stop_hz: float, points: int, bandwidth_hz: float) -> None:
        """Set a linear sweep: first and last frequency, number of points, IF bandwidth."""
        ...

    def measure_scattering(self, ports: Sequence[int]) -> ScatteringMatrix:
        """Measure one sweep of these ports; the frequencies are those that the analyser says it measured at."""
        ...
