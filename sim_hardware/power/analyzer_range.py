"""A range of a simulated power analyser at crest factor 3, and how its readings are written.

Over-range is above 140 % of it, an automatic range goes up at 130 %, and a peak reaches 300 % at most (user's manual of
the WT310E).
"""

import math
from collections.abc import Sequence

from sim_hardware.scpi_grammar import ScpiError

_OVER, _UP, _PEAK = 1.4, 1.3, 3.0


class AnalyzerRange:
    """Full scale in volts or amperes, and whether the analyser chooses it."""

    def __init__(self, top: float) -> None:
        self.top = top
        self.automatic = True

    def choose(self, tops: Sequence[float], wanted: float) -> None:
        """Take one of the ranges there are. Raises `ScpiError` -222 for another."""
        for top in tops:
            if math.isclose(top, wanted, rel_tol=1e-6):
                self.top = top
                return
        raise ScpiError(-222, "Data out of range")

    def fit(self, tops: Sequence[float], rms: float, peak: float) -> None:
        """If automatic, take the smallest range that need not be raised for this signal."""
        if self.automatic:
            self.top = next((top for top in tops if rms <= _UP * top and peak <= _PEAK * top), tops[-1])

    def is_over(self, rms: float, peak: float) -> bool:
        """Whether this signal is beyond the range."""
        return rms > _OVER * self.top or peak > _PEAK * self.top


def stepped(value: float, top: float) -> float:
    """Rounded to the five digits of the display in this range."""
    step = 10.0 ** (math.floor(math.log10(top * _OVER)) - 4)
    return round(value / step) * step


def engineering(value: float) -> str:
    """As the analyser writes numbers: five digits, and an exponent that is a multiple of three (230.02E+00)."""
    power = 0 if not value else math.floor(math.log10(abs(value)) / 3.0 + 1e-12) * 3
    return f"{value / 10.0**power:.5G}E{power:+03d}"
