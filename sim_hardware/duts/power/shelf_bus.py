"""The busbar of a shelf in its steady state: every supply behind its joint, every slot behind its share contact.

The same physics as `parallel.shared_bus`, with joints and contacts, and solved by bracketed secants: all
characteristics are straight in pieces, so that a few steps reach what bisection needs sixty for.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim_hardware.duts.power.auxiliary import SHARE_DRIVE_OHM, SHARE_PULL_DOWN_OHM, heard_share_v
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.power.branch import DcBranch

_LOWEST_V, _HIGHEST_V = -1.0, 100.0
_NEAR_V, _WIDER = 0.05, 20.0
_STEPS = 60
_VOLT_ENOUGH, _AMPERE_ENOUGH, _SHARE_ENOUGH = 1e-9, 1e-7, 1e-7
_SHARE_INPUT_OHM = 100e3
_SHARE_OPEN_OHM = 1e5
"""Beyond this a driver cannot hold the bus against its pull-downs."""


@dataclass(slots=True)
class BusView:
    """What a supply sees of a bus that others hold: its voltage behind the supply's own joint.

    It gives no more back than `back_a`: a supply behind its OR-ing FET is held at the bus's voltage by its bleeder's
    current, and one whose output falls does not take the bus with it.
    """

    emf_v: float
    ohm: float
    back_a: float
    slew_a_s: float
    plus: str = "OUT.+"
    minus: str = "OUT.-"

    def current(self, volt: float) -> float:
        """Ampere into the bus at this voltage at the supply."""
        return max((volt - self.emf_v) / self.ohm, -self.back_a)


@dataclass(slots=True)
class PartOfLoad:
    """The share of a load that falls on one of several supplies that carry it alike."""

    whole: DcBranch
    share: float
    plus: str = "OUT.+"
    minus: str = "OUT.-"

    @property
    def slew_a_s(self) -> float:
        """The load's own slew, divided as its current is, in A/s."""
        return self.whole.slew_a_s * self.share

    def current(self, volt: float) -> float:
        """Ampere of the part."""
        return self.whole.current(volt) * self.share


@dataclass(frozen=True, slots=True)
class Slot:
    """A supply behind its joint and its share contact, both in ohm."""

    supply: PowerSupplyUnit
    joint_ohm: float
    share_ohm: float

    def given_a(self, bus_v: float) -> float:
        """Ampere out of the slot while the bus is at this voltage; negative when it takes."""
        source, ohm = self.supply.source, self.joint_ohm
        first = -source.current(bus_v)
        if first <= 0.0:
            return first
        # Straight between the two: where the supply's line meets the joint's.
        second = -source.current(bus_v + ohm * first)
        return first * first / (2.0 * first - second)

    def given_share_v(self, ampere: float) -> float:
        """What the share bus sees of its supply while it gives this current, behind the supply's own contact, in V."""
        divider = SHARE_PULL_DOWN_OHM + SHARE_DRIVE_OHM
        return self.supply.source.given_share_v(ampere) * divider / (divider + self.supply.parameters.share_ohm)

    def heard_v(self, share_v: float) -> float:
        """What the supply hears of the share bus behind its contact, in V."""
        return heard_share_v(self.supply.parameters, self.contact_v(share_v))

    def contact_v(self, share_v: float) -> float:
        """What the slot's contact leaves of the share bus, in V."""
        return share_v * _SHARE_INPUT_OHM / (_SHARE_INPUT_OHM + self.share_ohm)

    def view(self, bus_v: float, slew_a_s: float) -> BusView:
        """What its supply sees of the bus at this voltage."""
        p = self.supply.parameters
        held_a = bus_v / p.design.bleed_ohm if p.fet_short_ohm == math.inf else bus_v / p.fet_short_ohm
        return BusView(bus_v, self.joint_ohm, 2.0 * held_a, slew_a_s)

    @property
    def lets_back(self) -> bool:
        """Whether the bus finds a way back into a supply that does not feed."""
        return self.supply.parameters.fet_short_ohm < math.inf

    @property
    def drives_share(self) -> bool:
        """Whether the share bus hears this slot."""
        return self.share_ohm + self.supply.parameters.share_ohm < _SHARE_OPEN_OHM


@dataclass(frozen=True, slots=True)
class ShelfBus:
    """Bus voltage and share level in V."""

    volt: float
    share_v: float


def solved_bus(slots: Sequence[Slot], loads: Sequence[DcBranch], held_v: float, near_v: float) -> ShelfBus:
    """The bus with these slots and loads, the share bus held at `held_v` at least, searched from `near_v` on.

    Leaves every supply's `source.share_v` at what it hears.
    """

    def at(share_v: float) -> float:
        nonlocal near_v
        for slot in slots:
            slot.supply.source.share_v = slot.heard_v(share_v)
        near_v = _root(total, near_v)
        return near_v

    def total(volt: float) -> float:
        given = sum(slot.given_a(volt) for slot in slots)
        return given - sum(load.current(volt) for load in loads)

    def beyond(share_v: float) -> float:
        """How far the loudest lies above this level."""
        volt = at(share_v)
        loudest = (slot.given_share_v(slot.given_a(volt)) for slot in slots if slot.drives_share)
        return max(loudest, default=0.0) - share_v

    share_v = held_v
    if (missing := beyond(held_v)) > 0.0:
        share_v = _between(beyond, held_v, missing, held_v + missing, _SHARE_ENOUGH, _SHARE_ENOUGH)
    return ShelfBus(at(share_v), share_v)


def _root(falling: Callable[[float], float], near: float) -> float:
    """Where a function that never rises passes zero, within the voltages of a bench."""
    reach = _NEAR_V
    low = high = near
    at_low = falling(near)
    while at_low <= 0.0 and low > _LOWEST_V:
        high, low = low, max(near - reach, _LOWEST_V)
        at_low = falling(low)
        reach *= _WIDER
    if at_low <= 0.0:
        return low
    if high == low:
        high = min(near + reach, _HIGHEST_V)
        while high < _HIGHEST_V and falling(high) > 0.0:
            reach *= _WIDER
            high = min(near + reach, _HIGHEST_V)
    return _between(falling, low, at_low, high, _VOLT_ENOUGH, _AMPERE_ENOUGH)


def _between(
    falling: Callable[[float], float], low: float, at_low: float, high: float, enough: float, small: float
) -> float:
    """The root between two bounds by the Illinois form of the secant rule; `at_low` is positive.

    It ends where the bounds are nearer than `enough`, or the function smaller than `small`.
    """
    at_high, kept = falling(high), 0
    if at_high > 0.0:
        return high
    for _ in range(_STEPS):
        if high - low < enough or at_high == 0.0:
            break
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        if not low < middle < high:
            middle = 0.5 * (low + high)
        value = falling(middle)
        if abs(value) < small:
            return middle
        if value > 0.0:
            low, at_low = middle, value
            at_high *= 0.5 if kept > 0 else 1.0
            kept = 1
        else:
            high, at_high = middle, value
            at_low *= 0.5 if kept < 0 else 1.0
            kept = -1
    return high
