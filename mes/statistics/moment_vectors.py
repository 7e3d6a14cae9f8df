"""Moments of many measurands at once: one run after the other, all its values in one step.

Element by element this is `Moments.with_value`, to the bit: the runs are folded strictly in their order, so that it
makes no difference into how many calls they are cut, and each operation is one that IEEE 754 rounds correctly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(slots=True)
class MomentVectors:
    """Moments by place; without a value a place has the count 0, and NaN for its extremes."""

    origins: Vector
    counts: Vector
    offsets: Vector
    m2s: Vector
    minima: Vector
    maxima: Vector

    @classmethod
    def about(cls, origins: Sequence[float]) -> "MomentVectors":
        """Moments of nothing about these origins."""
        width = len(origins)
        nothing = np.full(width, np.nan)
        return cls(
            np.array(origins, dtype=np.float64),
            np.zeros(width),
            np.zeros(width),
            np.zeros(width),
            nothing,
            nothing.copy(),
        )

    def fold(self, values: Vector) -> None:
        """Add runs (rows) by their values (columns, in places; NaN was not measured).

        Squares that are beyond every number leave `m2s` infinite or NaN, and nothing is raised.
        """
        # Zero has two signs, and which of them is smaller depends on who is asked first.
        values = values + 0.0
        measured = ~np.isnan(values)
        counts = self.counts + np.cumsum(measured, axis=0)
        divisors = np.maximum(counts, 1.0)
        whole = np.array(measured.all(axis=1)).tolist()
        offsets, m2s = self.offsets, self.m2s
        with np.errstate(over="ignore", invalid="ignore"):
            shifted = values - self.origins
            for run, complete in enumerate(whole):
                # What was not measured deviates from the mean by nothing, and its count stays.
                value = shifted[run] if complete else np.where(measured[run], shifted[run], offsets)
                deviation = value - offsets
                offsets = offsets + deviation / divisors[run]
                m2s = m2s + deviation * (value - offsets)
        self.counts, self.offsets, self.m2s = counts[-1], offsets, m2s
        self.minima = np.fmin(self.minima, np.fmin.reduce(values, axis=0))
        self.maxima = np.fmax(self.maxima, np.fmax.reduce(values, axis=0))
