"""The shelves of one product: the same seed and serial number are the same shelf in every process."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.power.family import KIND as SUPPLY
from sim_hardware.duts.power.family import PowerFamily
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.duts.power.shelf import PowerShelfUnit
from sim_hardware.duts.power.shelf_defects import ShelfDefect
from sim_hardware.duts.power.shelf_design import SHELF_DESIGNS, SLOTS, ShelfDesign, ShelfSpecification
from sim_hardware.duts.power.shelf_parameters import drawn_shelf_parameters
from sim_hardware.duts.power.shelf_sweeps import ShelfSweep, parse_shelf_defect, shelf_sweeps
from sim_hardware.duts.power.slot_defects import SlotDefect
from sim_hardware.physics.random_stream import random_stream

KIND = "power_shelf"
_TEXTS = {
    "maker": "Rackline Power",
    "firmware": "2.0.1",
    "date": "2026-01-05",
    "supply_part": "PSU-ORV3-3K",
    "supply_preset": "ORV3_3KW",
    "supply_firmware": "01.02.07",
}


class ShelfFamily:
    """Makes power shelves; satisfies `UnitFamily`.

    `design` and `specification` override the numbers of the preset ("orv3_6x"); `design` may also hold the texts maker,
    firmware and date that a healthy shelf tells, and supply_part, supply_preset and supply_firmware: what belongs
    into its slots. Raises DesignError for what cannot be.
    """

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        serial_format: str = "SH{:06d}",
    ) -> None:
        if preset not in SHELF_DESIGNS:
            raise DesignError(f"ShelfFamily: unknown preset {preset!r}; known: {', '.join(SHELF_DESIGNS)}")
        texts = {**_TEXTS, **{key: value for key, value in design.items() if key in _TEXTS}}
        for key, value in texts.items():
            if not isinstance(value, str) or not value:
                raise DesignError(f"ShelfFamily: {key} = {value!r} is not a text")
        base, limits = SHELF_DESIGNS[preset]
        numbers = {key: value for key, value in design.items() if key not in _TEXTS}
        self.design = ShelfDesign.from_mapping(numbers, base)
        self.specification = ShelfSpecification.from_mapping(specification, limits)
        self.part = part
        self._texts = texts
        self._seed = seed
        self._serial_format = serial_format
        self._supplies = PowerFamily(
            seed,
            design={"firmware": texts["supply_firmware"]},
            specification={},
            part=texts["supply_part"],
            preset=texts["supply_preset"],
        )
        self._sweeps = shelf_sweeps(self.specification, texts["supply_part"])

    @property
    def kinds(self) -> tuple[str, ...]:
        """Shelves alone."""
        return (KIND,)

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number."""
        self._check(kind)
        return self._serial_format.format(number)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> PowerShelfUnit:
        """The shelf of this serial number, of these six supplies by slot, or of good ones that nobody has seen before.

        Given supplies keep what they are: a defect of what sits in a slot alters none of them. The lot alters nothing.
        Raises ValueError for another kind, for parts that are not six supplies, or for a defect of another family.
        """
        self._check(kind)
        texts = self._texts
        parameters = drawn_shelf_parameters(
            self.design,
            self._seed,
            serial,
            part=self.part,
            maker=texts["maker"],
            firmware=texts["firmware"],
            date=texts["date"],
        )
        for defect in defects:
            if not isinstance(defect, ShelfDefect):
                raise ValueError(f"{type(defect).__name__} is no defect of a power shelf")
            defect.alter(parameters)
        supplies = self._given(serial, parts) if parts else self._fresh(serial, defects)
        there = zip(supplies, parameters.is_empty, strict=True)
        return PowerShelfUnit(
            parameters,
            self.specification,
            serial,
            [None if is_empty else supply for supply, is_empty in there],
            defects,
            right=(self.part, texts["supply_part"], texts["supply_firmware"]),
        )

    def sweeps(self, kind: str) -> tuple[ShelfSweep, ...]:
        """Every defect that a shelf can have, with its magnitudes."""
        self._check(kind)
        return self._sweeps

    def defect(self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]) -> ShelfDefect:
        """A defect of this magnitude in a slot, joint or inlet that `draw` chooses; a test reaches them all or none."""
        if not isinstance(sweep, ShelfSweep):
            raise ValueError(f"{sweep.name} is no sweep of a power shelf")
        return sweep.make(magnitude, draw)

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[ShelfDefect, ...]:
        """What is wrong with this shelf, its supplies apart: with the chance `rate` one clear defect, else nothing."""
        self._check(kind)
        draw = random_stream(self._seed, "defect of shelf", serial)
        if draw.random() >= rate:
            return ()
        sweep = self._sweeps[int(draw.random() * len(self._sweeps))]
        return (sweep.make(sweep.drawn_magnitude(draw), draw),)

    def parse(self, mapping: Mapping[str, Any]) -> ShelfDefect:
        """The defect that a mapping such as {"kind": "HighJoint", "joint": 2, "ohm": 1e-4} names.

        Raises `DefectError`.
        """
        return parse_shelf_defect(mapping)

    def _given(self, serial: str, parts: Sequence[FamilyUnit]) -> list[PowerSupplyUnit]:
        supplies = [part for part in parts if isinstance(part, PowerSupplyUnit)]
        if len(parts) != SLOTS or len(supplies) != SLOTS:
            raise ValueError(f"{serial}: a shelf is built of {SLOTS} power supplies; got {len(parts)} units")
        return supplies

    def _fresh(self, serial: str, defects: Sequence[ShelfDefect]) -> list[PowerSupplyUnit]:
        number = int("".join(character for character in serial if character.isdigit()) or "0")
        labels = [self._supplies.serial(SUPPLY, (SLOTS * number + slot) % 10**7) for slot in range(SLOTS)]
        supplies = [self._supplies.unit(SUPPLY, label) for label in labels]
        for defect in defects:
            if isinstance(defect, SlotDefect):
                supply = supplies[defect.slot - 1]
                defect.alter_supply(supply.parameters)
                # Made anew: what a supply is made of it looks at once.
                supplies[defect.slot - 1] = PowerSupplyUnit(
                    supply.parameters, supply.specification, supply.serial, (defect,)
                )
        return supplies

    def _check(self, kind: str) -> None:
        if kind != KIND:
            raise ValueError(f"unknown kind of unit {kind!r}; this family makes {KIND}")
