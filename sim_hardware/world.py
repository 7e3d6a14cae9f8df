"""The bench as one piece of copper: instruments, fixture wires and the device under test share this world.

Terminals are names such as "harness:1R1.H" or "dut:near.3.P". Wires join them into nets; relays and the conductors of
the device are elements between nets. An instrument asks what lies between its terminals, and so sees whatever is
really there.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sim_hardware.calibration import Age
from sim_hardware.duts.module_memory import PluggedModule
from sim_hardware.physics.conductors import ConductorNetwork, Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.physics.random_stream import noise_stream, random_stream
from sim_hardware.relay_states import RelayStates

DUT_ROLE = "dut"
FIXTURE_ROLE = "fixture"
"""Terminals that belong to the fixture itself, such as its coding plug."""


class Dut(Protocol):
    """What a world needs to know of the device under test; its terminals carry no role ("near.3.P")."""

    @property
    def serial(self) -> str:
        """Serial number."""
        ...

    def elements(self) -> Sequence[Element]:
        """Conductors and insulation at direct current."""
        ...

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """Scattering between these terminals at 50 ohm, shape (ports, ports, n); one it lacks is an open end."""
        ...

    def memory(self, end: str) -> PluggedModule | None:
        """The memory in the plug at this end, None when there is none."""
        ...


@runtime_checkable
class BreaksDown(Protocol):
    """A device whose insulation can break down."""

    def breakdown_v(self, high: Sequence[str], low: Sequence[str]) -> float:
        """The voltage (peak, V) at which insulation between two groups of its terminals breaks down."""
        ...


@runtime_checkable
class HeatsUp(Protocol):
    """A device whose conductors change with the current through them."""

    def heating_ohm(self, high: Sequence[str], low: Sequence[str], ampere: float, seconds: float) -> float:
        """What a current from one group of its terminals to another adds to the resistance between them, in ohm."""
        ...


class World:
    """Nets, relays and the inserted device. Not thread-safe: one bench, one owner at a time."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._parent: dict[str, str] = {}
        self._nets: dict[str, int] | None = None
        self.relays = RelayStates(self._changed)
        self._worn: dict[str, tuple[float, float]] = {}
        self._worn_wires: list[tuple[str, str]] = []
        self._cycles = 0
        self._levels: dict[str, Callable[[], bool]] = {}
        self._lines: dict[int, list[Callable[[], bool]]] | None = None
        self._ages: dict[str, Age] = {}
        self._dut: Dut | None = None
        self._network: ConductorNetwork | None = None
        self._paths: dict[int, list[int]] | None = None
        self._reach: dict[str, tuple[str, ...]] = {}
        self._links: dict[int, set[int]] = {}
        self._dut_network: ConductorNetwork | None = None
        self._dut_nets: dict[int, list[str]] | None = None

    @property
    def dut(self) -> Dut | None:
        """The device now in the fixture."""
        return self._dut

    def random_stream(self, name: str) -> random.Random:
        """The stream of one named consumer; independent of every other."""
        return random_stream(self.seed, name)

    def noise_stream(self, name: str) -> np.random.Generator:
        """The same for arrays of noise."""
        return noise_stream(self.seed, name)

    def wire(self, a: str, b: str) -> None:
        """Join two terminals by a wire: of no resistance, or of a worn probe's where one of them has one."""
        for terminal in (a, b):
            role, _, rest = terminal.partition(":")
            if not role or not rest:
                raise ValueError(f"terminal {terminal!r}: expected role:terminal, for example dut:near.1.P")
        if a in self._worn or b in self._worn:
            self._worn_wires.append((a, b))
            self._hold_worn()
        else:
            self._parent[self._find(a)] = self._find(b)
        self._nets = self._dut_network = self._dut_nets = self._lines = None
        self._changed()

    def wear(self, terminal: str, ohm: float, per_cycle_ohm: float = 0.0) -> None:
        """Let the fixture's probe at this terminal of an instrument have a contact resistance; before it is wired.

        It grows with each unit that is put in.
        """
        self._worn[terminal] = (ohm, per_cycle_ohm)

    def wear_ohm(self, *terminals: str) -> float:
        """What the probes at these terminals of one circuit have together, in ohm."""
        worn = (self._worn[terminal] for terminal in terminals if terminal in self._worn)
        return sum(ohm + per_cycle_ohm * self._cycles for ohm, per_cycle_ohm in worn)

    def has_worn_wire(self, terminal: str) -> bool:
        """Whether a wire leads from the worn probe at this terminal."""
        return any(terminal in wire for wire in self._worn_wires)

    def _hold_worn(self) -> None:
        for a, b in self._worn_wires:
            self.relays.hold(f"worn probe {a} {b}", [Element(a, b, self.wear_ohm(a, b))])

    def set_age(self, role: str, age: Age) -> None:
        """Say how long ago an instrument was calibrated; before it is put on the bench."""
        self._ages[role] = age

    def age(self, role: str) -> Age | None:
        """What was said of an instrument's calibration; None when nothing was."""
        return self._ages.get(role)

    def add_level(self, terminal: str, is_high: Callable[[], bool]) -> None:
        """Declare a terminal that a contact pulls high, such as a mirror contact or a bridge of a coding plug."""
        self._levels[terminal] = is_high
        self._lines = None

    def level(self, terminal: str) -> bool | None:
        """Whether a line is high: every contact in series on it must let it be. None for a line that leads nowhere."""
        if self._lines is None:
            self._lines = {}
            for end, is_high in self._levels.items():
                self._lines.setdefault(self.net(end), []).append(is_high)
        there = self._lines.get(self.net(terminal))
        return None if there is None else all(is_high() for is_high in there)

    def insert(self, dut: Dut) -> None:
        """Put a device into the fixture; one must not be there already."""
        if self._dut is not None:
            raise ValueError(f"insert {dut.serial}: {self._dut.serial} is still in the fixture; remove it first")
        self._dut = dut
        self._dut_network = None
        self._cycles += 1
        self._hold_worn()
        self._changed()

    def remove(self) -> None:
        """Take the device out; an empty fixture stays empty."""
        self._dut = self._dut_network = None
        self._changed()

    def net(self, terminal: str) -> int:
        """Number of the net that a terminal belongs to; terminals nobody wired have one of their own."""
        if self._nets is None:
            self._nets = {}
        number = self._nets.get(terminal)
        if number is None:
            root = self._find(terminal)
            number = self._nets.get(root)
            if number is None:
                number = self._nets[root] = len(self._nets)
            self._nets[terminal] = number
        return number

    def network(self) -> ConductorNetwork:
        """Everything that conducts or insulates right now."""
        if self._network is None:
            if self._dut_network is None:
                elements = self._dut.elements() if self._dut is not None else ()
                self._dut_network = ConductorNetwork(self._numbered(elements, f"{DUT_ROLE}:"))
            closed = (element for contacts in self.relays.closed.values() for element in contacts)
            self._network = self._dut_network.with_elements(self._numbered(closed))
        return self._network

    def joined(self, a: str, b: str) -> bool:
        """Whether wires and closed relays join two terminals; for power, where a contact's resistance is nothing."""
        return self.net(a) == self.net(b) or self.net(b) in self._linked(a)

    def breakdown_v(self, high: str, low: str) -> float:
        """The voltage (peak, V) at which insulation between two terminals breaks down; infinite if nothing tells."""
        dut = self._dut
        return dut.breakdown_v(self.reach(high), self.reach(low)) if isinstance(dut, BreaksDown) else math.inf

    def heating_ohm(self, high: str, low: str, ampere: float, seconds: float) -> float:
        """What this current, held so long, adds to the resistance between two terminals, in ohm."""
        dut = self._dut
        if not isinstance(dut, HeatsUp):
            return 0.0
        return dut.heating_ohm(self.reach(high), self.reach(low), ampere, seconds)

    def is_wired(self, terminal: str) -> bool:
        """Whether anything is joined to a terminal."""
        return terminal in self._parent or any(root == terminal for root in self._parent.values())

    def reach(self, terminal: str) -> tuple[str, ...]:
        """The device's terminals (without role) that wires and closed relays lead to, sorted; for waves, not for DC."""
        found = self._reach.get(terminal)
        if found is None:
            found = self._reach[terminal] = self._traced(terminal)
        return found

    def _find(self, terminal: str) -> str:
        parent = self._parent
        root = terminal
        while (above := parent.get(root, root)) != root:
            root = above
        while (above := parent.get(terminal, terminal)) != root:
            parent[terminal], terminal = root, above
        return root

    def _changed(self) -> None:
        self._network = self._paths = None
        self._reach.clear()
        self._links.clear()

    def _numbered(self, elements: Iterable[Element], prefix: str = "") -> Iterator[tuple[int, int, float, float]]:
        net = self.net
        for a, b, ohm, farad in elements:
            yield net(prefix + a), net(prefix + b), ohm, farad

    def _linked(self, terminal: str) -> set[int]:
        """The nets that wires and closed relays join to a terminal."""
        neighbours = self._paths
        if neighbours is None:
            neighbours = self._paths = {}
            for contacts in self.relays.closed.values():
                for net_a, net_b, _, _ in self._numbered(contacts):
                    neighbours.setdefault(net_a, []).append(net_b)
                    neighbours.setdefault(net_b, []).append(net_a)
        start = self.net(terminal)
        found = self._links.get(start)
        if found is not None:
            return found
        seen = self._links[start] = {start}
        pending = [start]
        while pending:
            for net in neighbours.get(pending.pop(), ()):
                if net not in seen:
                    seen.add(net)
                    pending.append(net)
        return seen

    def _traced(self, terminal: str) -> tuple[str, ...]:
        if self._dut_nets is None:
            self._dut_nets = {}
            prefix = f"{DUT_ROLE}:"
            for named in sorted({*self._parent, *self._parent.values()}):
                if named.startswith(prefix):
                    self._dut_nets.setdefault(self.net(named), []).append(named.removeprefix(prefix))
        return tuple(sorted(end for net in self._linked(terminal) for end in self._dut_nets.get(net, ())))
