"""A number that travels with its unit, its origin and its doubt."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentIdentity:
    """Who answered: maker, model, serial number and firmware as the instrument gives them."""

    maker: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value (VIM 2.10) in its unit.

    `value` is finite unless `over_range` is set, when it is None and `over_range` says on which side it left
    the range. `expanded_uncertainty` is for coverage factor 2 in the unit of the value; None when the
    instrument's specification gives none. Equality is by value and unit alone, so a test can state what
    it expects.

    Raises ValueError for a value that is not finite, or for a value together with an over-range.
    """

    value: float | None
    unit: str
    over_range: Literal["OVER", "UNDER"] | None = None
    expanded_uncertainty: float | None = None
    range: str | None = None
    at: datetime | None = None
    instrument: InstrumentIdentity | None = None
    calibration_due: date | None = None

    def __post_init__(self) -> None:
        if (self.value is None) != (self.over_range is not None):
            raise ValueError("a reading has a value, or says on which side it left the range: exactly one of the two")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"a reading must be finite, got {self.value!r} {self.unit}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reading):
            return NotImplemented
        return (self.value, self.unit, self.over_range) == (other.value, other.unit, other.over_range)

    def __hash__(self) -> int:
        return hash((self.value, self.unit, self.over_range))
