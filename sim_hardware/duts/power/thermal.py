"""Heat and fans: one lump behind the hot spot, cooled by as much air as the fans really move.

T(t) = T_end + (T_0 - T_end) e^(-t / RC) between changes, so that an hour costs one step. The fans follow load and
inlet temperature; a fan that stands still leaves the natural convection, and the resistance rises accordingly.
"""

import math
from collections.abc import Sequence

from sim_hardware.duts.power.parameters import SupplyParameters

_STILL_AIR = 0.15
"""Share of the cooling at full air that remains without any."""
_FAN_LAG_S = 0.8
_COOL_INLET_C = 35.0
_DUTY_PER_K = 0.02
_DUTY_PER_LOAD = 0.75
ROOM_C = 25.0
_SAME_K = 1e-9
"""A threshold just passed is not passed again by rounding."""


class Thermal:
    """Temperatures and fan speeds of one supply."""

    def __init__(self, parameters: SupplyParameters) -> None:
        self._p = parameters
        self.ambient_c = ROOM_C
        self.least_duty = 0.0
        """What the bus asks for beyond the supply's own control."""
        self.full_speed = False
        self.duty = 0.0
        self._since, self._from_c = 0.0, ROOM_C
        self._watt, self._ohm = 0.0, parameters.thermal_k_w / _STILL_AIR
        self._duty_from = 0.0

    def hot_c(self, time: float) -> float:
        """The hottest spot (secondary) at this time, in degC; not before the last change."""
        end = self.ambient_c + self._watt * self._ohm
        return end + (self._from_c - end) * math.exp(-(time - self._since) / self._tau_s)

    def primary_c(self, time: float) -> float:
        """The primary side, in degC."""
        return self.ambient_c + self._p.design.primary_share * (self.hot_c(time) - self.ambient_c)

    def speeds(self, time: float) -> tuple[float, ...]:
        """The fans, in 1/min."""
        duty = self.duty + (self._duty_from - self.duty) * math.exp(-(time - self._since) / _FAN_LAG_S)
        return tuple(duty * ratio * self._p.design.fan_max_rpm for ratio in self._p.fan_ratios)

    def heat(self, now: float, watt: float, load: float, ambient_c: float, *, powered: bool) -> None:
        """From now on this is lost inside, at this share of the rated load and this inlet temperature."""
        duty = self.control(load, ambient_c) if powered else 0.0
        if (watt, duty, ambient_c) == (self._watt, self.duty, self.ambient_c):
            return
        self._from_c, self._duty_from = self.hot_c(now), self._lagging(now)
        self._since, self.ambient_c, self._watt, self.duty = now, ambient_c, watt, duty
        self._ohm = self.resistance(duty)

    def control(self, load: float, ambient_c: float) -> float:
        """The duty (0 to 1) that the supply gives its fans, never below what the bus asks for."""
        if self.full_speed:
            return 1.0
        least = self._p.design.fan_least_duty
        own = least + (1.0 - least) * _DUTY_PER_LOAD * load + _DUTY_PER_K * max(ambient_c - _COOL_INLET_C, 0.0)
        return max(min(own, 1.0), self.least_duty)

    def resistance(self, duty: float) -> float:
        """Hot spot to inlet, in K/W, at this duty and with the fans as they are."""
        ratios: Sequence[float] = self._p.fan_ratios
        air = duty * sum(ratios) / len(ratios)
        return self._p.thermal_k_w / (_STILL_AIR + (1.0 - _STILL_AIR) * air)

    def reaches(self, now: float, celsius: float, *, rising: bool) -> float:
        """When, not before now, the hot spot passes this temperature in this direction; infinite for never."""
        end, here = self.ambient_c + self._watt * self._ohm, self.hot_c(now)
        ahead, beyond = (celsius - here, end - celsius) if rising else (here - celsius, celsius - end)
        if ahead <= _SAME_K:
            return now
        if beyond <= 0.0:
            return math.inf
        return now - self._tau_s * math.log(beyond / (ahead + beyond))

    @property
    def _tau_s(self) -> float:
        return self._ohm * self._p.design.thermal_j_k

    def _lagging(self, now: float) -> float:
        return self.duty + (self._duty_from - self.duty) * math.exp(-(now - self._since) / _FAN_LAG_S)
