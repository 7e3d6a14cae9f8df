"""The current that a power-factor corrector takes over one cycle, so that power factor and harmonics come out of it.

The fundamental follows the voltage. At each zero crossing the current loop starts late and catches up within the
time that its bandwidth allows; the voltage loop lets the ripple of the bulk capacitor through as a third harmonic;
the EMI filter's capacitors add a current a quarter cycle ahead; and discontinuous conduction leaves a little third
and fifth harmonic that does not fall with the load.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim_hardware.power.branch import AcFeed

Times = NDArray[np.float64]
_POINTS = 512
_FIFTH_OF_THIRD = 0.6


@dataclass(frozen=True, slots=True)
class Outlet:
    """An AC feed as it was at one moment; without a feed, or with it off, its peak is zero."""

    peak: float
    hertz: float
    origin_s: float
    ohm: float

    @property
    def rms(self) -> float:
        """Open-circuit voltage in V rms."""
        return self.peak / math.sqrt(2.0)


NO_OUTLET = Outlet(0.0, 50.0, 0.0, 0.0)


def outlet_of(feed: AcFeed | None) -> Outlet:
    """What a feed offers now."""
    if feed is None:
        return NO_OUTLET
    peak = math.sqrt(2.0) * feed.volt_rms if feed.is_on else 0.0
    return Outlet(peak, feed.hertz, feed.origin_s, feed.impedance_ohm)


@dataclass(frozen=True, slots=True)
class CycleFigures:
    """What a power meter makes of one cycle at the unit's terminals."""

    volt: float
    ampere: float
    watt: float
    power_factor: float
    current_thd: float


@dataclass(frozen=True, slots=True)
class AcPiece:
    """Voltage and current of the AC port while nothing changes. `recorded` replaces the closed form (an inrush)."""

    outlet: Outlet
    amplitude: float = 0.0
    cusp: float = 1.0
    third: float = 0.0
    fixed: float = 0.0
    quadrature: float = 0.0
    recorded: tuple[Times, Times] | None = None

    def current(self, times: Times) -> Times:
        """Ampere into the live terminal at these times."""
        outlet = self.outlet
        if outlet.peak == 0.0:
            return np.zeros(times.shape)
        if self.recorded is not None:
            at, ampere = self.recorded
            return np.interp(times, at, ampere, right=0.0)
        angle = 2.0 * np.pi * outlet.hertz * (times - outlet.origin_s)
        return self._at_angle(angle)

    def voltage(self, times: Times) -> Times:
        """Volt between live and neutral at the unit, behind the feed's impedance."""
        outlet = self.outlet
        if outlet.peak == 0.0:
            return np.zeros(times.shape)
        open_circuit = outlet.peak * np.sin(2.0 * np.pi * outlet.hertz * (times - outlet.origin_s))
        return np.asarray(open_circuit - outlet.ohm * self.current(times), dtype=np.float64)

    def figures(self) -> CycleFigures:
        """RMS values, real power, power factor and total harmonic distortion of one steady cycle."""
        peak = self.outlet.peak
        if peak == 0.0:
            return CycleFigures(0.0, 0.0, 0.0, 0.0, 0.0)
        if self.recorded is not None:
            return CycleFigures(self.outlet.rms, 0.0, 0.0, 0.0, 0.0)
        current = self._at_angle(_ANGLE)
        voltage = peak * _SINE - self.outlet.ohm * current
        volt, ampere = math.sqrt(float(np.mean(voltage**2))), math.sqrt(float(np.mean(current**2)))
        watt = float(np.mean(voltage * current))
        fundamental = math.hypot(2.0 * float(np.mean(current * _SINE)), 2.0 * float(np.mean(current * _COSINE)))
        rest = max(2.0 * ampere**2 - fundamental**2, 0.0)
        thd = math.sqrt(rest) / fundamental if fundamental else 0.0
        apparent = volt * ampere
        return CycleFigures(volt, ampere, watt, watt / apparent if apparent else 0.0, thd)

    def _at_angle(self, angle: Times) -> Times:
        third = self.third * self.amplitude + self.fixed
        current = self.amplitude * _shape(angle, self.cusp) + self.quadrature * np.cos(angle)
        if third or self.fixed:
            current += third * np.sin(3.0 * angle) + _FIFTH_OF_THIRD * self.fixed * np.sin(5.0 * angle)
        return np.asarray(current, dtype=np.float64)


def _shape(angle: Times, cusp: float) -> Times:
    late = 1.0 - np.exp(-np.mod(angle, np.pi) / cusp)
    return np.asarray(np.sin(angle) * late, dtype=np.float64)


_ANGLE = 2.0 * np.pi * (np.arange(_POINTS) + 0.5) / _POINTS
_SINE, _COSINE = np.sin(_ANGLE), np.cos(_ANGLE)


@lru_cache(maxsize=4096)
def _moments(cusp: float) -> tuple[float, float]:
    shape = _shape(_ANGLE, cusp)
    return float(np.mean(shape * _SINE)), float(np.mean(shape**2))


def amplitude_for(watt: float, outlet: Outlet, cusp: float) -> float:
    """The amplitude that takes this real power at the unit's terminals, behind the outlet's impedance, in A.

    A feed too weak for it gives the most it can.
    """
    with_voltage, squared = _moments(cusp)
    open_circuit = outlet.peak * with_voltage
    if open_circuit == 0.0:
        return 0.0
    rest = math.sqrt(max(open_circuit**2 - 4.0 * outlet.ohm * squared * watt, 0.0))
    return 2.0 * watt / (open_circuit + rest)
