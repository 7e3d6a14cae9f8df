"""A bare twinax bundle before its plugs: conductors, contacts, insulation, and what is wrong with them.

Terminals: near.K.P, near.K.N, far.K.P, far.K.N and shield. Everything is drawn from (seed, serial), lane by lane.
"""

import math
from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.defect import Defect
from sim_hardware.duts.design import Specification, TrueParameter
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.wiring import SHIELD, Conductor, Wiring
from sim_hardware.physics.conductors import ConductorNetwork, Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.physics.random_stream import random_stream
from sim_hardware.physics.scattering import PairLines


class TwinaxBundle:
    """One bundle cut from a lot.

    Raises ValueError for a defect of another stage, or at a place this bundle does not have.
    """

    def __init__(
        self, bulk: BulkCable, specification: Specification, seed: int, serial: str, defects: Sequence[Defect] = ()
    ) -> None:
        self.design = bulk.design
        self.specification = specification
        self.bulk = bulk
        self.seed = seed
        self.serial = serial
        self.defects = tuple(defects)
        self.wiring = wiring_with(self.design.pairs, self.defects, "bundle")
        self.length_m = self.design.length_m
        """To which it was really cut."""
        for defect in self.defects:
            self.length_m = defect.cut_length_m(self.length_m)
        self._draw()
        self._elements: tuple[Element, ...] | None = None

    def _draw(self) -> None:
        design, bulk, pairs = self.design, self.bulk, self.design.pairs
        normal = self._normal
        conductor_ohm = bulk.resistance_ohm_m * self.length_m
        wire = [conductor_ohm * (1.0 + design.conductor_sigma * x) for x in normal("conductor", 2 * pairs)]
        contact = [design.contact_median_ohm * math.exp(design.contact_sigma * x) for x in normal("contact", 4 * pairs)]
        self.conductor_ohm: dict[tuple[int, Conductor], float] = {
            (pair, conductor): wire[k] + contact[2 * k] + contact[2 * k + 1]
            for k, (pair, conductor) in enumerate(_conductors(pairs))
        }
        """Resistance from end to end with both contacts, without defects, in ohm."""
        insulation = [
            design.insulation_median_ohm * math.exp(design.insulation_sigma * x)
            for x in normal("insulation", 3 * pairs)
        ]
        self.insulation_ohm: tuple[tuple[float, float, float], ...] = tuple(
            zip(insulation[0::3], insulation[1::3], insulation[2::3], strict=True)
        )
        """P to N, P to shield and N to shield of every pair, without defects, in ohm."""
        lane = np.array([normal("loss 1", pairs), normal("loss 2", pairs)])[:, :, None] * design.lane_sigma + 1.0
        delay = 1e-9 * bulk.delay_ns_m * self.length_m * (1.0 + design.delay_lane_sigma * self._column("delay"))
        self.delay_s = delay
        self._lane_loss: NDArray[np.float64] = lane

    def _normal(self, name: str, count: int) -> list[float]:
        draw = random_stream(self.seed, "bundle", self.serial, name).gauss
        return [draw(0.0, 1.0) for _ in range(count)]

    def _column(self, name: str) -> NDArray[np.float64]:
        return np.array(self._normal(name, self.design.pairs))[:, None]

    def lines(self, reflection_near: NDArray[np.float64], reflection_far: NDArray[np.float64]) -> PairLines:
        """The pairs as transmission lines, once plugs with these reflections are on."""
        design = self.design
        return PairLines(
            length_m=self.length_m,
            reference_hz=design.reference_hz,
            launch_db=design.launch_db,
            k1=self.bulk.k1 * self._lane_loss[0],
            k2=self.bulk.k2 * self._lane_loss[1],
            delay_s=self.delay_s,
            skew_s=1e-12 * design.skew_sigma_ps * self._column("skew"),
            unbalance=np.zeros((design.pairs, 1)),
            impedance_ohm=design.impedance_ohm + design.impedance_sigma_ohm * self._column("impedance"),
            common_impedance_ohm=design.common_impedance_ohm
            + 0.01 * design.common_impedance_ohm * self._column("common"),
            reflection_near=reflection_near,
            reflection_far=reflection_far,
        )

    def elements(self) -> tuple[Element, ...]:
        """Conductors end to end and insulation, defects included; a cut conductor has no element."""
        if self._elements is None:
            self._elements = tuple(self._conducting()) + tuple(self._insulating())
        return self._elements

    def _conducting(self) -> list[Element]:
        elements = []
        for pair, conductor in _conductors(self.design.pairs):
            ohm = self._resistance(pair, conductor)
            if math.isfinite(ohm):
                far = self.wiring.far_pair[pair]
                elements.append(Element(f"near.{pair}.{conductor}", f"far.{far}.{conductor}", ohm))
        elements.extend(Element(_near(bridge.a), _near(bridge.b), bridge.ohm) for bridge in self.wiring.bridges)
        return elements

    def _insulating(self) -> list[Element]:
        farad = self.design.capacitance_f_m * self.length_m
        elements = []
        for pair, (between, p_shield, n_shield) in enumerate(self.insulation_ohm, start=1):
            p, n = f"near.{pair}.P", f"near.{pair}.N"
            elements += [
                Element(p, n, between, farad),
                Element(p, SHIELD, p_shield, farad),
                Element(n, SHIELD, n_shield, farad),
            ]
        return elements

    def _resistance(self, pair: int, conductor: Conductor) -> float:
        return self.conductor_ohm[pair, conductor] + self.wiring.series_ohm.get((pair, conductor), 0.0)

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """A bare bundle has no launch for waves: every port sees an open end."""
        ports = len(terminals)
        s = np.zeros((ports, ports, grid.hz.shape[0]), dtype=np.complex128)
        s[range(ports), range(ports)] = 1.0
        return s

    def memory(self, end: str) -> ModuleMemory | None:
        """A bare bundle has no memory."""
        return None

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Where each pair arrives, its loop resistance and imbalance, its insulation, as the copper has them.

        Imbalance is |R_P - R_N| / (R_P + R_N), and 1 when a conductor is cut. Insulation is the smaller one of P to N
        and of the pair to everything else.
        """
        spec = self.specification
        parameters = []
        for pair, insulation in enumerate(self._insulation_of_pairs(), start=1):
            p, n = self._resistance(pair, "P"), self._resistance(pair, "N")
            imbalance = abs(p - n) / (p + n) if math.isfinite(p + n) else 1.0
            name = f"pair_{pair}"
            parameters += [
                TrueParameter(f"{name}.far_pair", self.wiring.far_pair[pair], "1", pair, pair),
                TrueParameter(
                    f"{name}.loop_resistance",
                    p + n,
                    "ohm",
                    spec.loop_resistance_min_ohm,
                    spec.loop_resistance_max_ohm,
                ),
                TrueParameter(f"{name}.resistance_imbalance", imbalance, "1", high=spec.resistance_imbalance_max),
                TrueParameter(f"{name}.insulation", insulation, "ohm", low=spec.insulation_min_ohm),
            ]
        return tuple(parameters)

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this bundle defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)

    def _insulation_of_pairs(self) -> list[float]:
        if not self.wiring.bridges:
            return [
                min(1.0 / (1.0 / between + 1.0 / (p + n)), 1.0 / (1.0 / p + 1.0 / n))
                for between, p, n in self.insulation_ohm
            ]
        return [self._solved_insulation(pair) for pair in range(1, self.design.pairs + 1)]

    def _solved_insulation(self, pair: int) -> float:
        """The same through the network of the bare bundle, for bridges may join anything."""
        number: dict[str, int] = {}
        elements = [
            (number.setdefault(a, len(number)), number.setdefault(b, len(number)), ohm, farad)
            for a, b, ohm, farad in self.elements()
        ]
        p, n = number[f"near.{pair}.P"], number[f"near.{pair}.N"]
        between = ConductorNetwork(elements).insulation(p, n).ohm
        # As on the tester: the pair on the one side, every other conductor and the shield on the other.
        pair_side = {p, n, *(number.get(f"far.{self.wiring.far_pair[pair]}.{c}", p) for c in get_args(Conductor))}
        merged = [(0 if a in pair_side else 1, 0 if b in pair_side else 1, ohm, farad) for a, b, ohm, farad in elements]
        return min(between, ConductorNetwork(merged).insulation(0, 1).ohm)


def wiring_with(pairs: int, defects: Sequence[Defect], stage: str) -> Wiring:
    """Straight wiring altered by defects that come to life at this stage; raise ValueError for one that does not."""
    wiring = Wiring(pairs)
    for defect in defects:
        if defect.stage != stage:
            raise ValueError(f"{type(defect).__name__} comes to life in the {defect.stage}, not in the {stage}")
        defect.alter_wiring(wiring)
    return wiring


def _conductors(pairs: int) -> list[tuple[int, Conductor]]:
    return [(pair, conductor) for pair in range(1, pairs + 1) for conductor in get_args(Conductor)]


def _near(point: str) -> str:
    return point if point == SHIELD else f"near.{point}"
