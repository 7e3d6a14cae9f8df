"""The active cables of one product: the same seed and serial number are the same cable in every process."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit
from sim_hardware.duts.pluggable.active_cable import ActiveCable, drawn_cable
from sim_hardware.duts.pluggable.cable_defects import CABLE_DEFECTS, cable_sweeps
from sim_hardware.duts.pluggable.cable_design import PRESETS, ActiveCableDesign, ActiveCableSpecification
from sim_hardware.duts.single_kind_family import SingleKindFamily
from sim_hardware.duts.typed_defect import TypedDefect

KIND: Final = "active_cable"
_PLUGS = ("AEC-PLUG-A", "AEC-PLUG-B")


class ActiveCableFamily(SingleKindFamily[TypedDefect]):
    """Makes active cables; satisfies `UnitFamily`. What is reached is "supply", "memories" and "lanes".

    Preset aec_800g. Raises DesignError for what cannot be.
    """

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        serial_format: str = "AEC{:07d}",
    ) -> None:
        if preset not in PRESETS:
            raise DesignError(f"ActiveCableFamily: unknown preset {preset!r}; known: {', '.join(PRESETS)}")
        first, limits = PRESETS[preset]
        self.design = ActiveCableDesign.from_mapping(design, first)
        self.specification = ActiveCableSpecification.from_mapping(specification, limits)
        self.part = part
        super().__init__(seed, KIND, serial_format, cable_sweeps(self.design), CABLE_DEFECTS)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> ActiveCable:
        """The cable of this serial number, drawn whole: its lot alters nothing.

        Raises ValueError for another kind, for parts, or for a defect that a cable of this design cannot have.
        """
        self._check(kind)
        self._refuse(serial, defects, parts)
        designed, actual = (
            drawn_cable(self.design, self._seed, serial, part=self.part, plugs=_PLUGS) for _ in range(2)
        )
        for defect in defects:
            defect.alter(actual)
        return ActiveCable(serial, designed, actual, self.specification)
