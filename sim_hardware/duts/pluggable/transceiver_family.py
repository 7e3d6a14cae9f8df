"""The transceivers of one product: the same seed and serial number are the same module in every process."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit
from sim_hardware.duts.pluggable.transceiver import Transceiver, drawn_transceiver
from sim_hardware.duts.pluggable.transceiver_defects import TRANSCEIVER_DEFECTS, transceiver_sweeps
from sim_hardware.duts.pluggable.transceiver_design import PRESETS, TransceiverDesign, TransceiverSpecification
from sim_hardware.duts.single_kind_family import SingleKindFamily
from sim_hardware.duts.typed_defect import TypedDefect

KIND: Final = "transceiver"


class TransceiverFamily(SingleKindFamily[TypedDefect]):
    """Makes transceivers; satisfies `UnitFamily`. Preset dr8_800g.

    What is reached is "supply", "memories", "low_power", "lanes" and "light". Raises DesignError for what cannot be.
    """

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        serial_format: str = "XCV{:07d}",
    ) -> None:
        if preset not in PRESETS:
            raise DesignError(f"TransceiverFamily: unknown preset {preset!r}; known: {', '.join(PRESETS)}")
        first, limits = PRESETS[preset]
        self.design = TransceiverDesign.from_mapping(design, first)
        self.specification = TransceiverSpecification.from_mapping(specification, limits)
        self.part = part
        super().__init__(seed, KIND, serial_format, transceiver_sweeps(self.design), TRANSCEIVER_DEFECTS)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> Transceiver:
        """The module of this serial number, drawn whole: its lot alters nothing.

        Raises ValueError for another kind, for parts, or for a defect that a module of this design cannot have.
        """
        self._check(kind)
        self._refuse(serial, defects, parts)
        designed, actual = (drawn_transceiver(self.design, self._seed, serial, part=self.part) for _ in range(2))
        for defect in defects:
            defect.alter(actual)
        return Transceiver(serial, self.design, designed, actual, self.specification)
