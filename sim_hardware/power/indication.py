"""How a simulated instrument is wrong: what it shows, or gives, for a true value.

Gain and offset belong to the serial number and are drawn so that the data sheet's limits are three standard
deviations; the gain drifts while the instrument waits for its next calibration; noise and resolution come on top.
"""

import random
from typing import Protocol

from sim_hardware.calibration import Calibration

_SIGMAS = 3.0


class Calibrated(Protocol):
    """An instrument that has a systematic error of its own."""

    @property
    def calibration(self) -> Calibration:
        """What it is wrong by."""
        ...

    @property
    def rng(self) -> random.Random:
        """Its noise on this bench."""
        ...

    def calibration_error(self, name: str) -> random.Random:
        """The stream from which a systematic error of this very instrument is drawn."""
        ...


class Indication:
    """One function of an instrument: limits of error `of_reading` (part) and `offset` (unit of the value).

    `noise` is a standard deviation and `step` the resolution, both in the unit of the value.
    """

    def __init__(
        self,
        instrument: Calibrated,
        name: str,
        *,
        of_reading: float,
        offset: float,
        noise: float = 0.0,
        step: float = 0.0,
    ) -> None:
        draw = instrument.calibration_error(name)
        self.gain = 1.0 + draw.gauss(0.0, of_reading / _SIGMAS)
        self.offset = draw.gauss(0.0, offset / _SIGMAS)
        self.gain += instrument.calibration.drift(name, of_reading / _SIGMAS)
        self._noise = noise
        self._step = step
        self._rng = instrument.rng

    def of(self, value: float) -> float:
        """What is shown for a true value."""
        shown = self.gain * value + self.offset + (self._rng.gauss(0.0, self._noise) if self._noise else 0.0)
        return round(shown / self._step) * self._step if self._step else shown

    def given(self, setting: float) -> float:
        """What is given for a setting: without noise, and nothing for nothing."""
        return self.gain * setting + self.offset if setting else 0.0
