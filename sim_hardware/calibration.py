"""What one instrument is wrong by: its serial number says, and the time that has gone by since it was calibrated.

Errors belong to the serial number, so that the same instrument is always wrong in the same way. On its day of
calibration a gain lies within a part of the data sheet's one-year limits; from then on it drifts, and the limits hold
for the sum. A bench does not get all its instruments back from the laboratory on one day: unless it is said, how long
ago that was is drawn for each, within the year.
"""

import random
from dataclasses import dataclass

from sim_hardware.physics.random_stream import random_stream

DAYS_PER_YEAR = 365.0
DRIFT_SHARE = 0.5
"""Standard deviation of a year's drift over that of the gain on the day of calibration (inferred: of makers' 24-hour
and one-year accuracies, the difference)."""


@dataclass(frozen=True, slots=True)
class Age:
    """How many days ago an instrument was calibrated; `per_year` is a drift of its gain (relative) beyond reason."""

    days: float
    per_year: float = 0.0


class Calibration:
    """The errors of one serial number of one model."""

    def __init__(self, model: str, serial: str, age: Age | None) -> None:
        self._name = (model, serial)
        days = self.stream("days since calibration").uniform(0.0, DAYS_PER_YEAR) if age is None else age.days
        self.years = days / DAYS_PER_YEAR
        """How long ago it was calibrated."""
        self._lost = self.years * age.per_year if age is not None else 0.0
        self._gains: dict[str, float] = {}

    def stream(self, name: str) -> random.Random:
        """The stream from which a systematic error of this very instrument is drawn."""
        return random_stream(0, "instrument", *self._name, name)

    def drift(self, name: str, sigma: float) -> float:
        """What a gain that was within `sigma` (relative) on its day has drifted by since."""
        return self.stream(f"drift {name}").gauss(0.0, DRIFT_SHARE * sigma) * self.years + self._lost

    def gain(self, name: str, sigma: float) -> float:
        """The gain by which it is wrong in one function: 1, a draw of this relative sigma, and its drift."""
        found = self._gains.get(name)
        if found is None:
            found = self._gains[name] = 1.0 + self.stream(name).gauss(0.0, sigma) + self.drift(name, sigma)
        return found
