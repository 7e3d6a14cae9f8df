"""The primary side in time: rectifier with inrush limiter, power-factor corrector, bulk capacitor.

Without AC the bulk capacitor feeds the converter with constant power, v(t)^2 = v0^2 - 2 P t / C: hold-up, the warning
AC_LOSS and the end of regulation are the moments at which it passes three thresholds. AC that comes back before that
finds the relay closed and the corrector ready, which then charges the capacitor at `boost_w` beside the load.
"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.power.ac_waveform import NO_OUTLET, AcPiece, CycleFigures, Outlet, amplitude_for
from sim_hardware.duts.power.inrush import Inrush, charge, parallel, thermistor_ohm
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.segments import History

AcEvent = Literal["charged", "online", "low_bulk", "out_of_bulk", "dead"]
"""The relay closes; the corrector regulates; the AC_LOSS threshold; the end of regulation; the end of everything."""
Phase = Literal["dead", "precharge", "boost", "online", "holdup"]

_BLEED_S = 20.0
_CUSP_OF_LOOP = 2.0 * math.pi


class AcSide:
    """Rectifier, corrector and bulk capacitor of one supply. `surroundings_c` is what the thermistor cools down to."""

    def __init__(self, parameters: SupplyParameters, surroundings_c: Callable[[float], float]) -> None:
        self._p = parameters
        self._surroundings_c = surroundings_c
        self.phase: Phase = "dead"
        self.outlet: Outlet = NO_OUTLET
        self._fed_by: Outlet = NO_OUTLET
        self.watt = 0.0
        self.relay_closed = False
        self.history: History[AcPiece] = History(AcPiece(NO_OUTLET))
        self.inrush: Inrush | None = None
        self._figures: CycleFigures | None = None
        self._anchor = (0.0, 0.0)
        self._slope = 0.0
        self._ntc = (0.0, -math.inf)
        self._pending: dict[AcEvent, float] = {}

    @property
    def is_good(self) -> bool:
        """Whether the feed is inside the window; what runs stays on down to the lower threshold."""
        design = self._p.design
        running = self.phase in ("boost", "online", "precharge")
        least = design.brown_out_v if running else design.brown_in_v
        return least <= self.outlet.rms <= design.over_ac_v

    @property
    def has_aux(self) -> bool:
        """Whether the auxiliary supply runs: the processor answers and the standby output is there."""
        return self.phase in ("boost", "online", "holdup")

    def bulk_v(self, time: float) -> float:
        """Voltage of the bulk capacitor, in V, without its ripple; not before the last change."""
        since, volt = self._anchor
        if self.phase == "precharge" and self.inrush is not None:
            return float(np.interp(time, self.inrush.times, self.inrush.bulk))
        if self.phase == "dead":
            return volt * math.exp(-(time - since) / _BLEED_S)
        return math.sqrt(max(volt**2 + self._slope * (time - since), 0.0))

    def ripple_v(self, outlet: Outlet | None = None) -> float:
        """Amplitude of the bulk ripple at twice the line frequency, P / (2 w C V), in V; 0 unless it regulates."""
        if outlet is None and self.phase != "online":
            return 0.0
        hertz = (outlet or self.outlet).hertz
        return self.watt / (4.0 * math.pi * hertz * self._p.bulk_farad * self._p.design.bulk_v)

    def feed(self, now: float, outlet: Outlet) -> None:
        """From now on this outlet is at the port."""
        if outlet == self.outlet:
            return
        bulk, ripple = self.bulk_v(now), self._ripple_at(now)
        running = self.phase in ("boost", "online", "precharge")
        self.outlet = outlet
        self._fed_by = outlet if outlet.peak else self._fed_by
        if self.is_good:
            if self.phase in ("boost", "online"):
                self._draw_piece(now)
            elif self.relay_closed:
                self._boost(now, bulk)
            else:
                self._precharge(now, bulk)
        else:
            self._piece(now, AcPiece(outlet, quadrature=self._quadrature()))
            if running:
                if self.phase == "precharge" and self.inrush is not None:
                    self._ntc = (self.inrush.ntc_c, now)
                self._hold(now, bulk + ripple, warned=not self.relay_closed)

    def draw(self, now: float, watt: float) -> None:
        """From now on the converter takes this power out of the bulk capacitor, in W."""
        if watt == self.watt:
            return
        bulk = self.bulk_v(now)
        self.watt = watt
        if self.phase in ("online", "boost"):
            self._draw_piece(now)
        elif self.phase == "holdup":
            self._hold(now, bulk, warned="low_bulk" not in self._pending, late=self._pending.get("low_bulk"))

    def drain(self, now: float, bulk_v: float) -> None:
        """The converter has taken the bulk capacitor down to this voltage."""
        self._open_relay(now)
        self._hold(now, bulk_v, warned="low_bulk" not in self._pending, late=self._pending.get("low_bulk"))

    def next_event(self) -> float:
        """When the next threshold is passed; infinite for never."""
        return min(self._pending.values(), default=math.inf)

    def happen(self, now: float) -> AcEvent:
        """The threshold that is passed now."""
        event = min(self._pending, key=self._pending.__getitem__)
        del self._pending[event]
        design = self._p.design
        if event == "charged":
            self._ntc = (self.inrush.ntc_c if self.inrush else 0.0, now)
            self.relay_closed = True
            self._boost(now, self.bulk_v(now))
        elif event == "online":
            self.phase, self._anchor, self._slope = "online", (now, design.bulk_v), 0.0
            self._draw_piece(now)
        elif event == "out_of_bulk":
            self._open_relay(now)
        elif event == "dead":
            self.phase, self._anchor, self._slope = "dead", (now, self.bulk_v(now)), 0.0
            self._open_relay(now)
        return event

    def figures(self) -> CycleFigures:
        """What a power meter at the port shows now."""
        if self._figures is None:
            self._figures = self.history.last.figures()
        return self._figures

    def signal(self, times: NDArray[np.float64], *, is_current: bool) -> NDArray[np.float64]:
        """Voltage or current of the port."""
        return self.history.values(times, AcPiece.current if is_current else AcPiece.voltage)

    def steady_piece(self, watt: float, outlet: Outlet, ripple_v: float) -> AcPiece:
        """What it takes from this outlet while the converter takes this power, in the steady state."""
        p = self._p
        cusp = _CUSP_OF_LOOP * outlet.hertz / p.current_loop_hz
        third = p.design.voltage_loop_gain * ripple_v / p.design.bulk_v
        ampere = watt / outlet.rms
        drawn = watt + ampere**2 * self._relay_ohm(ampere)
        return AcPiece(
            outlet,
            amplitude_for(drawn, outlet, cusp),
            cusp,
            third,
            p.design.harmonic_a,
            2.0 * math.pi * outlet.hertz * p.x_farad * outlet.peak,
        )

    def charge(self, now: float, outlet: Outlet, bulk_v: float, ntc_c: float) -> Inrush:
        """How the empty capacitor charges from this outlet."""
        p, d = self._p, self._p.design
        return charge(
            now,
            outlet,
            d.precharge_s,
            bulk_v=bulk_v,
            farad=p.bulk_farad,
            cold_ohm=p.ntc_ohm,
            beta_k=d.ntc_beta_k,
            heat_j_k=d.ntc_heat_j_k,
            ntc_c=ntc_c,
            weld_ohm=p.weld_ohm,
            series_ohm=d.series_ohm,
        )

    def warm_ntc_c(self, watt: float, outlet: Outlet, surroundings_c: float) -> float:
        """How warm the thermistor is in the long run beside a relay contact that does not take all the current."""
        p, d = self._p, self._p.design
        ampere, celsius = watt / outlet.rms if outlet.rms else 0.0, surroundings_c
        for _ in range(8):
            ohm = thermistor_ohm(p.ntc_ohm, d.ntc_beta_k, celsius)
            through = ampere * parallel(ohm, p.relay_ohm) / ohm
            celsius = surroundings_c + min(through**2 * ohm * d.ntc_cool_s / d.ntc_heat_j_k, 200.0)
        return celsius

    def _relay_ohm(self, ampere: float) -> float:
        p = self._p
        if p.relay_ohm <= 2.0 * p.design.relay_ohm:
            return p.relay_ohm
        celsius = self.warm_ntc_c(ampere * self.outlet.rms, self.outlet, 50.0)
        return parallel(p.relay_ohm, thermistor_ohm(p.ntc_ohm, p.design.ntc_beta_k, celsius))

    def _ntc_c(self, now: float) -> float:
        celsius, since = self._ntc
        around = self._surroundings_c(now)
        return around + (celsius - around) * math.exp(-(now - since) / self._p.design.ntc_cool_s)

    def _open_relay(self, now: float) -> None:
        if self.relay_closed and self._p.relay_ohm > 2.0 * self._p.design.relay_ohm:
            outlet = self._fed_by
            self._ntc = (self.warm_ntc_c(self.watt, outlet, self._surroundings_c(now)), now)
        self.relay_closed = False

    def _precharge(self, now: float, bulk: float) -> None:
        self.inrush = self.charge(now, self.outlet, bulk, self._ntc_c(now))
        self.phase, self._anchor, self._slope = "precharge", (now, bulk), 0.0
        self._pending = {"charged": now + self._p.design.precharge_s}
        self._piece(now, AcPiece(self.outlet, recorded=(self.inrush.times, self.inrush.ampere)))

    def _boost(self, now: float, bulk: float) -> None:
        design = self._p.design
        missing = 0.5 * self._p.bulk_farad * max(design.bulk_v**2 - bulk**2, 0.0)
        self.phase, self._anchor = "boost", (now, bulk)
        self._slope = 2.0 * design.boost_w / self._p.bulk_farad
        self._pending = {"online": now + missing / design.boost_w}
        self._draw_piece(now)

    def _hold(self, now: float, bulk: float, *, warned: bool, late: float | None = None) -> None:
        p, d = self._p, self._p.design
        was_holding, fallen = self.phase == "holdup", "out_of_bulk" not in self._pending
        self.phase, self._anchor, self._slope = "holdup", (now, bulk), -2.0 * self.watt / p.bulk_farad
        self._pending = {}
        if bulk <= d.bulk_aux_v:
            self._pending["dead"] = now
            return
        self._pending["dead"] = self._falls_to(d.bulk_aux_v)
        if not (was_holding and fallen) and self.relay_closed:
            self._pending["out_of_bulk"] = self._falls_to(d.bulk_min_v)
        if not warned:
            due = self._falls_to(p.ac_loss_v) + p.ac_loss_delay_s
            if late is not None and bulk <= p.ac_loss_v:
                due = late
            self._pending["low_bulk"] = due

    def _falls_to(self, volt: float) -> float:
        since, start = self._anchor
        if start <= volt:
            return since
        return since + (start**2 - volt**2) / -self._slope if self._slope < 0.0 else math.inf

    def _ripple_at(self, now: float) -> float:
        outlet = self.outlet
        return -self.ripple_v() * math.sin(4.0 * math.pi * outlet.hertz * (now - outlet.origin_s))

    def _quadrature(self) -> float:
        return 2.0 * math.pi * self.outlet.hertz * self._p.x_farad * self.outlet.peak

    def _draw_piece(self, now: float) -> None:
        boost = self._p.design.boost_w if self.phase == "boost" else 0.0
        self._piece(now, self.steady_piece(self.watt + boost, self.outlet, self.ripple_v()))

    def _piece(self, now: float, piece: AcPiece) -> None:
        self.history.begin(now, piece)
        self._figures = None
