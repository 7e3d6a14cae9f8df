"""Insertion loss of a twinax pair over frequency.

The usual two-term cable model: skin effect grows with the square root of frequency, dielectric loss with frequency
itself. Connectors and test fixtures are short lines, dominated by skin effect.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class FrequencyGrid:
    """Frequencies of a sweep in hertz, shape (n,), with the terms of the loss model computed once."""

    hz: NDArray[np.float64]
    ghz: NDArray[np.float64] = field(init=False)
    sqrt_ghz: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ghz", self.hz / 1e9)
        object.__setattr__(self, "sqrt_ghz", np.sqrt(self.ghz))
        for array in (self.hz, self.ghz, self.sqrt_ghz):
            array.flags.writeable = False


@lru_cache(maxsize=64)
def linear_grid(start_hz: float, stop_hz: float, points: int) -> FrequencyGrid:
    """The grid of a linear sweep; the same object for the same sweep, so that what depends on it can be remembered."""
    return FrequencyGrid(np.linspace(start_hz, stop_hz, points))


def cable_loss_db_m(grid: FrequencyGrid, k1: NDArray[np.float64], k2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Loss in dB per metre, k1 sqrt(f) + k2 f with f in GHz; k1, k2 of shape (pairs, 1) give shape (pairs, n)."""
    return k1 * grid.sqrt_ghz + k2 * grid.ghz


def launch_loss_db(grid: FrequencyGrid, loss_db: float, reference_hz: float) -> NDArray[np.float64]:
    """Loss in dB of connectors and fixtures that lose `loss_db` at the reference frequency."""
    return grid.sqrt_ghz * (loss_db / math.sqrt(reference_hz / 1e9))
