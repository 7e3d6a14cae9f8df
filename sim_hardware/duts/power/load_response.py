"""How the output voltage answers a change of its current: second order, from capacitance, loop bandwidth and ESR.

A step of current I pulls the voltage down by I [ESR e^(-w t) + e^(-a t) sin(b t) / (C b)], with a = damping w and
b = w sqrt(1 - damping^2); a ramp of that current is the same, integrated over the ramp.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.power.parameters import SupplyParameters

Times = NDArray[np.float64]
_SETTLED_TIME_CONSTANTS = 16.0


@dataclass(frozen=True, slots=True)
class Kick:
    """A change of the output current by `ampere` that began at `start` and took `ramp_s`."""

    start: float
    ramp_s: float
    ampere: float


class LoadResponse:
    """The answer of one supply."""

    __slots__ = ("_a", "_b", "_esr", "_farad", "_w", "settled_s")

    def __init__(self, parameters: SupplyParameters) -> None:
        damping = parameters.design.damping
        self._w = 2.0 * math.pi * parameters.loop_hz
        self._a = damping * self._w
        self._b = self._w * math.sqrt(1.0 - damping**2)
        self._esr = parameters.esr_ohm
        self._farad = parameters.design.output_farad
        self.settled_s = _SETTLED_TIME_CONSTANTS / self._a
        """After so long nothing of it is left."""

    def deviation(self, kick: Kick, times: Times) -> Times:
        """Deviation of the output voltage from its steady value at these times, in V."""
        since = times - kick.start
        if kick.ramp_s <= 0.0:
            return -kick.ampere * self._step(since)
        ramped = (self._integral(since) - self._integral(since - kick.ramp_s)) / kick.ramp_s
        return np.asarray(-kick.ampere * ramped, dtype=np.float64)

    def _step(self, since: Times) -> Times:
        t = np.maximum(since, 0.0)
        value = self._esr * np.exp(-self._w * t)
        value += np.exp(-self._a * t) * np.sin(self._b * t) / (self._farad * self._b)
        return np.where(since < 0.0, 0.0, value)

    def _integral(self, since: Times) -> Times:
        a, b = self._a, self._b
        t = np.maximum(since, 0.0)
        loop = (b - np.exp(-a * t) * (a * np.sin(b * t) + b * np.cos(b * t))) / (a * a + b * b)
        esr = self._esr * (1.0 - np.exp(-self._w * t)) / self._w
        return np.asarray(esr + loop / (self._farad * b), dtype=np.float64)
