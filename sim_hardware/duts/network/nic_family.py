"""The network adapters of one product: the same seed and serial number are the same adapter in every process."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.network.defect import NetworkDefect, NetworkSweep, parse_network_defect
from sim_hardware.duts.network.nic_defects import NIC_DEFECTS, NicDefect, nic_sweeps
from sim_hardware.duts.network.nic_design import DESIGNS, NicDesign, NicSpecification
from sim_hardware.duts.network.nic_parameters import NicParameters, drawn_nic
from sim_hardware.duts.network.nic_unit import NicUnit
from sim_hardware.physics.random_stream import random_stream

KIND: Final = "nic"


class NicFamily:
    """Makes network adapters; satisfies `UnitFamily`. Raises DesignError for a preset or number that cannot be."""

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        serial_format: str = "NIC{:07d}",
    ) -> None:
        preset = preset or "NIC_400G"
        if preset not in DESIGNS:
            raise DesignError(f"NicFamily: unknown preset {preset!r}; known: {', '.join(DESIGNS)}")
        self.design = NicDesign.from_mapping(design, DESIGNS[preset][0])
        self.specification = NicSpecification.from_mapping(specification, DESIGNS[preset][1])
        self.part = part
        self._seed = seed
        self._serial_format = serial_format
        self._sweeps = nic_sweeps(self.design, self.specification)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Network adapters."""
        return (KIND,)

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number."""
        self._check(kind)
        return self._serial_format.format(number)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> NicUnit:
        """The adapter of this serial number, drawn whole: its lot alters nothing, and it has no parts.

        Raises ValueError for another kind, for parts, or for a defect that this design cannot have.
        """
        self._check(kind)
        if parts:
            raise ValueError(f"{serial}: an adapter is not built of units; got {len(parts)}")
        parameters = drawn_nic(self.design, self._seed, serial, part=self.part)
        for defect in defects:
            if not isinstance(defect, NicDefect):
                raise ValueError(f"{type(defect).__name__} is no defect of an adapter")
            defect.alter(parameters)
        return NicUnit(parameters, self.specification, serial, self.part, defects)

    def sweeps(self, kind: str) -> tuple[NetworkSweep[NicParameters], ...]:
        """Every defect that an adapter can have, with its magnitudes."""
        self._check(kind)
        return self._sweeps

    def defect(
        self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]
    ) -> NetworkDefect[NicParameters]:
        """A defect of this magnitude; `draw` chooses lane or text."""
        if not isinstance(sweep, NetworkSweep):
            raise ValueError(f"{sweep.name} is no sweep of an adapter")
        made: NetworkDefect[NicParameters] = sweep.make(magnitude, draw)
        return made

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[NetworkDefect[NicParameters], ...]:
        """What is wrong with this adapter: with the chance `rate` one clear defect, else nothing."""
        self._check(kind)
        draw = random_stream(self._seed, "defect of nic", serial)
        if draw.random() >= rate:
            return ()
        sweep = self._sweeps[int(draw.random() * len(self._sweeps))]
        return (sweep.make(sweep.drawn_magnitude(draw), draw),)

    def parse(self, mapping: Mapping[str, Any]) -> NetworkDefect[NicParameters]:
        """The defect that a mapping such as {"kind": "NarrowPcie", "width": 8} names. Raises `DefectError`."""
        return parse_network_defect(mapping, NIC_DEFECTS)

    def _check(self, kind: str) -> None:
        if kind not in self.kinds:
            raise ValueError(f"unknown kind of unit {kind!r}; this family makes {' and '.join(self.kinds)}")
