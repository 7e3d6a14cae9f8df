"""Receiver noise of a network analyser: multiplicative on the trace, and a floor below it.

Drawing fresh normal numbers for every point of every sweep would cost more than the sweep itself, so they are cut at
a drawn place, under a drawn phase, from a long run made once: two sweeps of a unit never show the same noise at the
same point.
"""

import cmath
import math
import random
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim_hardware.physics.random_stream import noise_stream

_RUN = 1 << 16
# Order of the data sheet of a 50 GHz PNA-X: trace noise 0.002 dB rms in 1 kHz, 124 dB of dynamic range in 10 Hz.
_TRACE_1KHZ = 2.3e-4
_FLOOR_1KHZ = 10 ** (-104 / 20)


@lru_cache(maxsize=1)
def _noise_run() -> NDArray[np.complex128]:
    draw = noise_stream(0, "receiver noise")
    run = np.empty(_RUN, dtype=np.complex128)
    run.real, run.imag = draw.standard_normal(_RUN), draw.standard_normal(_RUN)
    run *= math.sqrt(0.5)
    run.flags.writeable = False
    return run


def with_receiver_noise(
    s: NDArray[np.complex128], gain: complex, bandwidth_hz: float, rng: random.Random
) -> NDArray[np.complex128]:
    """The scattering as a receiver of this gain and bandwidth shows it. A sweep longer than the run repeats it."""
    narrow = math.sqrt(bandwidth_hz / 1e3)
    trace_scale = gain * _TRACE_1KHZ * narrow * cmath.rect(1.0, rng.uniform(0.0, 2.0 * math.pi))
    floor_scale = _FLOOR_1KHZ * narrow * cmath.rect(1.0, rng.uniform(0.0, 2.0 * math.pi))
    trace, floor = _piece(s.size, rng).reshape(s.shape), _piece(s.size, rng).reshape(s.shape)
    noisy = np.empty_like(s)
    # Row by row the work stays in the processor's cache.
    for row, clean in enumerate(s):
        shown = trace[row] * trace_scale
        shown += gain
        shown *= clean
        shown += floor[row] * floor_scale
        noisy[row] = shown
    return noisy


def _piece(size: int, rng: random.Random) -> NDArray[np.complex128]:
    run = _noise_run()
    if size >= _RUN:
        run = np.tile(run, size // _RUN + 2)
    start = rng.randrange(run.shape[0] - size)
    return run[start : start + size]
