"""One channel of an electronic load behind its commands: modes, dynamic levels, protections, heat sink, meters."""

import math
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.indication import Indication
from sim_hardware.power.load_branch import LoadBranch

Mode = Literal["CC", "CR", "CP", "CCD"]

OTP, OVP, OCP, OPP, REVERSE, FAN = 1, 2, 4, 8, 16, 128

_TRIP = 1.02
_LIMIT = 1.05
_REVERSE_V = -0.5
_AMBIENT_C, _RATED_RISE_K, _OVER_C, _HEAT_S = 25.0, 60.0, 95.0, 30.0
_STALLED = 2.5
_FULLY_ON_V = 0.4
_LOOKS = 5
_SETTLED = 1e-4
_RECENT_S = 0.5


@dataclass(slots=True)
class Levels:
    """What is set; A, ohm, W, s and A/s."""

    current_a: list[float] = field(default_factory=lambda: [0.0, 0.0])
    resistance_ohm: float = math.inf
    power_w: float = 0.0
    dynamic_a: list[float] = field(default_factory=lambda: [0.0, 0.0])
    dynamic_s: list[float] = field(default_factory=lambda: [1e-3, 1e-3])
    rise_a_s: float = 1e4
    fall_a_s: float = 1e4
    dynamic_rise_a_s: float = 1e4
    dynamic_fall_a_s: float = 1e4


class LoadChannel:
    """A load of so many V, A and W between two terminals of an instrument.

    `stuck_on` is a power stage that LOAD OFF does not open, `fan_stalled` one whose heat sink gets hot at rated power.
    """

    def __init__(
        self,
        instrument: PowerInstrument,
        name: str,
        rating: tuple[float, float, float],
        *,
        stuck_on: bool = False,
        fan_stalled: bool = False,
    ) -> None:
        self.volt, self.ampere, self.watt = rating
        self.stuck_on = stuck_on
        self.fan_stalled = fan_stalled
        self.is_on = False
        self.is_short = False
        self.mode: Mode = "CC"
        self.levels = Levels()
        self._trips = 0
        self._power = instrument.power
        self._clock = instrument.clock
        self._generation = 0
        self._celsius = _AMBIENT_C
        self._heat_at = instrument.clock.now()
        self._watt_then = 0.0
        self.branch = LoadBranch(
            plus=instrument.terminal(f"{name}+"),
            minus=instrument.terminal(f"{name}-"),
            lowest_ohm=_FULLY_ON_V / self.ampere,
            limit_a=_LIMIT * self.ampere,
        )
        self._power.add_branch(self.branch)
        error = partial(Indication, instrument)
        self._set = error(f"{name}set", of_reading=1e-3, offset=1e-3 * self.ampere)
        self._volt_meter = error(
            f"{name}volt", of_reading=2.5e-4, offset=2.5e-4 * self.volt, noise=2e-5 * self.volt, step=1e-4
        )
        self._ampere_meter = error(
            f"{name}ampere", of_reading=5e-4, offset=5e-4 * self.ampere, noise=2e-5 * self.ampere, step=1e-4
        )

    def switch(self, on: bool) -> None:
        """Switch the input; a tripped one stays off."""
        self.look()
        if on and self._trips:
            return
        self.is_on = on or (self.stuck_on and self.is_on)
        self.apply()
        if self.is_on:
            self.look()

    def set_short(self, on: bool) -> None:
        """Short the input, while it is on."""
        self.is_short = on
        self.apply()

    def set_mode(self, mode: Mode) -> None:
        """Take another mode, at once."""
        self.mode = mode
        self.apply()

    def apply(self) -> None:
        """Draw what is set from now on."""
        self._generation += 1
        levels, branch = self.levels, self.branch
        with self._power.change():
            branch.lead_ohm = self._power.world.wear_ohm(branch.plus, branch.minus)
            branch.is_on = self.is_on
            branch.is_short = self.is_on and self.is_short
            branch.ohm = max(levels.resistance_ohm, branch.lowest_ohm) if self.mode == "CR" else None
            if self.mode == "CC":
                self._draw(levels.current_a[0], levels.rise_a_s, levels.fall_a_s)
            elif self.mode == "CCD":
                self._draw(levels.dynamic_a[0], levels.dynamic_rise_a_s, levels.dynamic_fall_a_s)
                if self.is_on:
                    self._turn_at(self._clock.now() + levels.dynamic_s[0], 1)
            elif self.mode == "CP" and not self.is_on:
                branch.level_a = 0.0
        if self.mode == "CP" and self.is_on:
            self._regulate()

    def reset(self) -> None:
        """Off, nothing set; trips stay."""
        self.is_on = self.stuck_on and self.is_on
        self.is_short = False
        self.mode = "CC"
        self.levels = Levels()
        self.apply()

    def look(self) -> tuple[float, float]:
        """Voltage and current now, in V and A, after regulation and protection; what they trip on stays tripped."""
        if self.mode == "CP" and self.is_on and not self.is_short:
            self._regulate()
        volt, ampere = self._seen()
        self._warm(volt * ampere)
        causes = self._causes(volt, ampere)
        if causes:
            self._trips |= causes
            if self.is_on and not self.stuck_on:
                self.is_on = False
                self.apply()
                volt, ampere = self._seen()
        return volt, ampere

    def trips(self) -> int:
        """Which protections have tripped, and causes that last."""
        self.look()
        return self._trips | (FAN if self.fan_stalled else 0)

    def clear_trips(self) -> None:
        """Forget trips; those whose cause lasts come back at the next look."""
        self._trips = 0

    def measured(self) -> tuple[float, float]:
        """Voltage and current as its meters show them; of a dynamic current the mean."""
        volt, ampere = self.look()
        if self.mode == "CCD" and self.is_on:
            (low, high), (first, second) = self.levels.dynamic_a, self.levels.dynamic_s
            share = second / (first + second)
            instant = self.branch.level_a
            ampere += self._set.given(low) * (1.0 - share) + self._set.given(high) * share - instant
        return self._volt_meter.of(volt), max(0.0, self._ampere_meter.of(ampere))

    def _seen(self) -> tuple[float, float]:
        volt = self._power.voltage(self.branch.plus, self.branch.minus)
        ampere = self.branch.current(volt)
        return volt - ampere * self.branch.lead_ohm, ampere

    def _draw(self, ampere: float, rise: float, fall: float) -> None:
        given = max(0.0, self._set.given(ampere))
        self.branch.slew_a_s = rise if given >= self.branch.level_a else fall
        self.branch.level_a = given

    def _turn_at(self, when: float, to: int) -> None:
        self._power.at(when, partial(self._turn, self._generation, when, to))

    def _turn(self, generation: int, when: float, to: int) -> None:
        """Go to the other dynamic level; runs while the grid brings the bench up to its time."""
        if generation != self._generation or not self.is_on:
            return
        levels = self.levels
        self._draw(levels.dynamic_a[to], levels.dynamic_rise_a_s, levels.dynamic_fall_a_s)
        after = when + levels.dynamic_s[to]
        # Nobody can look further back than the recent past: what nobody saw of a long wait is not gone through.
        behind = self._clock.now() - after - _RECENT_S
        if to == 0 and behind > 0.0:
            period = sum(levels.dynamic_s)
            after += math.floor(behind / period) * period
        self._turn_at(after, 1 - to)

    def _regulate(self) -> None:
        for _ in range(_LOOKS):
            volt, _ = self._seen()
            wanted = min(self.levels.power_w / max(volt, _FULLY_ON_V), self.branch.limit_a)
            if abs(wanted - self.branch.level_a) <= _SETTLED * max(wanted, self.branch.level_a):
                return
            with self._power.change():
                self.branch.slew_a_s = self.levels.rise_a_s
                self.branch.level_a = wanted

    def _warm(self, watt: float) -> None:
        """A heat sink of one time constant, warmed since the last look by what was drawn then."""
        now = self._clock.now()
        rise = _RATED_RISE_K * self._watt_then / self.watt * (_STALLED if self.fan_stalled else 1.0)
        target = _AMBIENT_C + rise
        self._celsius = target + (self._celsius - target) * math.exp(-(now - self._heat_at) / _HEAT_S)
        self._heat_at, self._watt_then = now, watt

    def _causes(self, volt: float, ampere: float) -> int:
        causes = OVP if volt > _TRIP * self.volt else 0
        causes |= OCP if ampere > _TRIP * self.ampere else 0
        causes |= OPP if volt * ampere > _TRIP * self.watt else 0
        causes |= REVERSE if volt < _REVERSE_V else 0
        return causes | (OTP if self._celsius > _OVER_C else 0)
