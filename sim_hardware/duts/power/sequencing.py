"""The supply's life from event to event: AC comes, the output starts, something trips, it tries again, AC goes.

Every change of what hangs on the supply, and every event inside it, ends in `_settled`: power, heat, ripple and
watchdogs follow from the new state, and with them the moment of the next event.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

from sim_hardware.duts.power.ac_side import AcSide
from sim_hardware.duts.power.auxiliary import heard_share_v, is_switched_on, share_node_v, standby_state
from sim_hardware.duts.power.controller import Controller
from sim_hardware.duts.power.heat_guard import HeatGuard
from sim_hardware.duts.power.losses import idle_w, running_w
from sim_hardware.duts.power.output_side import OutputSide
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.protections import Protections
from sim_hardware.duts.power.segments import History
from sim_hardware.duts.power.thermal import Thermal
from sim_hardware.duts.supply_controller import Alarm
from sim_hardware.power.branch import DcBranch

Timer = Literal["start", "started", "retry", "spent", "fan"]

_LOGIC_V = 3.3
_FAN_CHECK_S = 5.0
_SLOW_FAN = 0.6


class SequencedSupply:
    """The state of one supply and what happens in it. `now` is the time up to which it has lived."""

    def __init__(self, parameters: SupplyParameters, serial: str, defects: Sequence[Any] = ()) -> None:
        self.parameters = parameters
        self.design = parameters.design
        self.serial = serial
        self.defects = tuple(defects)
        self.now = 0.0
        self.revision = 0
        """Counts the changes of its output characteristic: whoever parallels supplies joins them anew after one."""
        self.output = OutputSide(parameters)
        self.thermal = Thermal(parameters)
        self.ac = AcSide(parameters, self.thermal.primary_c)
        self.protections = Protections(parameters)
        self.controller = Controller(self)
        self.heat_guard = HeatGuard(parameters, self.thermal)
        self.is_latched = False
        self._has_slow_fan = False
        self._commanded = True
        self._is_switched_on = is_switched_on(parameters, ())
        self._ambient_c = self.thermal.ambient_c
        self._alive_s = 0.0
        self._restarts = 0
        self._on_since = 0.0
        self._bus_share_v = 0.0
        self._timers: dict[Timer, float] = {}
        self._branches: dict[str, tuple[DcBranch, ...]] = {}
        self._share_pin: History[float] = History(0.0)
        self.standby: History[tuple[float, float]] = History((0.0, 0.0))
        self._ac_good: History[float] = History(0.0)

    @property
    def hours(self) -> float:
        """Its own operating hours."""
        return self.parameters.hours + self._alive_s / 3600.0

    @property
    def ambient_c(self) -> float:
        """Temperature of the air at its inlet, in degC; set it and it holds from `now` on."""
        return self._ambient_c

    @ambient_c.setter
    def ambient_c(self, celsius: float) -> None:
        if celsius != self._ambient_c:
            self._ambient_c = celsius
            self._settled(self.now)

    def temperature_c(self, place: str) -> float:
        """The true temperature of its PRIMARY or SECONDARY (the hot spot); elsewhere that of its air, in degC."""
        if place == "PRIMARY":
            return self.thermal.primary_c(self.now)
        return self.thermal.hot_c(self.now) if place == "SECONDARY" else self._ambient_c

    def advance(self, now: float) -> None:
        """Let time go by until now, event by event."""
        while (when := self.next_event()) <= now:
            self._pass(max(when, self.now))
            self._happen(self.now)
        self._pass(now)

    def next_event(self) -> float:
        """The next time at which something happens by itself; infinite for none."""
        guards = min(self.protections.next_event(), self.heat_guard.next_event())
        return min(self.ac.next_event(), guards, min(self._timers.values(), default=math.inf))

    def complaints(self) -> frozenset[Alarm]:
        """What is wrong right now, without what is latched."""
        found: set[Alarm] = set()
        if self.ac.phase == "holdup" and not self._ac_good.last:
            found.add("AC_LOSS")
        if self.heat_guard.is_warm:
            found.add("OVER_TEMPERATURE_WARNING")
        if self.heat_guard.is_hot:
            found.add("OVER_TEMPERATURE")
        if self._has_slow_fan:
            found.add("FAN_FAULT")
        return frozenset(found)

    def command(self, on: bool) -> None:
        """Switch the main output by the bus."""
        self._commanded = on
        self._want(self.now)
        self._settled(self.now)

    def least_fan_duty(self, duty: float) -> None:
        """Never below this, 0 to 1."""
        self.thermal.least_duty = duty
        self._settled(self.now)

    def unlatch(self) -> None:
        """Let a latched output start again."""
        self.is_latched, self._restarts = False, 0
        self._want(self.now)

    def _pass(self, now: float) -> None:
        if now > self.now:
            if self.ac.has_aux:
                self._alive_s += now - self.now
            self.now = now

    def _happen(self, now: float) -> None:
        own = min(self._timers.values(), default=math.inf)
        ac, watchdog, heat = self.ac.next_event(), self.protections.next_event(), self.heat_guard.next_event()
        if watchdog <= min(own, ac, heat):
            self._protect(now)
        elif heat <= min(own, ac):
            self._on_heat()
        elif own <= ac:
            timer = min(self._timers, key=self._timers.__getitem__)
            del self._timers[timer]
            self._on_timer(now, timer)
        else:
            self._on_ac(now)
        self._want(now)
        self._settled(now)

    def _on_ac(self, now: float) -> None:
        event = self.ac.happen(now)
        if event == "charged":
            self._timers["fan"] = now + _FAN_CHECK_S
        elif event == "online":
            self._ac_good.begin(now, _LOGIC_V)
            self._follow_line()
            if self.output.mode == "on":
                self.output.settle(now, fresh=True)
        elif event == "low_bulk":
            self._ac_good.begin(now, 0.0)
            self.controller.log("AC_LOSS")
        elif event == "out_of_bulk":
            self._timers.pop("start", None)
            self._timers.pop("started", None)
            if self.output.mode in ("on", "starting"):
                self.output.drop_out(now, self.ac.bulk_v(now), self.ac.watt)
                self._timers["spent"] = self.output.ends
        elif event == "dead":
            self._ac_good.begin(now, 0.0)
            self._die(now)

    def _on_timer(self, now: float, timer: Timer) -> None:
        if timer == "start":
            self._hear_share()
            self.output.source.limit_a = self.design.pulse_limit_a
            self.output.start(now, self.design.soft_start_s)
            self._timers["started"] = self.output.ends
        elif timer == "started":
            self._on_since = now
            self._hear_share()
            self.output.run(now)
        elif timer == "spent":
            self.output.switch_off(now)
            if self.ac.phase == "holdup":
                self.ac.drain(now, self.output.bulk_left_v)
        elif timer == "fan":
            self._has_slow_fan = min(self.parameters.fan_ratios) < _SLOW_FAN
            if self._has_slow_fan:
                self.controller.log("FAN_FAULT")

    def _on_heat(self) -> None:
        event = self.heat_guard.happen()
        if event == "warm":
            self.controller.log("OVER_TEMPERATURE_WARNING")
        elif event == "hot":
            self.controller.log("OVER_TEMPERATURE")

    def _protect(self, now: float) -> None:
        trip = self.protections.happen()
        if trip == "pulse_over":
            self.output.source.limit_a = self.parameters.limit_a
            self.output.settle(now, fresh=True)
        elif trip == "limiting":
            self.controller.latched.add("OVER_CURRENT")
            self.controller.log("OVER_CURRENT")
        else:
            if not (trip == "OVER_CURRENT" and self.protections.has_complained):
                self.controller.log(trip)
            self.controller.latched.add(trip)
            self.output.switch_off(now)
            if now - self._on_since > self.parameters.restart_s:
                self._restarts = 0
            hiccups = self.design.hiccups
            self.is_latched = trip == "OVER_VOLTAGE" or (hiccups > 0.0 and self._restarts >= hiccups)
            self._restarts += 1
            if not self.is_latched:
                self._timers["retry"] = now + self.parameters.restart_s

    def _die(self, now: float) -> None:
        self._timers.clear()
        self.controller.latched.clear()
        self.heat_guard.forget()
        self.is_latched = self._has_slow_fan = False
        self._restarts, self._commanded, self.thermal.least_duty = 0, True, 0.0
        if self.output.mode != "off":
            self.output.switch_off(now)

    def _want(self, now: float) -> None:
        """Start or stop the output, as everything that has a say in it wants now."""
        may = self._commanded and self._is_switched_on and not (self.is_latched or self.heat_guard.is_hot)
        timers, mode = self._timers, self.output.mode
        if not may or "retry" in timers:
            timers.pop("start", None)
            if mode in ("on", "starting"):
                timers.pop("started", None)
                self.output.switch_off(now)
        elif mode == "off" and self.ac.phase == "online" and "start" not in timers:
            timers["start"] = now + (0.0 if self._restarts else self.parameters.start_delay_s)

    def _join_output(self, now: float, branches: Sequence[DcBranch]) -> None:
        output, limit = self.output, self.parameters.limit_a
        output.branches = tuple(branches)
        self._hear_share()
        if output.mode == "on" and output.source.limit_a == limit:
            # A limit once in force ends only with the overload.
            output.source.limit_a = self.design.pulse_limit_a
            if output.solve()[1] > limit:
                output.source.limit_a = limit
        output.join(now, branches)
        if output.mode == "starting":
            self._timers["started"] = output.ends
        elif output.mode == "dropout":
            self._timers["spent"] = output.ends

    def _follow_line(self) -> None:
        regulates = self.ac.phase in ("boost", "online")
        beyond = self.ac.outlet.rms - self.design.nominal_ac_v
        self.output.source.line_v = self.design.line_v_per_v * beyond if regulates else 0.0

    def _hear_share(self) -> None:
        source, branches = self.output.source, self._branches.get("SHARE", ())
        source.share_v = 0.0
        if branches or self._bus_share_v:
            own = source.given_share_v(self.output.solve()[1])
            bus = max(self._bus_share_v, share_node_v(self.parameters, own, branches))
            source.share_v = heard_share_v(self.parameters, bus)

    def _settled(self, now: float) -> None:
        output, ac, p = self.output, self.ac, self.parameters
        volt, ampere = output.final
        standby = standby_state(p, self._branches.get("STBY", ()), alive=ac.has_aux)
        load = max(ampere, 0.0) / self.design.rated_a if output.mode != "off" else 0.0
        duty = self.thermal.control(load, self._ambient_c)
        given = volt * ampere if output.mode != "off" else 0.0
        if output.mode == "off":
            lost = idle_w(p, duty)
        else:
            lost = running_w(p, ampere, given, ac.outlet.rms if ac.phase in ("online", "boost") else 0.0, duty)
        if output.mode != "dropout":
            ac.draw(now, max(given, 0.0) + standby[0] * standby[1] + lost)
        self.thermal.heat(now, lost if ac.has_aux else 0.0, load, self._ambient_c, powered=ac.has_aux)
        self.heat_guard.watch(now, powered=ac.has_aux)
        outlet = ac.outlet
        output.set_ripple(now, outlet.hertz, outlet.origin_s, ac.ripple_v(), load)
        if output.mode == "on":
            self.protections.watch(now, volt, ampere, output.source.limit_a)
        else:
            self.protections.stand_down()
        if standby != self.standby.last:
            self.standby.begin(now, standby)
        own = output.source.given_share_v(ampere) if output.mode == "on" else 0.0
        pin = max(self._bus_share_v, share_node_v(p, own, self._branches.get("SHARE", ())))
        if pin != self._share_pin.last:
            self._share_pin.begin(now, pin)
        self.revision += 1

    def _check_ps_on(self) -> None:
        self._is_switched_on = is_switched_on(self.parameters, self._branches.get("PS_ON", ()))
