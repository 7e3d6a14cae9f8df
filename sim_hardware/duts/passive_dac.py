"""A finished passive copper cable: a bundle with a plug, a ground and a memory at each end.

Terminals for waves: A.K.P, A.K.N, B.K.P, B.K.N; for direct current A.GND, B.GND, A.PRESENT, B.PRESENT. The pairs
themselves carry no direct current past the blocking capacitors of the receive lanes, so no DC terminal leads to them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.cmis_map import (
    MEDIA_TYPE,
    OSFP,
    PASSIVE_COPPER,
    CableIdentity,
    checksum_error,
    differing_characters,
    passive_copper_memory,
    told_length_m,
)
from sim_hardware.duts.defect import ENDS, Defect, End
from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.lane_waves import LaneWaves
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.twinax_bundle import TwinaxBundle, wiring_with
from sim_hardware.duts.wiring import Wiring
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.physics.random_stream import random_stream

_TRACED_TEXTS = ("part_number", "serial_number", "plug")
_COUPLE_SIGMA_DB = 0.6
_LENGTH_STEP_M = 0.1
"""A memory tells lengths of a passive cable in tenths of a metre."""

_PLUGS: Mapping[End, str] = {"A": "OSFP-PLUG-A", "B": "OSFP-PLUG-B"}


class PassiveDac:
    """One cable made of a bundle; its memories carry its serial and part number.

    Raises ValueError for a defect of another stage, or at a place this cable does not have.
    """

    def __init__(
        self,
        bundle: TwinaxBundle,
        seed: int,
        serial: str,
        *,
        part_number: str = "DAC-OSFP-800G",
        identifier: int = OSFP,
        plugs: Mapping[End, str] = _PLUGS,
        defects: Sequence[Defect] = (),
    ) -> None:
        self.bundle = bundle
        self.design, self.specification = bundle.design, bundle.specification
        self.seed = seed
        self.serial = serial
        identity = CableIdentity(part_number=part_number, serial_number=serial, identifier=identifier)
        self.identities: dict[End, CableIdentity] = {end: replace(identity, plug=plugs[end]) for end in ENDS}
        self.defects = tuple(defects)
        self.wiring = Wiring.joined([bundle.wiring, wiring_with(self.design.pairs, self.defects, "cable")])
        self._memories: dict[End, ModuleMemory] = {
            end: passive_copper_memory(self.identities[end], self.design) for end in ENDS
        }
        for defect in self.defects:
            defect.alter_memories(self._memories)
        near, far = self._reflections("A"), self._reflections("B")
        crosstalk = random_stream(seed, "cable", serial, "crosstalk").gauss
        self.waves = LaneWaves(
            bundle.lines(near, far),
            self.wiring,
            self.design.crosstalk_db + crosstalk(0.0, 0.5),
            random_stream(seed, "cable", serial, "loose joints"),
            self._couples_db(),
        )

    def _normal(self, name: str, count: int) -> list[float]:
        draw = random_stream(self.seed, "cable", self.serial, name).gauss
        return [draw(0.0, 1.0) for _ in range(count)]

    def _couples_db(self) -> NDArray[np.float64]:
        """By how much each two pairs lie better or worse than the cable's mean, in dB: how they were laid."""
        pairs = self.design.pairs
        drawn = np.triu(np.array(self._normal("couples", pairs * pairs)).reshape(pairs, pairs), 1)
        return _COUPLE_SIGMA_DB * (drawn + drawn.T)

    def _reflections(self, end: str) -> NDArray[np.float64]:
        spread = np.array(self._normal(f"launch {end}", self.design.pairs))[:, None]
        return self.design.launch_reflection * (1.0 + self.design.launch_reflection_sigma * spread)

    def elements(self) -> tuple[Element, ...]:
        """The ground from end to end, and the module-present pin of each plug."""
        ground, present = self.design.ground_median_ohm, self.design.present_median_ohm
        x, a, b = (math.exp(0.05 * value) for value in self._normal("ground", 3))
        added = self.wiring.ground_ohm
        return (
            Element("A.GND", "B.GND", ground * x + added.get("ground", 0.0)),
            Element("A.PRESENT", "A.GND", present * a + added.get("A.present", 0.0)),
            Element("B.PRESENT", "B.GND", present * b + added.get("B.present", 0.0)),
        )

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """Scattering between these terminals at 50 ohm, shape (ports, ports, n); one it lacks is an open end."""
        return self.waves.between(terminals, grid)

    def memory(self, end: str) -> ModuleMemory | None:
        """The memory in the plug at this end ("A" or "B"); None for a plug that a cable does not have."""
        return next((memory for plug, memory in self._memories.items() if plug == end), None)

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every lane's waves, the grounds and both memories, as the cable has them now.

        Those of the bundle (`bundle.true_parameters()`) are apart: no test of the finished cable can reach them.
        """
        ratio = self.bundle.length_m / self.design.length_m
        tolerance = self.specification.length_tolerance
        length = TrueParameter("length_ratio", ratio, "1", 1.0 - tolerance, 1.0 + tolerance)
        return (length, *self._lane_parameters(), *self._ground_parameters(), *self._memory_parameters())

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this cable defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)

    def _lane_parameters(self) -> list[TrueParameter]:
        spec, lines = self.specification, self.waves.lines
        truth = self.waves.truth(spec.nyquist_hz)
        delay_ns_m = lines.delay_s[:, 0] * 1e9 / lines.length_m
        parameters = []
        for k in range(self.design.pairs):
            name, pair = f"lane_{k + 1}", k + 1
            polarity = -1 if pair in self.wiring.swapped else 1
            parameters += [
                TrueParameter(f"{name}.far_pair", self.wiring.far_pair[pair], "1", pair, pair),
                TrueParameter(f"{name}.polarity", polarity, "1", 1, 1),
                TrueParameter(f"{name}.loss", truth.loss_db[k], "dB", spec.loss_min_db, spec.loss_max_db),
                TrueParameter(
                    f"{name}.conversion_margin", truth.conversion_margin_db[k], "dB", low=spec.conversion_margin_min_db
                ),
                TrueParameter(f"{name}.return_loss", truth.return_loss_db[k], "dB", low=spec.return_loss_min_db),
                TrueParameter(f"{name}.delay", float(delay_ns_m[k]), "ns/m", high=spec.delay_max_ns_m),
                TrueParameter(f"{name}.impedance_min", truth.impedance_min_ohm[k], "ohm", low=spec.impedance_min_ohm),
                TrueParameter(f"{name}.impedance_max", truth.impedance_max_ohm[k], "ohm", high=spec.impedance_max_ohm),
                TrueParameter(f"{name}.next", truth.next_db[k], "dB", low=spec.next_min_db),
                TrueParameter(
                    f"{name}.contact_variation",
                    truth.contact_variation_db[k],
                    "dB",
                    high=spec.contact_variation_max_db,
                ),
            ]
        return parameters

    def _ground_parameters(self) -> list[TrueParameter]:
        spec = self.specification
        limits = {
            "ground": spec.ground_max_ohm,
            "A.present": spec.present_max_ohm,
            "B.present": spec.present_max_ohm,
        }
        return [
            TrueParameter(name, element.ohm, "ohm", high=limit)
            for (name, limit), element in zip(limits.items(), self.elements(), strict=True)
        ]

    def _memory_parameters(self) -> list[TrueParameter]:
        parameters = []
        for end in ENDS:
            memory, identity = self._memories[end], self.identities[end]
            view = memory.page(0)
            parameters += [
                TrueParameter(f"{end}.identifier", view[0], "1", identity.identifier, identity.identifier),
                TrueParameter(f"{end}.media_type", view[MEDIA_TYPE], "1", PASSIVE_COPPER, PASSIVE_COPPER),
                TrueParameter(f"{end}.checksum_error", checksum_error(memory), "1", 0, 0),
                TrueParameter(
                    f"{end}.length_error",
                    abs(told_length_m(memory) - self.design.length_m),
                    "m",
                    high=_LENGTH_STEP_M / 2 + 1e-9,
                ),
            ]
            parameters += [
                TrueParameter(
                    f"{end}.{name}_differs", differing_characters(memory, name, getattr(identity, name)), "1", 0, 0
                )
                for name in _TRACED_TEXTS
            ]
        return parameters
