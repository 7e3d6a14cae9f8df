"""The network kits of one product: the same seed and serial number are the same kit in every process."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit
from sim_hardware.duts.network.kit_defects import KIT_DEFECTS, KitDefect
from sim_hardware.duts.network.kit_design import DESIGNS, SWITCH, KitDesign, KitPlan, KitSpecification
from sim_hardware.duts.network.kit_parameters import drawn_kit
from sim_hardware.duts.network.kit_parts import PluggedPart, plugged_part
from sim_hardware.duts.network.kit_sweeps import kit_sweeps
from sim_hardware.duts.network.kit_unit import KitUnit
from sim_hardware.duts.network.switch_family import KIND as SWITCH_KIND
from sim_hardware.duts.network.switch_family import SwitchFamily
from sim_hardware.duts.network.switch_unit import SwitchUnit
from sim_hardware.duts.single_kind_family import SingleKindFamily

KIND: Final = "network_kit"
_SWITCH_PART = "SW-TOR-32X800"


class KitFamily(SingleKindFamily[KitDefect]):
    """Makes network kits; satisfies `UnitFamily`.

    The product's `nodes` and `cables` are the plan. `design` may hold the text `switch_part`, what belongs into the
    slots of the switches. Raises DesignError for a preset, number or plan that cannot be.
    """

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        parameters: Mapping[str, Any],
        serial_format: str = "KIT{:07d}",
    ) -> None:
        preset = preset or "KIT_800G"
        if preset not in DESIGNS:
            raise DesignError(f"KitFamily: unknown preset {preset!r}; known: {', '.join(DESIGNS)}")
        numbers = {key: value for key, value in design.items() if key != "switch_part"}
        self.design = KitDesign.from_mapping(numbers, DESIGNS[preset][0])
        self.specification = KitSpecification.from_mapping(specification, DESIGNS[preset][1])
        self.plan = KitPlan.from_parameters(parameters)
        self.part = part
        self._switches = SwitchFamily(
            seed,
            design={"port_gbps": self.design.port_gbps},
            specification={},
            part=str(design.get("switch_part", _SWITCH_PART)),
            preset="TOR_32X400G",
        )
        super().__init__(seed, KIND, serial_format, kit_sweeps(self.plan, self.specification), KIT_DEFECTS, noun="kit")

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> KitUnit:
        """The kit of this serial number, of these parts in the plan's order of positions, or of good fresh ones.

        The lot alters nothing. Raises ValueError for another kind, for parts that are not those of the plan, or for a
        defect that a kit of this plan cannot have.
        """
        self._check(kind)
        self._refuse(serial, defects, ())
        switches, given = self._given(serial, parts) if parts else (self._fresh(serial), {})
        parameters = drawn_kit(self.design, self.plan, self._seed, serial, switches=switches, given=given)
        for defect in defects:
            defect.alter(parameters)
        return KitUnit(parameters, self.specification, serial, defects)

    def _nodes(self) -> list[str]:
        return [node.name for node in self.plan.nodes if node.kind == SWITCH]

    def _given(self, serial: str, parts: Sequence[FamilyUnit]) -> tuple[dict[str, SwitchUnit], dict[str, PluggedPart]]:
        names, positions = self._nodes(), self.plan.positions
        switches = [part for part in parts[: len(names)] if isinstance(part, SwitchUnit)]
        if len(parts) != len(positions) or len(switches) != len(names):
            raise ValueError(
                f"{serial}: a kit is built of {', '.join(positions)}, the first {len(names)} switches; got"
                f" {len(parts)} units, {len(switches)} switches first"
            )
        rest = zip(positions[len(names) :], parts[len(names) :], strict=True)
        return dict(zip(names, switches, strict=True)), {position: plugged_part(part) for position, part in rest}

    def _fresh(self, serial: str) -> dict[str, SwitchUnit]:
        names = self._nodes()
        number = int("".join(letter for letter in serial if letter.isdigit()) or "0")
        labels = [self._switches.serial(SWITCH_KIND, (len(names) * number + k) % 10**7) for k in range(len(names))]
        return {name: self._switches.unit(SWITCH_KIND, label) for name, label in zip(names, labels, strict=True)}
