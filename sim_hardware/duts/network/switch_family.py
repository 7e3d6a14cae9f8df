"""The switches of one product: the same seed and serial number are the same switch in every process."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit
from sim_hardware.duts.network.switch_defects import SWITCH_DEFECTS, SwitchDefect
from sim_hardware.duts.network.switch_design import DESIGNS, SwitchDesign, SwitchSpecification
from sim_hardware.duts.network.switch_parameters import drawn_switch
from sim_hardware.duts.network.switch_sweeps import switch_sweeps
from sim_hardware.duts.network.switch_unit import SwitchUnit
from sim_hardware.duts.single_kind_family import SingleKindFamily

KIND: Final = "switch"


class SwitchFamily(SingleKindFamily[SwitchDefect]):
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
        super().__init__(seed, KIND, serial_format, switch_sweeps(self.design, self.specification), SWITCH_DEFECTS)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> SwitchUnit:
        """The switch of this serial number, drawn whole: its lot alters nothing, and it has no parts.

        Raises ValueError for another kind, for parts, or for a defect that this design cannot have.
        """
        self._check(kind)
        self._refuse(serial, defects, parts)
        parameters = drawn_switch(self.design, self._seed, serial, part=self.part)
        for defect in defects:
            defect.alter(parameters)
        return SwitchUnit(parameters, self.specification, serial, self.part, defects)
