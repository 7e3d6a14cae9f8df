"""One harness: its wires, crimps and insulation as drawn from (seed, serial), and what is wrong with them.

Terminals are the pins of the netlist ("A.L1"). A wire is copper and two crimps; a crimp warms up with the current
through it and the resistance follows, so that what is good cold need not be good under load.
"""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.harness.defects import HarnessDefect
from sim_hardware.duts.harness.design import COPPER_PER_K, HarnessDesign, HarnessSpecification
from sim_hardware.duts.harness.wiring import HarnessWiring, PairOfNets, PlannedWire, planned_wires
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.physics.conductors import CONDUCTOR_MAX_OHM, ConductorNetwork, Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.physics.random_stream import random_stream


class CableHarness:
    """A harness of this netlist. Raises ValueError for a defect at a place that it does not have."""

    def __init__(
        self,
        design: HarnessDesign,
        specification: HarnessSpecification,
        nets: Mapping[str, Sequence[str]],
        seed: int,
        serial: str,
        defects: Sequence[HarnessDefect] = (),
    ) -> None:
        self.design = design
        self.specification = specification
        self.serial = serial
        self.defects = tuple(defects)
        self.wiring = HarnessWiring(planned_wires(nets))
        self._seed = seed
        self._hubs = {wire.net: wire.hub for wire in self.wiring.wires}
        self._draw()
        for defect in self.defects:
            defect.alter(self.wiring)

    def _draw(self) -> None:
        design, wiring = self.design, self.wiring
        draw = random_stream(self._seed, "harness", self.serial, "wires")
        self._wire_ohm: dict[str, float] = {}
        self._crimp_ohm: dict[str, tuple[float, float]] = {}
        for wire in wiring.wires:
            copper = design.length_m * design.resistance_ohm_m
            self._wire_ohm[wire.pin] = copper * (1.0 + draw.gauss(0.0, design.wire_sigma))
            first, second = (draw.lognormvariate(0.0, design.crimp_sigma) for _ in range(2))
            self._crimp_ohm[wire.pin] = design.crimp_median_ohm * first, design.crimp_median_ohm * second
        draw = random_stream(self._seed, "harness", self.serial, "insulation")
        self._insulation_ohm: dict[PairOfNets, float] = {}
        self._breakdown_v: dict[PairOfNets, float] = {}
        for pair in wiring.pairs():
            ohm = design.insulation_median_ohm * draw.lognormvariate(0.0, design.insulation_sigma)
            self._insulation_ohm[pair] = ohm
            self._breakdown_v[pair] = draw.weibullvariate(design.breakdown_v, design.breakdown_shape)

    def elements(self) -> tuple[Element, ...]:
        """Wires from hub to pin and insulation between hubs; a cut wire has no element."""
        wires = [
            Element(wire.hub, self.wiring.arrives[wire.pin], self._cold_ohm(wire))
            for wire in self.wiring.wires
            if math.isfinite(self._cold_ohm(wire))
        ]
        farad = self.design.capacitance_f_m * self.design.length_m
        insulation = []
        for pair, ohm in self._insulation_ohm.items():
            a, b = (self._hubs[net] for net in sorted(pair))
            insulation.append(Element(a, b, ohm, farad))
            if pair in self.wiring.bridges:
                insulation.append(Element(a, b, self.wiring.bridges[pair]))
        return (*wires, *insulation)

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """A harness has no launch for waves: every port sees an open end."""
        ports = len(terminals)
        s = np.zeros((ports, ports, grid.hz.shape[0]), dtype=np.complex128)
        s[range(ports), range(ports)] = 1.0
        return s

    def memory(self, end: str) -> ModuleMemory | None:
        """A harness has no memory."""
        return None

    def breakdown_v(self, high: Sequence[str], low: Sequence[str]) -> float:
        """The peak voltage at which insulation between these two groups of pins breaks down; infinite for none."""
        between = itertools.product(self._nets_at(high), self._nets_at(low))
        return min((self._holds_v(frozenset(pair)) for pair in between if len(set(pair)) == 2), default=math.inf)

    def heating_ohm(self, high: Sequence[str], low: Sequence[str], ampere: float, seconds: float) -> float:
        """What this current from one group of pins to the other adds to the wire between them after so long."""
        for wire in self.wiring.wires:
            ends = {wire.hub}, {self.wiring.arrives[wire.pin]}
            for one, other in (ends, ends[::-1]):
                if one <= set(high) and other <= set(low):
                    return self._heating_ohm(wire, ampere, seconds)
        return 0.0

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Where each wire arrives, its resistance cold and its rise under load; insulation and breakdown of each net.

        Places are counted along the netlist. Insulation and breakdown are to all other nets taken together.
        """
        spec, wiring = self.specification, self.wiring
        place = {wire.pin: k for k, wire in enumerate(wiring.wires, start=1)}
        found = []
        for wire in wiring.wires:
            at = place[wire.pin]
            rise = self._heating_ohm(wire, spec.load_a, spec.load_s)
            found += [
                TrueParameter(f"{wire.pin}.arrives", place[wiring.arrives[wire.pin]], "1", at, at),
                TrueParameter(f"{wire.pin}.resistance", self._cold_ohm(wire), "ohm", high=spec.conductor_max_ohm),
                TrueParameter(f"{wire.pin}.rise", rise, "ohm", high=spec.rise_max_ohm),
            ]
        for net in wiring.nets:
            pairs = [pair for pair in wiring.pairs() if net in pair]
            holds = min((self._holds_v(pair) for pair in pairs), default=math.inf)
            found += [
                TrueParameter(f"{net}.insulation", self._insulation_of(net), "ohm", low=spec.insulation_min_ohm),
                TrueParameter(f"{net}.breakdown", holds, "V", low=spec.withstand_v),
            ]
        return tuple(found)

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this harness defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)

    def _cold_ohm(self, wire: PlannedWire) -> float:
        added = self.wiring.series_ohm.get(wire.pin, 0.0)
        return self._wire_ohm[wire.pin] + sum(self._crimp_ohm[wire.pin]) + added

    def _heating_ohm(self, wire: PlannedWire, ampere: float, seconds: float) -> float:
        design = self.design
        warm = 1.0 - math.exp(-seconds / design.crimp_s)
        series = self.wiring.series_ohm.get(wire.pin, 0.0)
        crimps = (*self._crimp_ohm[wire.pin], series if math.isfinite(series) else 0.0)
        kelvin = [ampere * ampere * ohm * design.crimp_k_w * warm for ohm in crimps]
        copper = sum(ohm * COPPER_PER_K * rise for ohm, rise in zip(crimps, kelvin, strict=True))
        loosened = self.wiring.rise_ohm.get(wire.pin, 0.0) * (ampere / self.specification.load_a) ** 2
        whole = 1.0 - math.exp(-self.specification.load_s / design.crimp_s)
        return copper + loosened * warm / whole

    def _holds_v(self, pair: PairOfNets) -> float:
        # What is joined does not break down: there is nothing to break.
        if self.wiring.bridges.get(pair, math.inf) <= CONDUCTOR_MAX_OHM:
            return math.inf
        return min(self._breakdown_v[pair], self.wiring.breakdown_v.get(pair, math.inf))

    def _insulation_of(self, net: str) -> float:
        if not self.wiring.bridges:
            siemens = sum(1.0 / ohm for pair, ohm in self._insulation_ohm.items() if net in pair)
            return 1.0 / siemens if siemens else math.inf
        number = {hub: int(name != net) for name, hub in self._hubs.items()}
        network = ConductorNetwork(
            (number[e.a], number[e.b], e.ohm, e.farad) for e in self.elements() if e.a in number and e.b in number
        )
        return network.insulation(0, 1).ohm

    def _nets_at(self, pins: Sequence[str]) -> set[str]:
        """The nets whose copper reaches any of these pins."""
        return {wire.net for wire in self.wiring.wires if wire.hub in pins or self.wiring.arrives[wire.pin] in pins}
