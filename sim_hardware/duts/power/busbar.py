"""Supplies behind joints on one busbar with a share bus between them, in time: a shelf's, or a pair's on a bench.

Every supply does its own physics; the busbar finds its voltage whenever a load, an input or the state of a supply has
changed, and tells each supply what bus it gives into. The bus's voltage is the mean behind the joints of the supplies
that hold it, so that whatever they answer to a change of current is in it. While none holds the bus yet, those that
start, or the empty ones, carry the load alike.
"""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.power.ac_waveform import AcPiece, Outlet, outlet_of
from sim_hardware.duts.power.auxiliary import SHARE_PULL_DOWN_OHM
from sim_hardware.duts.power.segments import History
from sim_hardware.duts.power.shelf_bus import PartOfLoad, Slot, solved_bus
from sim_hardware.power.branch import AcFeed, DcBranch, LinearBranch
from sim_hardware.power.node import node_voltage

Times = NDArray[np.float64]
_PROBES_V = (1.0, 20.0, 50.0)
"""Where a load is looked at to see whether it has changed."""
_OF_A_SLOT = re.compile(r"(AC|JOINT|OUT)([1-9]\d*)\.([UI])")


class SuppliesOnBusbar:
    """The electrical side of supplies in parallel; ports and terminals are named by whoever holds them.

    `slots` are counted from 0, those with a supply in them; `fed_by` is the inlet (from 1) of every slot, None for one
    that no inlet feeds.
    """

    def __init__(self, slots: Mapping[int, Slot], fed_by: Sequence[int | None]) -> None:
        self._slots = slots
        self._fed_by = fed_by
        self._feeds: Mapping[str, AcFeed | None] | None = None
        self._outlets: dict[int, Outlet] = {}
        self._loads: tuple[DcBranch, ...] = ()
        self._drivers: tuple[DcBranch, ...] = ()
        self._state: object = None
        self._load_state: object = None
        self._volt = 0.0
        self._now = 0.0
        self._next = math.inf
        self._revisions: list[int] = []
        self._holders: History[tuple[int, ...]] = History(tuple(slots))
        self._share: History[float] = History(0.0)

    @property
    def dc_ports(self) -> Mapping[str, tuple[str, str]]:
        """The busbar and the share bus."""
        return {"BUS": ("BUS.+", "BUS.-"), "SHARE": ("SHARE", "BUS.-")}

    @property
    def ac_ports(self) -> Mapping[str, tuple[str, str]]:
        """An inlet for every slot."""
        return {f"AC{k}": (f"AC{k}.L", f"AC{k}.N") for k in range(1, len(self._fed_by) + 1)}

    def join(self, now: float, feeds: Mapping[str, AcFeed | None], branches: Mapping[str, Sequence[DcBranch]]) -> None:
        """From now on this hangs on the ports."""
        is_first = self._feeds is None
        if not is_first:
            self.advance(now)
        self._feeds = feeds
        for k, slot in self._slots.items():
            feed = self._feed(k)
            outlet = outlet_of(feed)
            if is_first:
                slot.supply.join(now, {"AC": feed}, {})
            elif outlet != self._outlets[k]:
                slot.supply.join_input(now, feed)
            self._outlets[k] = outlet
        self._loads, self._drivers = tuple(branches.get("BUS", ())), tuple(branches.get("SHARE", ()))
        loads = [(id(b), b.slew_a_s, *(b.current(volt) for volt in _PROBES_V)) for b in (*self._loads, *self._drivers)]
        self._now = now
        if loads != self._load_state or self._states() != self._state:
            self._load_state = loads
            self._balance(now)
        self._looked()

    def advance(self, now: float) -> None:
        """Let time go by until now, event by event; the bus is found anew after each that matters to it."""
        revisions = [slot.supply.revision for slot in self._slots.values()]
        if revisions != self._revisions:
            # Somebody has told a controller to do something since.
            if self._states() != self._state:
                self._balance(self._now)
            self._looked()
        while self._next <= now:
            when = max(self._next, self._now)
            self._pass(when)
            if self._states() != self._state:
                self._balance(when)
            self._looked()
        if now > self._now:
            self._pass(now)

    def next_event(self) -> float:
        """The next time at which something happens in any supply; infinite for none."""
        return self._next

    def signal(self, name: str, times: Times) -> Times:
        """Values of a signal at these times. Raises KeyError for a name it does not have."""
        if name == "BUS.U":
            return self._holders.values(times, self._bus_u)
        if name == "BUS.I":
            return self._holders.values(times, self._bus_i)
        if name == "SHARE.U":
            return self._share.values(times, lambda level, at: np.full(at.shape, level))
        kind, k, quantity = _parsed(name)
        if kind == "JOINT":
            return self._joint_ohm(k) * self._slot_i(k, times)
        return self._slot_i(k, times) if kind == "OUT" else self._inlet(k + 1, quantity, times)

    def level(self, name: str) -> float:
        """Mean value of a signal now: the DC part, without ripple. Raises KeyError for a name it does not have."""
        if name in ("BUS.U", "BUS.I"):
            levels = [(*self._slots[k].supply.output.level(self._now), k) for k in self._holders.last]
            if name == "BUS.I":
                return sum(ampere for _, ampere, _ in levels)
            return sum(u - self._slots[k].joint_ohm * i for u, i, k in levels) / max(len(levels), 1)
        if name == "SHARE.U":
            return self._share.last
        kind, k, _ = _parsed(name)
        if kind == "AC" or k not in self._slots:
            return 0.0
        ampere = self._slots[k].supply.output.level(self._now)[1]
        return ampere * self._joint_ohm(k) if kind == "JOINT" else ampere

    def _pass(self, now: float) -> None:
        for slot in self._slots.values():
            slot.supply.advance(now)
        self._now = now

    def _looked(self) -> None:
        """Know the supplies as they are, and when the next thing happens in one."""
        supplies = [slot.supply for slot in self._slots.values()]
        self._revisions = [supply.revision for supply in supplies]
        self._next = min((supply.next_event() for supply in supplies), default=math.inf)

    def _feed(self, k: int) -> AcFeed | None:
        inlet = self._fed_by[k]
        return None if inlet is None or self._feeds is None else self._feeds.get(f"AC{inlet}")

    def _states(self) -> object:
        """Everything of the supplies that the bus depends on: who holds it and how; while nobody does, who starts."""
        outputs = [slot.supply.output for slot in self._slots.values()]
        if any(out.mode == "on" for out in outputs):
            return [(out.source.limit_a, out.source.line_v) if out.mode == "on" else None for out in outputs]
        return [out.mode for out in outputs]

    def _balance(self, now: float) -> None:
        """Find the bus as supplies and loads are now, and tell each supply what it gives into."""
        modes = {k: slot.supply.output.mode for k, slot in self._slots.items()}
        holding = tuple(k for k, mode in modes.items() if mode == "on")
        if holding:
            # One that starts or runs empty gives nothing until it holds the bus; one that is off may let current back.
            on_bus = [slot for k, slot in self._slots.items() if modes[k] == "on" or slot.lets_back]
            bus = solved_bus(on_bus, self._loads, self._held_share_v(), self._volt)
            slew = min((load.slew_a_s for load in self._loads), default=math.inf) / len(holding)
            for slot in self._slots.values():
                slot.supply.join_output(now, (slot.view(bus.volt, slew),), slot.contact_v(bus.share_v))
            self._volt = bus.volt
            share_v, holders = bus.share_v, holding
        else:
            holders = tuple(k for k, mode in modes.items() if mode != "off") or tuple(modes)
            for k, slot in self._slots.items():
                alone = [PartOfLoad(load, 1.0 / len(holders)) for load in self._loads] if k in holders else []
                slot.supply.join_output(now, alone)
            self._volt, share_v = 0.0, self._held_share_v()
        if holders != self._holders.last:
            self._holders.begin(now, holders)
        if share_v != self._share.last:
            self._share.begin(now, share_v)
        self._state = self._states()

    def _held_share_v(self) -> float:
        """What instruments hold the share bus at, in V."""
        if not self._drivers:
            return 0.0
        pull_down = LinearBranch(plus="SHARE", minus="BUS.-", ohm=SHARE_PULL_DOWN_OHM)
        return max(node_voltage((pull_down, *self._drivers), -20.0, 60.0), 0.0)

    def _bus_u(self, holders: tuple[int, ...], times: Times) -> Times:
        volt = np.zeros(times.shape)
        for k in holders:
            supply = self._slots[k].supply
            volt += supply.signal("OUT.U", times) - self._slots[k].joint_ohm * supply.signal("OUT.I", times)
        return volt / max(len(holders), 1)

    def _bus_i(self, holders: tuple[int, ...], times: Times) -> Times:
        ampere = np.zeros(times.shape)
        for k in holders:
            ampere += self._slots[k].supply.signal("OUT.I", times)
        return ampere

    def _slot_i(self, k: int, times: Times) -> Times:
        return self._slots[k].supply.signal("OUT.I", times) if k in self._slots else np.zeros(times.shape)

    def _inlet(self, inlet: int, quantity: str, times: Times) -> Times:
        fed = [slot.supply for k, slot in self._slots.items() if self._fed_by[k] == inlet]
        if quantity == "I":
            return np.asarray(sum((supply.signal("AC.I", times) for supply in fed), np.zeros(times.shape)))
        if fed:
            return fed[0].signal("AC.U", times)
        return AcPiece(outlet_of(self._feeds.get(f"AC{inlet}") if self._feeds else None)).voltage(times)

    def _joint_ohm(self, k: int) -> float:
        return self._slots[k].joint_ohm if k in self._slots else 0.0


def _parsed(name: str) -> tuple[str, int, str]:
    """Inlet, joint or lead, its slot from 0, and the quantity of a signal. Raises KeyError for any other name."""
    found = _OF_A_SLOT.fullmatch(name)
    if found is None:
        raise KeyError(name)
    return found[1], int(found[2]) - 1, found[3]
