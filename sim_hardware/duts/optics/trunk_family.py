"""The fibre trunks of one product: the same seed and serial number are the same trunk in every process."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit
from sim_hardware.duts.optics.fibre_trunk import FibreTrunk
from sim_hardware.duts.optics.trunk_defects import TRUNK_DEFECTS, TrunkDefect, trunk_sweeps
from sim_hardware.duts.optics.trunk_design import PRESETS, TrunkDesign, TrunkSpecification
from sim_hardware.duts.single_kind_family import SingleKindFamily

KIND: Final = "fibre_trunk"


class TrunkFamily(SingleKindFamily[TrunkDefect]):
    """Makes fibre trunks; satisfies `UnitFamily`. What is reached is "fibres".

    Presets name the polarity type: mpo12_os2_type_a, _b and _c. Raises DesignError for what cannot be.
    """

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        serial_format: str = "MPO{:07d}",
    ) -> None:
        if preset not in PRESETS:
            raise DesignError(f"TrunkFamily: unknown preset {preset!r}; known: {', '.join(PRESETS)}")
        first, limits, self.polarity = PRESETS[preset]
        self.design = TrunkDesign.from_mapping(design, first)
        self.specification = TrunkSpecification.from_mapping(specification, limits)
        self.part = part
        super().__init__(seed, KIND, serial_format, trunk_sweeps(self.design, self.polarity), TRUNK_DEFECTS)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> FibreTrunk:
        """The trunk of this serial number, drawn whole: its lot alters nothing.

        Raises ValueError for another kind, for parts, or for a defect that a trunk of this design cannot have.
        """
        self._check(kind)
        self._refuse(serial, defects, parts)
        return FibreTrunk(
            serial, self._seed, self.design, self.specification, self.polarity, partial(_altered, tuple(defects))
        )


def _altered(defects: Sequence[TrunkDefect], trunk: FibreTrunk) -> None:
    for defect in defects:
        defect.alter(trunk)
