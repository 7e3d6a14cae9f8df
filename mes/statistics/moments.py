"""Count, mean and spread about a fixed origin, merged without ever forming a sum of squares.

A sum of squares loses every digit of the spread once the mean is large beside it: of data with mean 1e7 and s 0.1
nothing is left. Here deviations from a fixed origin are folded by Welford's update and partitions are merged by
Chan's, so that nine digits stay; with a fixed order of folding the bits are the same in every rebuild.

Welford, Technometrics 4 (1962) 419; Chan, Golub and LeVeque, The American Statistician 37 (1983) 242.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import sqrt

from mes.statistics.errors import Unanswerable


@dataclass(frozen=True, slots=True)
class Moments:
    """Of `n` values: the mean as `offset` from `origin`, and `m2`, the sum of squared deviations from the mean.

    The origin belongs to the measurand (its nominal value), not to the values: moments merge only about one origin.
    """

    origin: float
    n: int = 0
    offset: float = 0.0
    m2: float = 0.0

    @property
    def mean(self) -> float:
        """Arithmetic mean. Raises `Unanswerable` over nothing."""
        if not self.n:
            raise Unanswerable("mean: there is no value; widen the window or check the names")
        return self.origin + self.offset

    @property
    def variance(self) -> float:
        """Sample variance, with n - 1. Raises `Unanswerable` for fewer than two values."""
        if self.n < 2:
            raise Unanswerable(f"standard deviation: needs at least 2 values and has {self.n}; widen the window")
        return self.m2 / (self.n - 1)

    @property
    def standard_deviation(self) -> float:
        """Sample standard deviation s, with n - 1. Raises `Unanswerable` for fewer than two values."""
        return sqrt(self.variance)

    def with_value(self, value: float) -> "Moments":
        """These moments and one more value (Welford)."""
        n = self.n + 1
        deviation = (value - self.origin) - self.offset
        offset = self.offset + deviation / n
        return Moments(self.origin, n, offset, self.m2 + deviation * ((value - self.origin) - offset))

    def about(self, origin: float) -> "Moments":
        """The same moments told from another origin."""
        return (
            self if origin == self.origin else replace(self, origin=origin, offset=self.origin - origin + self.offset)
        )

    def merged(self, other: "Moments") -> "Moments":
        """The moments of both sets of values (Chan). Raises `ValueError` when the origins differ."""
        if self.origin != other.origin:
            raise ValueError(f"moments about {self.origin!r} and {other.origin!r} cannot be merged: fix one origin")
        if not self.n or not other.n:
            return self if self.n else other
        n = self.n + other.n
        apart = other.offset - self.offset
        return Moments(
            self.origin,
            n,
            self.offset + apart * other.n / n,
            self.m2 + other.m2 + apart * apart * (self.n * other.n / n),
        )


def fixed_origin(nominal: float | None, low: float | None, high: float | None) -> float:
    """The origin of a measurand's moments: its nominal value, else the middle of its limits, else a limit, else 0.

    It follows from the plan and never from values, so that every row of one plan can be merged.
    """
    if nominal is not None:
        return nominal
    if low is not None and high is not None:
        return low / 2.0 + high / 2.0
    return low if low is not None else 0.0 if high is None else high


def moments_of(values: Iterable[float], origin: float | None = None) -> Moments:
    """The moments of the values in their order; about the first of them when no origin is given."""
    n, offset, m2 = 0, 0.0, 0.0
    for value in values:
        if origin is None:
            origin = value
        n += 1
        shifted = value - origin
        deviation = shifted - offset
        offset += deviation / n
        m2 += deviation * (shifted - offset)
    return Moments(0.0 if origin is None else origin, n, offset, m2)
