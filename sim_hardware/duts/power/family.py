"""The supplies of one product: the same seed and serial number are the same supply in every process."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal, overload

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.power.aging_supply import AgingSupply
from sim_hardware.duts.power.burn_in_sweeps import burn_in_sweeps
from sim_hardware.duts.power.defect import SupplyDefect
from sim_hardware.duts.power.defects import SUPPLY_DEFECTS, parse_supply_defect
from sim_hardware.duts.power.design import SupplyDesign
from sim_hardware.duts.power.latent_defects import LATENT_DEFECTS, LatentDefect
from sim_hardware.duts.power.pair import SupplyPair
from sim_hardware.duts.power.pair_sweeps import pair_sweeps
from sim_hardware.duts.power.parameters import drawn_parameters
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.duts.power.presets import DESIGNS
from sim_hardware.duts.power.rack import RackOfSupplies
from sim_hardware.duts.power.specification import SPECIFICATIONS, SupplySpecification
from sim_hardware.duts.power.sweep import SupplySweep
from sim_hardware.duts.power.sweeps import supply_sweeps
from sim_hardware.physics.random_stream import random_stream

KIND: Final = "power_supply"
RACK: Final = "power_supplies"
"""Several side by side in a burn-in rack."""
PAIR: Final = "power_supply_pair"
"""Two in parallel on one busbar."""
_STREAMS = {KIND: "defect of supply", RACK: "latent defect of supply", PAIR: "defect of supply in a pair"}
_IDENTITY = {"maker": "Rackline Power", "firmware": "01.02.07", "date": "2026-01-05"}


class PowerFamily:
    """Makes power supplies; satisfies `UnitFamily`.

    `design` and `specification` override the numbers of the preset (ORV3_3KW, ORV3_HPR_12KW, MCRPS); `design` may also
    hold the texts maker, firmware and date that a healthy supply tells. Raises DesignError for what cannot be.
    """

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        serial_format: str = "PSU{:07d}",
    ) -> None:
        if preset not in DESIGNS:
            raise DesignError(f"PowerFamily: unknown preset {preset!r}; known: {', '.join(DESIGNS)}")
        texts = {key: value for key, value in design.items() if key in _IDENTITY}
        for key, value in texts.items():
            if not isinstance(value, str) or not value:
                raise DesignError(f"PowerFamily: {key} = {value!r} is not a text")
        numbers = {key: value for key, value in design.items() if key not in _IDENTITY}
        self.design = SupplyDesign.from_mapping(numbers, DESIGNS[preset])
        self.specification = SupplySpecification.from_mapping(specification, SPECIFICATIONS[preset])
        self.part = part
        self._identity = {**_IDENTITY, **texts}
        self._seed = seed
        self._serial_format = serial_format
        self._sweeps = supply_sweeps(self.design, self.specification)
        self._burn_in = burn_in_sweeps()
        self._pair = pair_sweeps(self.design, self.specification)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Supplies alone, several of them in a burn-in rack, and two on one busbar."""
        return (KIND, RACK, PAIR)

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number."""
        self._check(kind)
        return self._serial_format.format(number)

    @overload
    def unit(
        self,
        kind: Literal["power_supply"],
        serial: str,
        *,
        lot: str = "",
        defects: Sequence[Any] = (),
        parts: Sequence[FamilyUnit] = (),
    ) -> PowerSupplyUnit: ...

    @overload
    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> PowerSupplyUnit | RackOfSupplies | SupplyPair: ...

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> PowerSupplyUnit | RackOfSupplies | SupplyPair:
        """The supply of this serial number. A supply is drawn whole: its lot alters nothing, and it has no parts.

        A rack holds `parts`, supplies by slot, whose defects are their own; without them the one supply of this number.
        A pair is made of two `parts`, or of the one of this number alone.
        Raises ValueError for another kind, for parts of a supply, or for a defect that this design cannot have.
        """
        self._check(kind)
        if kind in (RACK, PAIR):
            supplies = [part for part in parts if isinstance(part, PowerSupplyUnit)]
            if len(supplies) < len(parts):
                raise ValueError(f"{serial}: a {kind} takes power supplies, and some parts are none")
            supplies = supplies or [self.unit(KIND, serial, lot=lot, defects=defects)]
            return RackOfSupplies(serial, supplies) if kind == RACK else SupplyPair(serial, supplies)
        if parts:
            raise ValueError(f"{serial}: a power supply is not built of units; got {len(parts)}")
        parameters = drawn_parameters(self.design, self._seed, serial, part=self.part, **self._identity)
        for defect in defects:
            if not isinstance(defect, SupplyDefect):
                raise ValueError(f"{type(defect).__name__} is no defect of a power supply")
            defect.alter(parameters)
        ages = any(isinstance(defect, LatentDefect) for defect in defects)
        return (AgingSupply if ages else PowerSupplyUnit)(parameters, self.specification, serial, defects)

    def sweeps(self, kind: str) -> tuple[SupplySweep, ...]:
        """Every defect that a supply can have, or that a burn-in or a partner brings out, with its magnitudes."""
        self._check(kind)
        return {KIND: self._sweeps, RACK: self._burn_in, PAIR: self._pair}[kind]

    def defect(self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]) -> SupplyDefect:
        """A defect of this magnitude; `draw` chooses the fan or the wrong text. A supply has no places to reach."""
        if not isinstance(sweep, SupplySweep):
            raise ValueError(f"{sweep.name} is no sweep of a power supply")
        return sweep.make(magnitude, draw)

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[SupplyDefect, ...]:
        """What is wrong with this supply: with the chance `rate` one clear defect, else nothing."""
        sweeps = self.sweeps(kind)
        draw = random_stream(self._seed, _STREAMS[kind], serial)
        if draw.random() >= rate:
            return ()
        sweep = sweeps[int(draw.random() * len(sweeps))]
        return (sweep.make(sweep.drawn_magnitude(draw), draw),)

    def parse(self, mapping: Mapping[str, Any]) -> SupplyDefect:
        """The defect that a mapping such as {"kind": "AgedBulk", "ratio": 0.7} names. Raises `DefectError`."""
        return parse_supply_defect(mapping, {**SUPPLY_DEFECTS, **LATENT_DEFECTS})

    def _check(self, kind: str) -> None:
        if kind not in self.kinds:
            raise ValueError(f"unknown kind of unit {kind!r}; this family makes {' and '.join(self.kinds)}")
