"""The harnesses of one product: the same seed and serial number are the same harness in every process."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.harness.cable_harness import CableHarness
from sim_hardware.duts.harness.defects import (
    HarnessDefect,
    HighCrimp,
    HotCrimp,
    NickedWire,
    OpenWire,
    StrandBridge,
    SwappedPins,
    WetInsulation,
    parse_harness_defect,
)
from sim_hardware.duts.harness.design import PRESETS, HarnessDesign, HarnessSpecification
from sim_hardware.duts.harness.wiring import HarnessWiring, planned_wires
from sim_hardware.physics.random_stream import random_stream

KIND: Final = "cable_harness"


@dataclass(frozen=True, slots=True)
class HarnessSweep(Sweep):
    """A sweep of a harness' defect, and how one of a magnitude is made; the stream draws the place."""

    make: Callable[[HarnessWiring, float, random.Random], HarnessDefect] = field(kw_only=True)


class HarnessFamily:
    """Makes harnesses of the product's `parameters.nets`; a `UnitFamily`.

    Raises DesignError for a preset, a number or a netlist that cannot be.
    """

    kinds = (KIND,)

    def __init__(
        self,
        seed: int,
        *,
        design: Mapping[str, Any],
        specification: Mapping[str, Any],
        part: str,
        preset: str,
        parameters: Mapping[str, Any],
        serial_format: str = "HN{:07d}",
    ) -> None:
        if preset not in PRESETS:
            raise DesignError(f"HarnessFamily: unknown preset {preset!r}; known: {', '.join(PRESETS)}")
        if not isinstance(nets := parameters.get("nets"), Mapping) or not nets:
            raise DesignError(f"{part}: a harness needs its netlist; add [parameters.nets], one list of pins a net")
        first, limits = PRESETS[preset]
        self.design = HarnessDesign.from_mapping(design, first)
        self.specification = HarnessSpecification.from_mapping(specification, limits)
        self._nets = {net: tuple(pins) for net, pins in nets.items()}
        self._plan = HarnessWiring(planned_wires(self._nets))
        self._seed = seed
        self._serial_format = serial_format

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number."""
        self._check(kind)
        return self._serial_format.format(number)

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> CableHarness:
        """The harness of this serial number; its lot alters nothing, and it is built of no units.

        Raises ValueError for another kind, for parts, or for a defect that this harness cannot have.
        """
        self._check(kind)
        if parts:
            raise ValueError(f"{serial}: a harness is not built of units; got {len(parts)}")
        if strangers := [type(defect).__name__ for defect in defects if not isinstance(defect, HarnessDefect)]:
            raise ValueError(f"{', '.join(strangers)} is no defect of a harness")
        return CableHarness(self.design, self.specification, self._nets, self._seed, serial, defects)

    def sweeps(self, kind: str) -> tuple[HarnessSweep, ...]:
        """Every defect that a harness can have, with its magnitudes."""
        self._check(kind)
        return harness_sweeps(self.specification)

    def defect(self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]) -> HarnessDefect:
        """A defect of this magnitude at a drawn place."""
        if not isinstance(sweep, HarnessSweep):
            raise ValueError(f"{sweep.name} is no sweep of a harness")
        return sweep.make(self._plan, magnitude, draw)

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[HarnessDefect, ...]:
        """What is wrong with this harness: with the chance `rate` one clear defect, else nothing."""
        sweeps = self.sweeps(kind)
        draw = random_stream(self._seed, "defect of harness", serial)
        if draw.random() >= rate:
            return ()
        sweep = sweeps[int(draw.random() * len(sweeps))]
        return (sweep.make(self._plan, sweep.drawn_magnitude(draw), draw),)

    def parse(self, mapping: Mapping[str, Any]) -> HarnessDefect:
        """The defect that a mapping names. Raises `DefectError`."""
        return parse_harness_defect(mapping)

    def _check(self, kind: str) -> None:
        if kind not in self.kinds:
            raise ValueError(f"unknown kind of unit {kind!r}; this family makes {KIND}")


def harness_sweeps(specification: HarnessSpecification) -> tuple[HarnessSweep, ...]:
    """Every defect, over magnitudes that cross the specification; `clear` is where no measurement can be in doubt."""
    spare, rise, ohm = specification.conductor_max_ohm, specification.rise_max_ohm, specification.insulation_min_ohm
    volt = specification.withstand_v
    once, certain = (1.0,), (1.0, 1.0)
    return (
        HarnessSweep("open_wire", "1", once, certain, "wires", make=lambda w, _, d: OpenWire(pin=_pin(w, d))),
        HarnessSweep(
            "swapped_pins",
            "1",
            once,
            certain,
            "wires",
            make=lambda w, _, d: SwappedPins(**dict(zip(("pin", "other"), _two_pins(w, d), strict=True))),
        ),
        HarnessSweep(
            "high_crimp",
            "ohm",
            tuple(spare * share for share in (0.1, 0.3, 0.5, 0.8, 1.5, 5.0)),
            (spare, 50.0 * spare),
            "wires",
            make=lambda w, x, d: HighCrimp(pin=_pin(w, d), ohm=x),
        ),
        HarnessSweep(
            "hot_crimp",
            "ohm",
            tuple(rise * share for share in (0.2, 0.6, 0.9, 1.1, 1.6, 5.0)),
            (1.6 * rise, 10.0 * rise),
            "load",
            make=lambda w, x, d: HotCrimp(pin=_pin(w, d), ohm=x),
        ),
        HarnessSweep(
            "strand_bridge",
            "ohm",
            (5000.0, 500.0, 50.0, 5.0, 0.05),
            (100.0, 0.01),
            "wires",
            make=lambda w, x, d: StrandBridge(**_two_nets(w, d), ohm=x),
        ),
        HarnessSweep(
            "wet_insulation",
            "ohm",
            tuple(ohm * share for share in (10.0, 2.0, 1.1, 0.9, 0.5, 0.05, 0.005)),
            (0.5 * ohm, 0.005 * ohm),
            "insulation",
            make=lambda w, x, d: WetInsulation(**_two_nets(w, d), ohm=x),
        ),
        HarnessSweep(
            "nicked_wire",
            "V",
            tuple(volt * share for share in (1.5, 1.1, 1.02, 0.98, 0.9, 0.5)),
            (0.95 * volt, 0.4 * volt),
            "insulation",
            make=lambda w, x, d: NickedWire(**_two_nets(w, d), volt=x),
        ),
    )


def _pin(plan: HarnessWiring, draw: random.Random) -> str:
    return draw.choice(list(plan.arrives))


def _two_pins(plan: HarnessWiring, draw: random.Random) -> list[str]:
    """Two pins of different nets: within one net nobody could tell."""
    one = draw.choice(plan.wires)
    return [one.pin, draw.choice([wire.pin for wire in plan.wires if wire.net != one.net])]


def _two_nets(plan: HarnessWiring, draw: random.Random) -> dict[str, str]:
    net, other = draw.sample(list(plan.nets), 2)
    return {"net": net, "other": other}
