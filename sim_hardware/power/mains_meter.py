"""The meters within an AC source: rms, power and the peak of an inrush, sampled from its own outlet."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim_hardware.power.branch import AcFeed
from sim_hardware.power.grid import PowerGrid, Signal

_CYCLES = 5
_SAMPLES = 200
_LONGEST_LOOK_S = 1.0
_FINE_S, _FINE_STEP_S, _STEP_S = 0.2, 2e-5, 2e-4
"""An inrush lasts a quarter of a cycle; what comes after the first moments, such as a relay that bypasses, longer."""


@dataclass(frozen=True, slots=True)
class MainsReading:
    """True values over whole cycles: V and A rms, W."""

    volt: float = 0.0
    ampere: float = 0.0
    watt: float = 0.0
    is_steady: bool = False
    """Whether nothing has changed over all five cycles."""


class MainsMeter:
    """Looks at an outlet; `since` is when its voltage last changed, before which a reading must not reach back."""

    def __init__(self, power: PowerGrid, feed: AcFeed) -> None:
        self._power = power
        self._feed = feed
        self._generation = 0
        self._from: float | None = None
        self._begun = 0.0
        self._peak_a = 0.0
        self.since = 0.0

    def read(self, now: float) -> MainsReading:
        """Voltage, current and power over the last whole cycles, five at most."""
        voltage, current = self._power.feed_signals(self._feed)
        period = 1.0 / self._feed.hertz
        cycles = min(_CYCLES, math.floor((now - self.since) / period + 1e-6))
        if cycles < 1:
            return MainsReading(volt=self._feed.volt_rms if self._feed.is_on else 0.0)
        times = np.linspace(now - cycles * period, now, cycles * _SAMPLES, endpoint=False)
        u, i = voltage(times), current(times)
        return MainsReading(
            volt=math.sqrt(float(np.mean(u * u))),
            ampere=math.sqrt(float(np.mean(i * i))),
            watt=float(np.mean(u * i)),
            is_steady=cycles == _CYCLES,
        )

    def watch_inrush(self, now: float, *looks_s: float) -> None:
        """Follow the current's peak from now on, with a look at each of these times after now."""
        self._generation += 1
        self._peak_a = 0.0
        self._from = self._begun = now
        self.also_watch(now, *looks_s)

    def also_watch(self, now: float, *looks_s: float) -> None:
        """Follow the current's peak on, without forgetting the peak so far."""
        if self._from is None:
            return
        _, current = self._power.feed_signals(self._feed)
        for seconds in looks_s:
            self._power.at(now + seconds, partial(self._gather, self._generation, current, now + seconds))

    def peak(self, now: float) -> float:
        """The highest current seen since the output was switched on, in A."""
        if self._from is not None:
            _, current = self._power.feed_signals(self._feed)
            self._gather(self._generation, current, now)
        return self._peak_a

    def _gather(self, generation: int, current: Signal, until: float) -> None:
        """Look at what has passed since the last look, the last second of it at most."""
        if generation != self._generation or self._from is None or until <= self._from:
            return
        begin = max(self._from, until - _LONGEST_LOOK_S)
        step = _FINE_STEP_S if until <= self._begun + _FINE_S * 1.001 else _STEP_S
        times = np.linspace(begin, until, max(2, math.ceil((until - begin) / step)))
        self._peak_a = max(self._peak_a, float(np.max(np.abs(current(times)))))
        self._from = until
