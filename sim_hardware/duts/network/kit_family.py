"""The network kits of one product: the same seed and serial number are the same kit in every process."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.network.defect import NetworkDefect, NetworkSweep, parse_network_defect
from sim_hardware.duts.network.kit_defects import KIT_DEFECTS, KitDefect
from sim_hardware.duts.network.kit_design import DESIGNS, SWITCH, KitDesign, KitPlan, KitSpecification
from sim_hardware.duts.network.kit_parameters import KitParameters, drawn_kit
from sim_hardware.duts.network.kit_parts import PluggedPart, plugged_part
from sim_hardware.duts.network.kit_sweeps import KitSweep, kit_sweeps
from sim_hardware.duts.network.kit_unit import KitUnit
from sim_hardware.duts.network.switch_family import KIND as SWITCH_KIND
from sim_hardware.duts.network.switch_family import SwitchFamily
from sim_hardware.duts.network.switch_unit import SwitchUnit
from sim_hardware.physics.random_stream import random_stream

KIND: Final = "network_kit"
_SWITCH_PART = "SW-TOR-32X800"


class KitFamily:
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
        self._seed = seed
        self._serial_format = serial_format
        self._switches = SwitchFamily(
            seed,
            design={"port_gbps": self.design.port_gbps},
            specification={},
            part=str(design.get("switch_part", _SWITCH_PART)),
            preset="TOR_32X400G",
        )
        self._sweeps = kit_sweeps(self.plan, self.specification)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kits."""
        return (KIND,)

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number."""
        self._check(kind)
        return self._serial_format.format(number)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> KitUnit:
        """The kit of this serial number, of these parts in the plan's order of positions, or of good fresh ones.

        The lot alters nothing. Raises ValueError for another kind, for parts that are not those of the plan, or for a
        defect that a kit of this plan cannot have.
        """
        self._check(kind)
        switches, given = self._given(serial, parts) if parts else (self._fresh(serial), {})
        parameters = drawn_kit(self.design, self.plan, self._seed, serial, switches=switches, given=given)
        for defect in defects:
            if not isinstance(defect, KitDefect):
                raise ValueError(f"{type(defect).__name__} is no defect of a kit")
            defect.alter(parameters)
        return KitUnit(parameters, self.specification, serial, defects)

    def sweeps(self, kind: str) -> tuple[KitSweep, ...]:
        """Every defect that a kit can have, with its magnitudes."""
        self._check(kind)
        return self._sweeps

    def defect(
        self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]
    ) -> NetworkDefect[KitParameters]:
        """A defect of this magnitude; `draw` chooses link, end or text."""
        if not isinstance(sweep, NetworkSweep):
            raise ValueError(f"{sweep.name} is no sweep of a kit")
        made: NetworkDefect[KitParameters] = sweep.make(magnitude, draw)
        return made

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[NetworkDefect[KitParameters], ...]:
        """What is wrong with this kit, its parts apart: with the chance `rate` one clear defect, else nothing."""
        self._check(kind)
        draw = random_stream(self._seed, "defect of kit", serial)
        if draw.random() >= rate:
            return ()
        sweep = self._sweeps[int(draw.random() * len(self._sweeps))]
        return (sweep.make(sweep.drawn_magnitude(draw), draw),)

    def parse(self, mapping: Mapping[str, Any]) -> NetworkDefect[KitParameters]:
        """The defect that a mapping such as {"kind": "MissingCable", "link": 2} names. Raises `DefectError`."""
        return parse_network_defect(mapping, KIT_DEFECTS)

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

    def _check(self, kind: str) -> None:
        if kind not in self.kinds:
            raise ValueError(f"unknown kind of unit {kind!r}; this family makes {' and '.join(self.kinds)}")
