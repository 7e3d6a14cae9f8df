"""Joins AC feeds and DC branches of instruments to the ports of the unit, and answers what meters ask.

The unit does its own physics in time; the grid finds out what hangs on each of its ports, through wires and closed
relays, tells it whenever that changes, and lets things that were programmed ahead (a dip, a dynamic load) happen at
their moment. Nothing runs by itself: every look at the bench first brings it up to the clock's time.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sim_hardware.clock import BenchClock
from sim_hardware.power.branch import AcFeed, DcBranch, LinearBranch
from sim_hardware.power.node import node_voltage
from sim_hardware.world import DUT_ROLE, World

_CONTACT_OHM = 0.05
"""What a closed contact across a port has."""

Signal = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Values at these times of the bench's clock, shape (n,) to shape (n,)."""


@runtime_checkable
class PoweredUnit(Protocol):
    """What a device under test offers when it has power ports. Terminals carry no role ("OUT.+").

    Times are those of the bench's clock. A signal may be asked for any time in the last ten seconds, not the future.
    """

    @property
    def ac_ports(self) -> Mapping[str, tuple[str, str]]:
        """Port name to its live and neutral terminals: {"AC": ("AC.L", "AC.N")}."""
        ...

    @property
    def dc_ports(self) -> Mapping[str, tuple[str, str]]:
        """Port name to its plus and minus terminals: {"OUT": ("OUT.+", "OUT.-")}."""
        ...

    @property
    def voltages(self) -> Mapping[tuple[str, str], str]:
        """Pairs of terminals between which there is a voltage, to the name of its signal."""
        ...

    @property
    def currents(self) -> Mapping[str, str]:
        """Places where a clamp or shunt can sit ("OUT.I"), to the name of the signal."""
        ...

    def advance(self, now: float) -> None:
        """Let time go by until now with what is joined."""
        ...

    def join(self, now: float, feeds: Mapping[str, AcFeed | None], branches: Mapping[str, Sequence[DcBranch]]) -> None:
        """From now on this hangs on the ports; called again after every change, also of a branch's own setting."""
        ...

    def next_event(self) -> float:
        """The next time at which something happens in the unit by itself (a trip, a restart); infinite for none."""
        ...

    def signal(self, name: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of a signal at these times."""
        ...

    def level(self, name: str) -> float:
        """Mean value of a signal now: the DC part, without ripple."""
        ...


class PowerGrid:
    """The power side of one bench. Not thread-safe: one bench, one owner at a time."""

    def __init__(self, world: World, clock: BenchClock) -> None:
        self.world = world
        self._clock = clock
        self._feeds: list[AcFeed] = []
        self._branches: list[DcBranch] = []
        self._due: list[tuple[float, int, Callable[[], None], bool]] = []
        self._order = count()
        self._joined_to: object = None
        self._looked_at: object = None
        self._unit: PoweredUnit | None = None

    def add_feed(self, feed: AcFeed) -> None:
        """Put an outlet on the bench."""
        self._feeds.append(feed)

    def add_branch(self, branch: DcBranch) -> None:
        """Put a load or source on the bench."""
        self._branches.append(branch)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Change feeds or branches: what was, holds until now, and the unit is told what holds from now on."""
        self.advance()
        yield
        self.rejoin(self._clock.now())

    def at(self, when: float, act: Callable[[], None], *, on_ports: bool = True) -> None:
        """Let this change of feeds or branches happen at a time of the clock; acts of one time keep their order.

        `on_ports` is False for what leaves all that hangs on the unit's ports as it is, such as warmer air around it.
        """
        heapq.heappush(self._due, (when, next(self._order), act, on_ports))

    def forget(self) -> None:
        """Drop everything that was programmed ahead."""
        self._due.clear()

    def advance(self) -> None:
        """Bring the unit up to the clock's time, with everything that was programmed for the time between."""
        now = self._clock.now()
        unit = self.unit
        if unit is not self._joined_to:
            self.rejoin(now)
        while self._due and self._due[0][0] <= now:
            when, _, act, on_ports = heapq.heappop(self._due)
            if unit is not None:
                unit.advance(when)
            act()
            if on_ports:
                self.rejoin(when)
        if unit is not None:
            unit.advance(now)

    def rejoin(self, now: float) -> None:
        """Tell the unit what hangs on its ports."""
        unit = self._joined_to = self.unit
        if unit is None:
            return
        feeds = {port: self._feed_of(pair) for port, pair in unit.ac_ports.items()}
        branches = {port: self._branches_of(pair) for port, pair in unit.dc_ports.items()}
        unit.join(now, feeds, branches)

    @property
    def unit(self) -> PoweredUnit | None:
        """The unit in the fixture, if it has power ports."""
        dut = self.world.dut
        if dut is not self._looked_at:
            # Once a unit: a protocol of this size takes its time to be looked through.
            self._looked_at, self._unit = dut, dut if isinstance(dut, PoweredUnit) else None
        return self._unit

    def voltage(self, plus: str, minus: str) -> float:
        """Mean voltage between two terminals now, in V; 0 where nothing is."""
        self.advance()
        unit = self.unit
        if unit is not None:
            name, sign = self._between(unit, plus, minus)
            if name:
                return sign * unit.level(name)
        branches = [b for b in self._branches if self._joined(b.plus, plus) and self._joined(b.minus, minus)]
        return node_voltage(branches) if branches else 0.0

    def branch_current(self, branch: DcBranch) -> float:
        """Ampere into the branch's plus terminal now."""
        return branch.current(self.voltage(branch.plus, branch.minus))

    def voltage_signal(self, plus: str, minus: str) -> Signal:
        """What an oscilloscope or analyser sees between two terminals."""
        self.advance()
        unit = self.unit
        if unit is not None:
            name, sign = self._between(unit, plus, minus)
            if name:
                return lambda times: sign * unit.signal(name, times)
        for feed in self._feeds:
            if self._joined(feed.live, plus) and self._joined(feed.neutral, minus):
                return _open_circuit(feed)
        level = self.voltage(plus, minus)
        return lambda times: np.full(times.shape, level)

    def current_signal(self, clamp: str) -> Signal:
        """What a clamp or shunt sees whose output terminal is wired to a place of the unit such as "dut:OUT.I"."""
        self.advance()
        unit = self.unit
        if unit is not None:
            for place, name in unit.currents.items():
                if self._joined(clamp, f"{DUT_ROLE}:{place}"):
                    return lambda times: unit.signal(name, times)
        return lambda times: np.zeros(times.shape)

    def feed_signals(self, feed: AcFeed) -> tuple[Signal, Signal]:
        """Voltage and current of an outlet, as the AC source's own meters see them."""
        self.advance()
        unit = self.unit
        if unit is not None:
            fed = [port for port, pair in unit.ac_ports.items() if self._feed_of(pair) is feed]
            if len(fed) == 1:
                return partial(unit.signal, f"{fed[0]}.U"), partial(unit.signal, f"{fed[0]}.I")
            if fed:
                # One outlet for several inlets gives the sum of their currents.
                return partial(unit.signal, f"{fed[0]}.U"), lambda times: _sum(unit, fed, times)
        return _open_circuit(feed), lambda times: np.zeros(times.shape)

    def current(self, clamp: str) -> float:
        """Mean current through a clamp or shunt now, in A."""
        self.advance()
        unit = self.unit
        if unit is not None:
            for place, name in unit.currents.items():
                if self._joined(clamp, f"{DUT_ROLE}:{place}"):
                    return unit.level(name)
        return 0.0

    def _between(self, unit: PoweredUnit, plus: str, minus: str) -> tuple[str, float]:
        for (a, b), name in unit.voltages.items():
            first, second = f"{DUT_ROLE}:{a}", f"{DUT_ROLE}:{b}"
            if self._joined(plus, first) and self._joined(minus, second):
                return name, 1.0
            if self._joined(plus, second) and self._joined(minus, first):
                return name, -1.0
        return "", 1.0

    def _feed_of(self, pair: tuple[str, str]) -> AcFeed | None:
        live, neutral = (f"{DUT_ROLE}:{terminal}" for terminal in pair)
        for feed in self._feeds:
            if self._joined(feed.live, live) and self._joined(feed.neutral, neutral):
                return feed
        return None

    def _branches_of(self, pair: tuple[str, str]) -> list[DcBranch]:
        plus, minus = (f"{DUT_ROLE}:{terminal}" for terminal in pair)
        found = [b for b in self._branches if self._joined(b.plus, plus) and self._joined(b.minus, minus)]
        if self._joined(plus, minus):
            # Wires or closed contacts lead from the one to the other: PS_ON pulled low, or an output shorted.
            found.append(LinearBranch(plus=plus, minus=minus, ohm=_CONTACT_OHM))
        return found

    def _joined(self, a: str, b: str) -> bool:
        return self.world.joined(a, b)


def _open_circuit(feed: AcFeed) -> Signal:
    peak = np.sqrt(2.0) * feed.volt_rms if feed.is_on else 0.0
    hertz, origin = feed.hertz, feed.origin_s
    return lambda times: np.asarray(peak * np.sin(2.0 * np.pi * hertz * (times - origin)), dtype=np.float64)


def _sum(unit: PoweredUnit, ports: Sequence[str], times: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(sum(unit.signal(f"{port}.I", times) for port in ports), dtype=np.float64)
