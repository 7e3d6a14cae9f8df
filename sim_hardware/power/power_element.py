"""One input element of a simulated power analyser: what it makes of a voltage and a current in time.

It finds the fundamental in a first, coarse look at the voltage (else the current), and then samples whole cycles of
it, 256 to the cycle: over whole cycles mean values have no remainder and every harmonic falls on a line of its own.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_hardware.power.grid import Signal

HIGHEST_HARMONIC = 50

_COARSE = 512
_WINDOW_S = 0.1
"""A whole number of cycles of 50 and of 60 Hz, and of their ripple behind a rectifier."""
_SPREAD = np.mod(np.arange(_COARSE) * 0.6180339887498949, 1.0)
"""Where in each step a steady signal is sampled: never in step with what switches, whatever its frequency."""
_PER_CYCLE = 256
_CYCLES = 4
_STEADY = 0.05
"""A signal that swings by less than this part of its rms value about its mean has no fundamental to find."""


@dataclass(frozen=True, slots=True)
class PowerSample:
    """What an ideal analyser would show: rms and mean in V and A, W, peaks, and the current's distortion (IEC ratio).

    `distortion` is None without a fundamental.
    """

    volt_rms: float
    volt_mean: float
    volt_peak: float
    ampere_rms: float
    ampere_mean: float
    ampere_peak: float
    watt: float
    distortion: float | None


def sample_element(voltage: Signal, current: Signal, until: float) -> PowerSample:
    """Sample a voltage in V and a current in A up to a time of the clock (s)."""
    start = max(0.0, until - _WINDOW_S)
    coarse = np.linspace(start, until, _COARSE)
    period = _period(coarse, voltage(coarse))
    if period is None:
        spread = np.asarray(start + (until - start) / _COARSE * (np.arange(_COARSE) + _SPREAD), dtype=np.float64)
        return _evaluate(voltage(spread), current(spread), None)
    cycles = max(1, min(_CYCLES, int((until - start) / period)))
    count = cycles * _PER_CYCLE
    times = np.asarray(until - cycles * period + period / _PER_CYCLE * np.arange(count), dtype=np.float64)
    return _evaluate(voltage(times), current(times), cycles)


def voltage_extent(voltage: Signal, until: float) -> tuple[float, float]:
    """Rms value and peak of a voltage in V up to a time of the clock (s), coarsely: enough to choose a range by."""
    values = voltage(np.linspace(max(0.0, until - _WINDOW_S), until, _COARSE))
    return float(np.sqrt(np.mean(values**2))), float(np.abs(values).max())


def _period(times: NDArray[np.float64], values: NDArray[np.float64]) -> float | None:
    """The period between the first and last upward crossing of the mean; None when there are fewer than two."""
    swing = values - values.mean()
    if float(np.sqrt(np.mean(swing**2))) <= _STEADY * float(np.sqrt(np.mean(values**2))) or times[-1] <= times[0]:
        return None
    up = np.flatnonzero((swing[:-1] < 0.0) & (swing[1:] >= 0.0))
    if up.shape[0] < 2:
        return None
    crossings = times[up] - swing[up] * (times[up + 1] - times[up]) / (swing[up + 1] - swing[up])
    return float((crossings[-1] - crossings[0]) / (up.shape[0] - 1))


def _evaluate(volt: NDArray[np.float64], ampere: NDArray[np.float64], cycles: int | None) -> PowerSample:
    distortion = None
    if cycles is not None:
        lines = np.abs(np.fft.rfft(ampere))[::cycles][: HIGHEST_HARMONIC + 1]
        if lines[1] > 0.0:
            distortion = float(math.sqrt(float(np.sum(lines[2:] ** 2))) / lines[1])
    return PowerSample(
        volt_rms=float(np.sqrt(np.mean(volt**2))),
        volt_mean=float(volt.mean()),
        volt_peak=float(np.abs(volt).max()),
        ampere_rms=float(np.sqrt(np.mean(ampere**2))),
        ampere_mean=float(ampere.mean()),
        ampere_peak=float(np.abs(ampere).max()),
        watt=float(np.mean(volt * ampere)),
        distortion=distortion,
    )
