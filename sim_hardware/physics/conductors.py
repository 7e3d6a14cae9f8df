"""Resistance and insulation between the points of a harness.

A harness holds milliohms and teraohms at once; in one matrix the small conductances drown in the rounding of the large
ones. So the network is solved on two levels: what conducts (up to 10 kohm) by a Laplacian of its own connected
component, what insulates by a Laplacian over those components contracted to single nodes.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CONDUCTOR_MAX_OHM = 10e3
"""Up to here an element conducts; above it insulates. Nothing real in a cable lies near it."""


class Element(NamedTuple):
    """A resistance between two points, in ohm, with the capacitance across it in farad (zero for a conductor)."""

    a: str
    b: str
    ohm: float
    farad: float = 0.0


class Insulation(NamedTuple):
    """What lies between two conductors: resistance in ohm (infinite when nothing does) and capacitance in farad."""

    ohm: float
    farad: float


class ConductorNetwork:
    """The elements between numbered nets, solved on demand. Does not change; `with_elements` makes a larger one.

    Raises ValueError for an element whose resistance is not a positive number (infinite elements are not elements:
    leave them out).
    """

    __slots__ = ("_component", "_leaks", "_neighbours")

    def __init__(self, elements: Iterable[tuple[int, int, float, float]]) -> None:
        self._neighbours: dict[int, tuple[tuple[int, float], ...]] = {}
        self._leaks: list[tuple[int, int, float, float]] = []
        self._component: dict[int, int] = {}
        self._add(elements)

    def with_elements(self, elements: Iterable[tuple[int, int, float, float]]) -> "ConductorNetwork":
        """This network and more elements: relays come and go a thousand times around a device that stays."""
        larger = ConductorNetwork(())
        larger._neighbours = self._neighbours.copy()
        larger._leaks = self._leaks.copy()
        larger._add(elements)
        return larger

    def _add(self, elements: Iterable[tuple[int, int, float, float]]) -> None:
        neighbours = self._neighbours
        for a, b, ohm, farad in elements:
            if not 0.0 < ohm < math.inf:
                raise ValueError(f"an element needs a positive finite resistance, got {ohm!r} ohm between {a} and {b}")
            if ohm > CONDUCTOR_MAX_OHM:
                self._leaks.append((a, b, 1.0 / ohm, farad))
            elif a != b:
                neighbours[a] = (*neighbours.get(a, ()), (b, 1.0 / ohm))
                neighbours[b] = (*neighbours.get(b, ()), (a, 1.0 / ohm))

    def connected(self, a: int, b: int) -> bool:
        """Whether a conductor leads from one net to the other."""
        return self._root(a) == self._root(b)

    def two_wire_resistance(self, high: int, low: int) -> float:
        """Resistance in ohm as seen from the two nets; infinite when nothing at all joins them."""
        return self.four_wire_resistance(high, low, high, low)

    def four_wire_resistance(self, source_high: int, source_low: int, sense_high: int, sense_low: int) -> float:
        """Voltage between the sense nets per ampere through the source nets, in ohm.

        Infinite when no current can flow or a sense lead floats. A current that has to cross insulation sees the
        insulation alone: the conductors on the way are at least six orders smaller.
        """
        if not self.connected(source_high, source_low):
            if self.connected(sense_high, source_high) and self.connected(sense_low, source_low):
                return self._leak_ohm(source_high, source_low)
            return math.inf
        if not (self.connected(sense_high, source_high) and self.connected(sense_low, source_high)):
            return math.inf
        if source_high == source_low:
            return 0.0
        edges, index = self._current_paths(source_high, source_low, sense_high, sense_low)
        potential = _unit_current_potentials(edges, len(index), index[source_high], index[source_low])
        return float(potential[index[sense_high]] - potential[index[sense_low]])

    def insulation(self, high: int, low: int) -> Insulation:
        """Insulation between two nets, all else floating; a conductor between them counts as its resistance."""
        if self.connected(high, low):
            return Insulation(self.two_wire_resistance(high, low), math.inf)
        farads = self._between_components((a, b, farad) for a, b, _, farad in self._leaks if farad)
        return Insulation(self._leak_ohm(high, low), _effective_weight(farads, self._root(high), self._root(low)))

    def least_insulation_ohm(self, net: int) -> float:
        """A lower bound of the insulation of a net to any net it is not joined to: everything else taken as one.

        By Rayleigh's law of monotonicity; it spares the solve where an instrument only has to say "above range".
        """
        root = self._root(net)
        siemens = sum(g for a, b, g, _ in self._leaks if (self._root(a) == root) != (self._root(b) == root))
        return 1.0 / siemens if siemens else math.inf

    def _leak_ohm(self, high: int, low: int) -> float:
        weights = self._between_components((a, b, siemens) for a, b, siemens, _ in self._leaks)
        siemens = _effective_weight(weights, self._root(high), self._root(low))
        return 1.0 / siemens if siemens else math.inf

    def _between_components(self, weights: Iterable[tuple[int, int, float]]) -> dict[tuple[int, int], float]:
        """Weights between conductors: each component contracted to one node, parallel elements added up."""
        root = self._root
        between: dict[tuple[int, int], float] = {}
        for a, b, weight in weights:
            i, j = root(a), root(b)
            if i != j:
                key = (i, j) if i < j else (j, i)
                between[key] = between.get(key, 0.0) + weight
        return between

    def _root(self, node: int) -> int:
        """One node that stands for everything a conductor joins to this one."""
        component, neighbours = self._component, self._neighbours
        known = component.get(node)
        if known is not None:
            return known
        component[node] = node
        pending = [node]
        while pending:
            for other, _ in neighbours.get(pending.pop(), ()):
                if other not in component:
                    component[other] = node
                    pending.append(other)
        return node

    def _current_paths(self, *terminals: int) -> tuple[list[tuple[int, int, float]], dict[int, int]]:
        """The edges that can carry current between the terminals, and a dense number for each of their nodes."""
        neighbours = self._neighbours
        degree: dict[int, int] = {terminals[0]: len(neighbours[terminals[0]])}
        pending = [terminals[0]]
        while pending:
            for node, _ in neighbours[pending.pop()]:
                if node not in degree:
                    degree[node] = len(neighbours[node])
                    pending.append(node)
        # A dead end carries no current: taking it away leaves a handful of nodes of a hundred.
        keep = set(terminals)
        dead = [node for node, count in degree.items() if count <= 1 and node not in keep]
        while dead:
            gone = dead.pop()
            del degree[gone]
            for node, _ in neighbours[gone]:
                if node in degree:
                    degree[node] -= 1
                    if degree[node] == 1 and node not in keep:
                        dead.append(node)
        index = {node: k for k, node in enumerate(degree)}
        edges = [
            (k, index[other], siemens)
            for node, k in index.items()
            for other, siemens in neighbours[node]
            if other in index and k < index[other]
        ]
        return edges, index


def _unit_current_potentials(
    edges: Sequence[tuple[int, int, float]], nodes: int, source: int, ground: int
) -> NDArray[np.float64]:
    """Potential of every node in volt for one ampere from source to ground, which is at zero (nodal analysis)."""
    laplacian = np.zeros((nodes, nodes))
    for i, j, siemens in edges:
        laplacian[i, i] += siemens
        laplacian[j, j] += siemens
        laplacian[i, j] -= siemens
        laplacian[j, i] -= siemens
    laplacian[ground, :] = 0.0
    laplacian[ground, ground] = 1.0
    current = np.zeros(nodes)
    current[source] = 1.0
    return np.linalg.solve(laplacian, current).astype(np.float64, copy=False)


def _effective_weight(weights: dict[tuple[int, int], float], high: int, low: int) -> float:
    """Effective conductance (or capacitance) between two nodes of a weighted graph; zero when no path joins them."""
    neighbours: dict[int, list[int]] = {}
    for i, j in weights:
        neighbours.setdefault(i, []).append(j)
        neighbours.setdefault(j, []).append(i)
    index = {high: 0}
    pending = [high]
    while pending:
        for node in neighbours.get(pending.pop(), ()):
            if node not in index:
                index[node] = len(index)
                pending.append(node)
    if low not in index:
        return 0.0
    # Scaled to the largest weight, the matrix is well conditioned whatever the unit.
    scale = max(weight for (i, _), weight in weights.items() if i in index)
    edges = [(index[i], index[j], weight / scale) for (i, j), weight in weights.items() if i in index]
    potential = _unit_current_potentials(edges, len(index), 0, index[low])
    return scale / float(potential[0])
