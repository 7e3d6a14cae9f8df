"""The network adapters of one product: the same seed and serial number are the same adapter in every process."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit
from sim_hardware.duts.network.nic_defects import NIC_DEFECTS, NicDefect, nic_sweeps
from sim_hardware.duts.network.nic_design import DESIGNS, NicDesign, NicSpecification
from sim_hardware.duts.network.nic_parameters import drawn_nic
from sim_hardware.duts.network.nic_unit import NicUnit
from sim_hardware.duts.single_kind_family import SingleKindFamily

KIND: Final = "nic"


class NicFamily(SingleKindFamily[NicDefect]):
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
        super().__init__(seed, KIND, serial_format, nic_sweeps(self.design, self.specification), NIC_DEFECTS)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> NicUnit:
        """The adapter of this serial number, drawn whole: its lot alters nothing, and it has no parts.

        Raises ValueError for another kind, for parts, or for a defect that this design cannot have.
        """
        self._check(kind)
        self._refuse(serial, defects, parts)
        parameters = drawn_nic(self.design, self._seed, serial, part=self.part)
        for defect in defects:
            defect.alter(parameters)
        return NicUnit(parameters, self.specification, serial, self.part, defects)
