"""Charging an empty bulk capacitor through the bridge, the inrush thermistor and the feed, step by step.

Each step is exact for a constant rectified voltage (an RC charge), so that 50 microseconds are fine enough for the
peak and for the RMS of the first cycle. The thermistor warms up as it does its work.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.power.ac_waveform import Outlet

ZERO_C = 273.15
ROOM_C = 25.0
_BRIDGE_V = 1.8
_FINE_S, _FINE_FOR_S = 5e-5, 0.03
_COARSE_S = 2.5e-4


@dataclass(frozen=True, slots=True)
class Inrush:
    """What one charge was: times, ampere into the live terminal, bulk voltage, and how warm the thermistor is after."""

    times: NDArray[np.float64]
    ampere: NDArray[np.float64]
    bulk: NDArray[np.float64]
    ntc_c: float

    @property
    def peak(self) -> float:
        """Largest current of either sign, in A."""
        return float(np.max(np.abs(self.ampere)))

    def rms(self, seconds: float) -> float:
        """RMS current over this time from the beginning, in A."""
        end = self.times[0] + seconds
        at = np.linspace(self.times[0], end, 801)
        return math.sqrt(float(np.mean(np.interp(at, self.times, self.ampere) ** 2)))


def thermistor_ohm(cold_ohm: float, beta_k: float, celsius: float) -> float:
    """Resistance of an NTC thermistor, R25 exp(B (1/T - 1/T25)), in ohm."""
    return cold_ohm * math.exp(beta_k * (1.0 / (celsius + ZERO_C) - 1.0 / (ROOM_C + ZERO_C)))


def parallel(a: float, b: float) -> float:
    """Resistance of two in parallel; either may be infinite."""
    return 1.0 / (1.0 / a + 1.0 / b)


def charge(
    start: float,
    outlet: Outlet,
    seconds: float,
    *,
    bulk_v: float,
    farad: float,
    cold_ohm: float,
    beta_k: float,
    heat_j_k: float,
    ntc_c: float,
    weld_ohm: float,
    series_ohm: float,
) -> Inrush:
    """Close the feed onto the rectifier at `start` and let it charge for so long."""
    fine = np.arange(0.0, min(_FINE_FOR_S, seconds), _FINE_S)
    coarse = np.arange(fine[-1] + _FINE_S, seconds, _COARSE_S)
    offsets = np.concatenate((fine, coarse))
    times = start + offsets
    wave = outlet.peak * np.sin(2.0 * np.pi * outlet.hertz * (times - outlet.origin_s))
    steps = np.diff(offsets, append=offsets[-1] + _COARSE_S)
    ampere, bulk = [], []
    fixed_ohm = series_ohm + outlet.ohm
    ohm = fixed_ohm + parallel(thermistor_ohm(cold_ohm, beta_k, ntc_c), weld_ohm)
    exp = math.exp
    for volt, step in zip(wave.tolist(), steps.tolist(), strict=True):
        over = abs(volt) - _BRIDGE_V - bulk_v
        bulk.append(bulk_v)
        if over <= 0.0:
            ampere.append(0.0)
            continue
        current = over / ohm
        ampere.append(current if volt > 0.0 else -current)
        bulk_v += over * (1.0 - exp(-step / (ohm * farad)))
        ntc_ohm = thermistor_ohm(cold_ohm, beta_k, ntc_c)
        through = current * (ohm - fixed_ohm) / ntc_ohm
        ntc_c += through * through * ntc_ohm * step / heat_j_k
        ohm = fixed_ohm + parallel(ntc_ohm, weld_ohm)
    return Inrush(times, np.array(ampere), np.array(bulk), ntc_c)
