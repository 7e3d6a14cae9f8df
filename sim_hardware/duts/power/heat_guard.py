"""Over-temperature: a warning that sends the fans to full speed, a shutdown, and the way back from both."""

import math
from typing import Literal

from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.thermal import Thermal

HeatEvent = Literal["warm", "warm no more", "hot", "cooled"]

_WARNING_HYSTERESIS_K = 5.0


class HeatGuard:
    """Compares the hot spot, as its sensors tell it, with the two thresholds."""

    def __init__(self, parameters: SupplyParameters, thermal: Thermal) -> None:
        self._p = parameters
        self._thermal = thermal
        self.is_warm = False
        self.is_hot = False
        self._due: dict[HeatEvent, float] = {}

    def watch(self, now: float, *, powered: bool) -> None:
        """Find out anew when which threshold is passed."""
        d, due = self._p.design, self._due
        due.clear()
        if not powered:
            return
        drift = self._p.sensor_k
        warning = d.otw_c - drift - self._p.warning_sensor_k
        if self.is_warm:
            self._expect("warm no more", now, warning - _WARNING_HYSTERESIS_K, rising=False)
        else:
            self._expect("warm", now, warning, rising=True)
        if self.is_hot:
            self._expect("cooled", now, d.cooled_c - drift, rising=False)
        else:
            self._expect("hot", now, d.otp_c - drift, rising=True)

    def next_event(self) -> float:
        """When the next threshold is passed; infinite for never."""
        return min(self._due.values(), default=math.inf)

    def happen(self) -> HeatEvent:
        """The threshold that is passed now."""
        event = min(self._due, key=self._due.__getitem__)
        del self._due[event]
        if event in ("warm", "warm no more"):
            self.is_warm = self._thermal.full_speed = event == "warm"
        else:
            self.is_hot = event == "hot"
        return event

    def forget(self) -> None:
        """Without its auxiliary supply it guards nothing."""
        self._due.clear()
        self.is_warm = self.is_hot = self._thermal.full_speed = False

    def _expect(self, event: HeatEvent, now: float, celsius: float, *, rising: bool) -> None:
        when = self._thermal.reaches(now, celsius, rising=rising)
        if when < math.inf:
            self._due[event] = when
