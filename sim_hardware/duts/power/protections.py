"""Current limit, overload, short circuit, under- and over-voltage of the output: what trips, and when.

A constant-current supply lets a pulse pass for `pulse_s`, then limits, complains, and gives up after `overload_s`. An
inverse-time one adds up dt / t(I) with t(I) = k / ((I / limit)^2 - 1): it trips the sooner the more it is overloaded,
and an overload that grows counts with what went before.
"""

import math
from typing import Literal

from sim_hardware.duts.power.parameters import SupplyParameters

Trip = Literal["pulse_over", "limiting", "OVER_CURRENT", "SHORT_CIRCUIT", "UNDER_VOLTAGE", "OVER_VOLTAGE"]
_Watchdog = Literal[Trip, "COLLAPSED"]

_COMPLAINS_S = 0.1
_AT_LIMIT = 0.999
"""Of the limit: the bleeder takes a little of it before the terminals."""


class Protections:
    """The watchdogs of one output."""

    def __init__(self, parameters: SupplyParameters) -> None:
        self._p = parameters
        self._due: dict[_Watchdog, float] = {}
        self._spent = 0.0
        self._rate = 0.0
        self._since = 0.0
        self.has_complained = False
        """Whether the overload under way has been reported before it trips."""
        self._complained = False

    @property
    def is_inverse_time(self) -> bool:
        """Whether overload trips by its size and not by a constant-current limit."""
        return self._p.design.ocp_constant_s > 0.0

    def watch(self, now: float, volt: float, ampere: float, limit_a: float) -> None:
        """From now on the running output is at this voltage and current, with this limit in force."""
        p, d = self._p, self._p.design
        limited = ampere >= _AT_LIMIT * limit_a
        # A short takes whatever a pulse may; an overload that was limited before it collapsed is an overload.
        pulsing = limit_a > p.limit_a
        self._keep("OVER_VOLTAGE", volt > p.ovp_v, now + d.ovp_delay_s)
        self._keep("SHORT_CIRCUIT", volt < d.scp_v and (pulsing or not limited), now + d.scp_delay_s)
        self._keep("UNDER_VOLTAGE", d.scp_v <= volt < d.uv_v and not limited, now + d.uv_delay_s)
        self._keep("COLLAPSED", volt < d.uv_v and limited, now + d.uv_delay_s)
        if self.is_inverse_time:
            self._spent, self._since = self._spent_by(now), now
            self._rate = 1.0 / self.trip_s(ampere)
            self._due.pop("OVER_CURRENT", None)
            if self._rate > 0.0:
                self._due["OVER_CURRENT"] = now + (1.0 - self._spent) / self._rate
            return
        limited = limited and not pulsing
        self.has_complained = self.has_complained and limited
        self._keep("pulse_over", pulsing and ampere > p.limit_a, now + d.pulse_s)
        self._keep("limiting", limited and not self.has_complained, now + _COMPLAINS_S)
        self._keep("OVER_CURRENT", limited, now + d.overload_s)

    def trip_s(self, ampere: float) -> float:
        """How long it stands this current from rest, in s; infinite up to the limit. Inverse-time only."""
        over = (ampere / self._p.limit_a) ** 2 - 1.0
        if over <= 0.0:
            return math.inf
        return min(self._p.design.ocp_constant_s / over, self._p.design.ocp_longest_s)

    def stand_down(self) -> None:
        """The output is off: nothing to watch, and nothing remembered."""
        self._due.clear()
        self._spent = self._rate = 0.0
        self._complained = False

    def next_event(self) -> float:
        """When the next watchdog acts; infinite for never."""
        return min(self._due.values(), default=math.inf)

    def happen(self) -> Trip:
        """The watchdog that acts now."""
        watchdog = min(self._due, key=self._due.__getitem__)
        del self._due[watchdog]
        if watchdog == "limiting":
            self.has_complained = True
        return "OVER_CURRENT" if watchdog == "COLLAPSED" else watchdog

    def _spent_by(self, now: float) -> float:
        if self._rate > 0.0:
            return self._spent + self._rate * (now - self._since)
        return 0.0

    def _keep(self, watchdog: _Watchdog, wanted: bool, when: float) -> None:
        if not wanted:
            self._due.pop(watchdog, None)
        else:
            self._due.setdefault(watchdog, when)
