"""An estimate with what is known of its error."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval in the unit of its estimate."""

    lower: float
    upper: float
    confidence: float
