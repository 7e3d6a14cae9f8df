"""Named numbers out of captured waveforms: crossings, peaks, first-cycle values, settling.

Pure functions on a `Waveform`; what is not in the samples is an error, never a default.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from drivers.capabilities import Waveform


class NotInWaveform(ValueError):
    """The samples do not hold what was asked for, such as an edge that never came."""


def first_crossing(
    waveform: Waveform, level: float, slope: Literal["RISE", "FALL"], after_s: float = float("-inf")
) -> float:
    """The first time (s after the trigger) at which the waveform crosses a level in this direction.

    Between two samples it is interpolated linearly. Raises `NotInWaveform` when it never does.
    """
    times, values = waveform.times_s, waveform.values
    above = values >= level
    edges = (~above[:-1] & above[1:]) if slope == "RISE" else (above[:-1] & ~above[1:])
    found = np.flatnonzero(edges & (times[1:] >= after_s))
    if not found.size:
        span = f"between {max(after_s, float(times[0])):g} and {times[-1]:g} s"
        raise NotInWaveform(f"no {slope.lower()} through {level:g} {waveform.unit} {span}")
    k = int(found[0])
    share = (level - values[k]) / (values[k + 1] - values[k])
    return float(times[k] + share * waveform.step_s)


def last_time_above(waveform: Waveform, magnitude: float) -> float:
    """The last time (s after the trigger) at which the magnitude is above this. Raises `NotInWaveform` when never."""
    found = np.flatnonzero(np.abs(waveform.values) > magnitude)
    if not found.size:
        raise NotInWaveform(f"never above {magnitude:g} {waveform.unit}")
    return float(waveform.times_s[int(found[-1])])


def peak(waveform: Waveform) -> float:
    """The greatest magnitude."""
    return float(np.max(np.abs(waveform.values)))


def peak_to_peak(waveform: Waveform) -> float:
    """Greatest value minus least value."""
    return float(np.ptp(waveform.values))


def rms_between(waveform: Waveform, start_s: float, end_s: float) -> float:
    """Root mean square of the samples from `start_s` to `end_s`.

    Raises `NotInWaveform` when the waveform does not reach from one to the other.
    """
    times = waveform.times_s
    if start_s < times[0] - waveform.step_s or end_s > times[-1] + waveform.step_s:
        raise NotInWaveform(f"{start_s:g} to {end_s:g} s is not within {times[0]:g} to {times[-1]:g} s")
    part = waveform.values[(times >= start_s) & (times < end_s)]
    return float(np.sqrt(np.mean(np.square(part))))


def mean_between(waveform: Waveform, start_s: float, end_s: float) -> float:
    """Mean of the samples from `start_s` to `end_s`. Raises `NotInWaveform` when there are none."""
    times = waveform.times_s
    part = waveform.values[(times >= start_s) & (times < end_s)]
    if not part.size:
        raise NotInWaveform(f"no sample between {start_s:g} and {end_s:g} s")
    return float(np.mean(part))


def smoothed(waveform: Waveform, over_s: float) -> Waveform:
    """The running mean over this time, which takes the switching ripple out of a slower movement."""
    count = max(1, round(over_s / waveform.step_s))
    if count >= waveform.values.shape[0]:
        raise NotInWaveform(f"cannot smooth over {over_s:g} s: the waveform is shorter")
    sums: NDArray[np.float64] = np.cumsum(np.concatenate(([0.0], waveform.values)))
    values = (sums[count:] - sums[:-count]) / count
    return Waveform(waveform.start_s + 0.5 * (count - 1) * waveform.step_s, waveform.step_s, values, waveform.unit)


def settling_time(waveform: Waveform, final: float, tolerance: float, from_s: float = 0.0) -> float:
    """Seconds from `from_s` until the waveform stays within `final` +- `tolerance`; 0 when it never leaves.

    Raises `NotInWaveform` when it is still outside at the end.
    """
    times = waveform.times_s
    outside = np.flatnonzero((np.abs(waveform.values - final) > tolerance) & (times >= from_s))
    if not outside.size:
        return 0.0
    last = int(outside[-1])
    if last + 1 >= times.shape[0]:
        raise NotInWaveform(f"still not within {final:g} ± {tolerance:g} {waveform.unit} at {times[-1]:g} s")
    return float(times[last + 1] - from_s)


def greatest_deviation(waveform: Waveform, before_s: float, after: float, from_s: float = 0.0) -> float:
    """How far a step's answer leaves the straight way from the mean before it to the value after it.

    `before_s` is how long before `from_s` the mean is taken over. The answer may lie anywhere between the two
    levels; only what is beyond them counts.
    """
    before = mean_between(waveform, from_s - before_s, from_s)
    part = waveform.values[waveform.times_s >= from_s]
    low, high = min(before, after), max(before, after)
    return float(max(0.0, low - np.min(part), np.max(part) - high))
