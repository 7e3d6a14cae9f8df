"""The switches of one product: the same seed and serial number are the same switch in every process."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.network.defect import NetworkDefect, NetworkSweep, parse_network_defect
from sim_hardware.duts.network.switch_defects import SWITCH_DEFECTS, SwitchDefect
from sim_hardware.duts.network.switch_design import DESIGNS, SwitchDesign, SwitchSpecification
from sim_hardware.duts.network.switch_parameters import SwitchParameters, drawn_switch
from sim_hardware.duts.network.switch_sweeps import switch_sweeps
from sim_hardware.duts.network.switch_unit import SwitchUnit
from sim_hardware.physics.random_stream import random_stream

KIND: Final = "switch"


class SwitchFamily:
    """Makes switches; satisfies `UnitFamily`. Raises DesignError for a preset or number that cannot be."""

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        serial_format: str = "SW{:07d}",
    ) -> None:
        preset = preset or "TOR_32X400G"
        if preset not in DESIGNS:
            raise DesignError(f"SwitchFamily: unknown preset {preset!r}; known: {', '.join(DESIGNS)}")
        self.design = SwitchDesign.from_mapping(design, DESIGNS[preset][0])
        self.specification = SwitchSpecification.from_mapping(specification, DESIGNS[preset][1])
        self.part = part
        self._seed = seed
        self._serial_format = serial_format
        self._sweeps = switch_sweeps(self.design, self.specification)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Switches."""
        return (KIND,)

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number."""
        self._check(kind)
        return self._serial_format.format(number)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> SwitchUnit:
        """The switch of this serial number, drawn whole: its lot alters nothing, and it has no parts.

        Raises ValueError for another kind, for parts, or for a defect that this design cannot have.
        """
        self._check(kind)
        if parts:
            raise ValueError(f"{serial}: a switch is not built of units; got {len(parts)}")
        parameters = drawn_switch(self.design, self._seed, serial, part=self.part)
        for defect in defects:
            if not isinstance(defect, SwitchDefect):
                raise ValueError(f"{type(defect).__name__} is no defect of a switch")
            defect.alter(parameters)
        return SwitchUnit(parameters, self.specification, serial, self.part, defects)

    def sweeps(self, kind: str) -> tuple[NetworkSweep[SwitchParameters], ...]:
        """Every defect that a switch can have, with its magnitudes."""
        self._check(kind)
        return self._sweeps

    def defect(
        self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]
    ) -> NetworkDefect[SwitchParameters]:
        """A defect of this magnitude; `draw` chooses port, lane, fan or text."""
        if not isinstance(sweep, NetworkSweep):
            raise ValueError(f"{sweep.name} is no sweep of a switch")
        made: NetworkDefect[SwitchParameters] = sweep.make(magnitude, draw)
        return made

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[NetworkDefect[SwitchParameters], ...]:
        """What is wrong with this switch: with the chance `rate` one clear defect, else nothing."""
        self._check(kind)
        draw = random_stream(self._seed, "defect of switch", serial)
        if draw.random() >= rate:
            return ()
        sweep = self._sweeps[int(draw.random() * len(self._sweeps))]
        return (sweep.make(sweep.drawn_magnitude(draw), draw),)

    def parse(self, mapping: Mapping[str, Any]) -> NetworkDefect[SwitchParameters]:
        """The defect that a mapping such as {"kind": "FanStall", "fan": 2} names. Raises `DefectError`."""
        return parse_network_defect(mapping, SWITCH_DEFECTS)

    def _check(self, kind: str) -> None:
        if kind not in self.kinds:
            raise ValueError(f"unknown kind of unit {kind!r}; this family makes {' and '.join(self.kinds)}")
