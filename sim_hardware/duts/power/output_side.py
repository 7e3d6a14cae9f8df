"""The output node in time: what is steady, how it gets there, and what rides on it.

Every moment belongs to a piece: a short table of time, voltage and current between which the values run straight
(a soft start, a decay, a slewing load, then steady for ever), the answers to recent load steps, and the ripple.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.power.load_response import Kick, LoadResponse
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.segments import History
from sim_hardware.duts.power.source_branch import SourceBranch
from sim_hardware.power.branch import DcBranch
from sim_hardware.power.node import node_voltage

Times = NDArray[np.float64]
Mode = Literal["off", "starting", "on", "dropout"]

_LOWEST_V, _HIGHEST_V = -1.0, 100.0
_RAMP_POINTS = 7
_DECAY_STEPS = 40
_LONGEST_RAMP_S = 60.0
_CONVERTS_DOWN_TO = 0.8
"""Share of the regulated voltage at which a converter out of bulk voltage stops."""
_SAME = 1e-9
"""In V and A: two solutions of one node that are the same."""


@dataclass(frozen=True, slots=True)
class Ripple:
    """Twice the line frequency, and the switching frequency as a triangle; amplitudes in V."""

    line_hz: float = 50.0
    line_origin_s: float = 0.0
    line_v: float = 0.0
    switching_v: float = 0.0


@dataclass(frozen=True, slots=True)
class OutputPiece:
    """The output while nothing changes from outside: (time, V, A) straight between, kicks, ripple."""

    table: tuple[tuple[float, float, float], ...]
    kicks: tuple[Kick, ...] = ()
    ripple: Ripple = Ripple()

    def steady(self, time: float) -> tuple[float, float]:
        """Voltage and current without kicks and ripple."""
        table = self.table
        if len(table) == 1 or time >= table[-1][0]:
            return table[-1][1:]
        for (t0, v0, i0), (t1, v1, i1) in pairwise(table):
            if time < t1:
                share = max((time - t0) / (t1 - t0), 0.0)
                return v0 + share * (v1 - v0), i0 + share * (i1 - i0)
        return table[-1][1:]

    def column(self, times: Times, which: int) -> Times:
        """The steady voltage (1) or current (2) at these times."""
        if len(self.table) == 1:
            return np.full(times.shape, self.table[0][which])
        return np.interp(times, [row[0] for row in self.table], [row[which] for row in self.table])


class OutputSide:
    """The output node of one supply with whatever hangs on it."""

    def __init__(self, parameters: SupplyParameters) -> None:
        self._p = parameters
        self.source = SourceBranch(parameters)
        self.response = LoadResponse(parameters)
        self.mode: Mode = "off"
        self.branches: tuple[DcBranch, ...] = ()
        self.history: History[OutputPiece] = History(OutputPiece(((0.0, 0.0, 0.0),)))
        self._currents: dict[int, float] = {}
        self._fixed_w, self._bulk_per_v, self._stops_at_v = 0.0, 1.0, 0.0
        self.bulk_left_v = 0.0
        """Bulk voltage that the end of a dropout leaves."""

    @property
    def final(self) -> tuple[float, float]:
        """Voltage in V and current out in A to which everything tends, ripple aside."""
        return self.history.last.table[-1][1:]

    @property
    def ends(self) -> float:
        """When the ramp or decay under way ends."""
        return self.history.last.table[-1][0]

    def level(self, now: float) -> tuple[float, float]:
        """Mean voltage and current now, with load steps still ringing but without ripple."""
        piece = self.history.last
        volt, ampere = piece.steady(now)
        live = [k for k in piece.kicks if now < k.start + k.ramp_s + self.response.settled_s]
        if live:
            at = np.array([now])
            volt += sum(float(self.response.deviation(kick, at)[0]) for kick in live)
        return volt, ampere

    def solve(self) -> tuple[float, float]:
        """The node with its branches as they are now: voltage in V and current out in A."""
        volt = node_voltage((self.source, *self.branches), _LOWEST_V, _HIGHEST_V)
        return volt, self._drawn(volt)

    def join(self, now: float, branches: Sequence[DcBranch]) -> None:
        """From now on these hang on the node."""
        self.branches = tuple(branches)
        if self.mode == "starting":
            self.start(now, max(self.ends - now, 0.0))
        elif self.mode == "off":
            self.switch_off(now)
        elif self.mode == "on":
            self.settle(now)
        else:
            self._fall(now)

    def settle(self, now: float, *, fresh: bool = False) -> None:
        """Go to the steady state of the node as it is now; `fresh`: at once, without the load's slew."""
        before, ampere_before = self.history.last.steady(now)
        volt, ampere = self.solve()
        if not fresh and now < self.ends and math.dist(self.final, (volt, ampere)) < _SAME:
            # On its way to where it shall go: whoever looked again changed nothing.
            return
        duration = 0.0
        currents = {id(branch): branch.current(volt) for branch in self.branches}
        if not fresh:
            for branch in self.branches:
                change = abs(currents[id(branch)] - self._currents.get(id(branch), 0.0))
                if change and branch.slew_a_s > 0.0:
                    duration = max(duration, change / branch.slew_a_s)
        self._currents = currents
        step, duration = ampere - ampere_before, min(duration, _LONGEST_RAMP_S)
        kicks = self._live_kicks(now)
        # What limits its current answers by the limit, not by its loop.
        if 1e-3 * self._p.design.rated_a < abs(step) and ampere < 0.999 * self.source.limit_a and not fresh:
            kicks = (*kicks, Kick(now, duration, step))
        table: tuple[tuple[float, float, float], ...] = ((now, volt, ampere),)
        if duration > 0.0:
            table = ((now, before, ampere_before), (now + duration, volt, ampere))
        self._begin(now, OutputPiece(table, kicks, self.history.last.ripple))

    def start(self, now: float, seconds: float) -> None:
        """Ramp up to the set point in this time, from the voltage that is there."""
        source = self.source
        self.mode, source.feeding, source.ceiling_v = "starting", True, math.inf
        target, _ = self.solve()
        low = min(max(self.history.last.steady(now)[0], 0.0), target)
        rows = []
        for k in range(_RAMP_POINTS):
            share = k / (_RAMP_POINTS - 1)
            source.ceiling_v = low + share * (self._p.set_point_v + source.line_v - low)
            volt, ampere = self.solve()
            rows.append((now + share * seconds, volt, ampere))
            if seconds <= 0.0:
                break
        source.ceiling_v = math.inf
        self._begin(now, OutputPiece(tuple(rows)))

    def run(self, now: float) -> None:
        """The soft start is over: regulate."""
        self.mode, self.source.feeding = "on", True
        self.settle(now, fresh=True)

    def switch_off(self, now: float) -> None:
        """Stop feeding; what is left in the output capacitor goes into the load."""
        self.mode, self.source.feeding = "off", False
        volt = self.level(now)[0]
        final, final_ampere = self.solve()
        rows, time, farad = [], now, self._p.design.bus_farad
        for _ in range(_DECAY_STEPS):
            drawn = self._drawn(volt)
            out = drawn + self.source.current(volt)
            if volt - final < 0.02 or out <= 0.0:
                break
            rows.append((time, volt, drawn))
            fall = min(0.15 * volt, volt - final)
            time += farad * fall / out
            volt -= fall
        self._currents = {id(branch): branch.current(final) for branch in self.branches}
        self._begin(now, OutputPiece((*rows, (time, final, final_ampere))))

    def drop_out(self, now: float, bulk_v: float, watt: float) -> None:
        """The bulk is too low to regulate: follow it down until the converter stops.

        The output goes down with the bulk while the load, and what of `watt` is not the load's, still take power out
        of it. A bus that others hold higher ends it at once.
        """
        volt, ampere = self.final
        self._fixed_w, self._bulk_per_v = max(watt - volt * ampere, 0.0), bulk_v / max(volt, 1e-3)
        self._stops_at_v = _CONVERTS_DOWN_TO * volt
        self.mode, self.source.feeding = "dropout", False
        self._fall(now)

    def _fall(self, now: float) -> None:
        volt, fixed_w, ratio = self.history.last.steady(now)[0], self._fixed_w, 1.0 / self._bulk_per_v
        bulk = bulk_v = volt * self._bulk_per_v
        held, _ = self.solve()
        ampere = self._drawn(volt)
        rows, time = [(now, volt, ampere)], now
        step = 0.01 * self._p.bulk_farad * bulk_v**2 / max(fixed_w + volt * ampere, 1.0)
        while volt > max(held, self._stops_at_v):
            # A bus that feeds back charges the output, never the bulk: the converter works one way.
            watt = max(fixed_w + max(volt * ampere, 0.0), 1.0)
            bulk = math.sqrt(max(bulk**2 - 2.0 * watt * step / self._p.bulk_farad, 0.0))
            volt = ratio * bulk
            ampere = self._drawn(volt)
            time += step
            rows.append((time, volt, ampere))
        self.bulk_left_v = bulk
        self._begin(now, OutputPiece(tuple(rows), self._live_kicks(now)))

    def set_ripple(self, now: float, line_hz: float, line_origin_s: float, bulk_ripple_v: float, load: float) -> None:
        """From now on it rides on this bulk ripple (amplitude in V) and this share of the rated load."""
        ripple = Ripple()
        if self.mode in ("on", "starting"):
            line_v = bulk_ripple_v * self._p.design.ripple_rejection
            ripple = Ripple(line_hz, line_origin_s, line_v, 0.5 * switching_ripple_v(self._p, load))
        piece = self.history.last
        if piece.ripple != ripple:
            self._begin(now, replace(piece, ripple=ripple))

    def signal(self, times: Times, *, is_current: bool) -> Times:
        """Voltage or current out at these times."""
        return self.history.values(times, self._current if is_current else self._voltage)

    def _current(self, piece: OutputPiece, times: Times) -> Times:
        return piece.column(times, 2)

    def _voltage(self, piece: OutputPiece, times: Times) -> Times:
        volt = piece.column(times, 1)
        earliest = float(times.min())
        for kick in piece.kicks:
            if earliest < kick.start + kick.ramp_s + self.response.settled_s:
                volt = volt + self.response.deviation(kick, times)
        ripple = piece.ripple
        if ripple.line_v:
            angle = 4.0 * np.pi * ripple.line_hz * (times - ripple.line_origin_s)
            volt = volt - ripple.line_v * np.sin(angle)
        if ripple.switching_v:
            turns = np.mod(times * self._p.design.switching_hz, 1.0)
            volt = volt + ripple.switching_v * (4.0 * np.abs(turns - 0.5) - 1.0)
        return volt

    def _drawn(self, volt: float) -> float:
        return sum((branch.current(volt) for branch in self.branches), 0.0)

    def _live_kicks(self, now: float) -> tuple[Kick, ...]:
        settled = self.response.settled_s
        return tuple(k for k in self.history.last.kicks if now < k.start + k.ramp_s + settled)

    def _begin(self, now: float, piece: OutputPiece) -> None:
        self.history.begin(now, piece)


def switching_ripple_v(parameters: SupplyParameters, load: float) -> float:
    """Peak-to-peak ripple at the switching frequency at this share of the rated load, in V."""
    d = parameters.design
    return d.switching_floor_v + parameters.esr_ohm * d.switching_ripple_a * (0.4 + 0.6 * load)
