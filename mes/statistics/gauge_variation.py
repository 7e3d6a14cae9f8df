"""What a gauge study says of a gauge, whichever way its variation was estimated: shares, categories, a verdict.

Test limits are judged by the share of the tolerance, process control by that of the total variation (AIAG MSA-4,
chapter II D); both are given, because a gauge that is good for one may be bad for the other.
"""

from dataclasses import dataclass
from math import hypot

STUDY_SIGMAS = 6.0
"""Width of a study's spread in sigma (MSA-4; the third edition and older tools take 5.15)."""

GOOD_PERCENT, MARGINAL_PERCENT = 10.0, 30.0
"""MSA-4 table II-D 1: below 10 % acceptable, up to 30 % may be acceptable, above it is not."""


@dataclass(frozen=True, slots=True)
class GaugeVariation:
    """Standard deviations of a gauge study in the unit of the values.

    EV repeatability, AV reproducibility between appraisers, INT interaction of appraisers and parts, PV parts.
    """

    method: str
    ev: float
    av: float
    interaction: float
    pv: float
    tolerance: float | None
    """USL - LSL; None where the limits are not two."""

    @property
    def grr(self) -> float:
        """√(EV² + AV² + INT²)."""
        return hypot(self.ev, self.av, self.interaction)

    @property
    def tv(self) -> float:
        """Total variation √(GRR² + PV²)."""
        return hypot(self.grr, self.pv)

    @property
    def ndc_unrounded(self) -> float | None:
        """1.41·PV/GRR; None for a gauge without any variation of its own."""
        return 1.41 * self.pv / self.grr if self.grr else None

    @property
    def ndc(self) -> int | None:
        """Number of distinct categories, truncated; 5 or more are asked for."""
        return None if self.ndc_unrounded is None else int(self.ndc_unrounded)

    def percent_of_total(self, sigma: float) -> float:
        """100·sigma/TV: of the spread, so that the shares do not add up to 100."""
        return 100.0 * sigma / self.tv

    def percent_of_tolerance(self, sigma: float) -> float | None:
        """100·6·sigma/(USL - LSL); None without two limits."""
        return None if self.tolerance is None else 100.0 * STUDY_SIGMAS * sigma / self.tolerance


def gauge_verdict(percent: float | None) -> str:
    """MSA-4's word for a share of GRR: acceptable, marginal, unacceptable; "not judged" without one."""
    if percent is None:
        return "not judged"
    if percent < GOOD_PERCENT:
        return "acceptable"
    return "marginal" if percent <= MARGINAL_PERCENT else "unacceptable"
