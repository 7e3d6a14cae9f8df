"""Where a simulated oscilloscope's edge trigger fires: the first crossing of a level in a signal of time.

A signal costs what it is asked for, so that it is looked at in coarse steps, each moment once, and only the step in
which it crosses is looked at closely. What comes and goes within one coarse step is not seen.
"""

import numpy as np

from sim_hardware.power.grid import Signal

_CHUNK = 8192
_FINE = 64
_ROUNDS = 2
_FINEST_S, _COARSEST_S = 2e-5, 2e-4


def coarse_step(span_s: float) -> float:
    """The step in s at which a trigger is looked for, for a record of this length."""
    return min(max(span_s / 100.0, _FINEST_S), _COARSEST_S)


def first_crossing(signal: Signal, level: float, rising: bool, start: float, until: float, step: float) -> float | None:
    """The time of the first crossing between two times (s), to a few thousandths of a step; None when there is none."""
    while until - start > 0.0:
        count = min(_CHUNK, max(1, int(np.ceil((until - start) / step))))
        end = min(until, start + count * step)
        found = _bracket(signal, level, rising, start, end, count)
        if found is not None:
            for _ in range(_ROUNDS):
                found = _bracket(signal, level, rising, *found, _FINE) or found
            return found[1]
        start = end
    return None


def _bracket(
    signal: Signal, level: float, rising: bool, start: float, end: float, count: int
) -> tuple[float, float] | None:
    times = np.linspace(start, end, count + 1)
    above = signal(times) >= level if rising else signal(times) <= level
    places = np.flatnonzero(~above[:-1] & above[1:])
    return None if not places.shape[0] else (float(times[places[0]]), float(times[places[0] + 1]))
