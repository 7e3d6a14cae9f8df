"""One measuring range of a meter with the accuracy that its maker's data sheet gives for a year."""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.errors import OutOfRange


@dataclass(frozen=True, slots=True)
class MeterRange:
    """Full scale `top` and the limit of error as parts of the reading and of the range (1e-4 is 0.01 %)."""

    top: float
    of_reading: float
    of_range: float

    def limit(self, value: float) -> float:
        """The limit of error at this value, in its unit; taken as the expanded uncertainty for coverage factor 2."""
        return abs(value) * self.of_reading + self.top * self.of_range


def range_for(ranges: Iterable[MeterRange], wanted: float, what: str, unit: str) -> MeterRange:
    """The smallest range that reaches the wanted value; `ranges` rise. Raises `OutOfRange` naming the highest."""
    highest = 0.0
    for candidate in ranges:
        if 0.0 <= wanted <= candidate.top * (1.0 + 1e-9):
            return candidate
        highest = candidate.top
    raise OutOfRange(f"{what} {wanted:g} {unit} is outside 0 to {highest:g} {unit}")
