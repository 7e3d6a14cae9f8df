"""How the wires of one harness run, and everything that was done wrong to them."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim_hardware.duts.design import DesignError

PairOfNets = frozenset[str]


@dataclass(frozen=True, slots=True)
class PlannedWire:
    """One wire of the plan: its net, the hub that it starts at and the pin where it should arrive."""

    net: str
    hub: str
    pin: str


def planned_wires(nets: Mapping[str, Sequence[str]]) -> tuple[PlannedWire, ...]:
    """The wires of a netlist, in its order: from the first pin of each net to every other one.

    Raises DesignError for a net of fewer than two pins, and for a pin that is in two nets.
    """
    seen: set[str] = set()
    wires = []
    for net, pins in nets.items():
        if len(pins) < 2:
            raise DesignError(f"net {net}: {len(pins)} pins; a net joins at least two")
        for pin in pins:
            if pin in seen:
                raise DesignError(f"pin {pin} is listed twice; a pin belongs to one net, once")
            seen.add(pin)
        wires += [PlannedWire(net, pins[0], pin) for pin in pins[1:]]
    return tuple(wires)


@dataclass(slots=True)
class HarnessWiring:
    """What the defects alter; healthy when made.

    `arrives[pin]` is the pin at which the wire planned for it really arrives; `series_ohm` and `rise_ohm` are added to
    a wire, the latter only while it carries the specified load; `bridges` and `breakdown_v` are between two nets.
    """

    wires: tuple[PlannedWire, ...]
    arrives: dict[str, str] = field(init=False)
    series_ohm: dict[str, float] = field(default_factory=dict)
    rise_ohm: dict[str, float] = field(default_factory=dict)
    bridges: dict[PairOfNets, float] = field(default_factory=dict)
    breakdown_v: dict[PairOfNets, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arrives = {wire.pin: wire.pin for wire in self.wires}

    @property
    def nets(self) -> tuple[str, ...]:
        """The nets in the order of the plan."""
        return tuple(dict.fromkeys(wire.net for wire in self.wires))

    def pairs(self) -> list[PairOfNets]:
        """Every two nets."""
        return [frozenset(pair) for pair in itertools.combinations(self.nets, 2)]

    def wire_to(self, pin: str) -> PlannedWire:
        """The wire planned to arrive at this pin. Raises ValueError when there is none."""
        for wire in self.wires:
            if wire.pin == pin:
                return wire
        raise ValueError(f"no wire arrives at pin {pin!r}; there are {', '.join(self.arrives)}")

    def add_series(self, pin: str, ohm: float) -> None:
        """Put a resistance in series with the wire to this pin; infinite cuts it."""
        self.wire_to(pin)
        self.series_ohm[pin] = self.series_ohm.get(pin, 0.0) + ohm

    def add_rise(self, pin: str, ohm: float) -> None:
        """Let the wire to this pin rise by so much under the specified load."""
        self.wire_to(pin)
        self.rise_ohm[pin] = self.rise_ohm.get(pin, 0.0) + ohm

    def swap(self, pin: str, other: str) -> None:
        """Exchange where two wires arrive."""
        if self.wire_to(pin) == self.wire_to(other):
            raise ValueError(f"pin {pin} cannot be swapped with itself")
        self.arrives[pin], self.arrives[other] = self.arrives[other], self.arrives[pin]

    def bridge(self, net: str, other: str, ohm: float) -> None:
        """Join two nets."""
        pair = self._pair(net, other)
        self.bridges[pair] = 1.0 / (1.0 / ohm + 1.0 / self.bridges.get(pair, math.inf))

    def weaken(self, net: str, other: str, volt: float) -> None:
        """Let the insulation between two nets break down at this peak voltage."""
        pair = self._pair(net, other)
        self.breakdown_v[pair] = min(volt, self.breakdown_v.get(pair, math.inf))

    def _pair(self, net: str, other: str) -> PairOfNets:
        for name in (net, other):
            if name not in self.nets:
                raise ValueError(f"net {name!r} does not exist; there are {', '.join(self.nets)}")
        if net == other:
            raise ValueError(f"net {net} has nothing to do with itself")
        return frozenset((net, other))
