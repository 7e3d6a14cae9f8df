"""Twinax: bare bundles, and the cables that are made of them."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from sim_hardware.duts import design as designs
from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.defect import ENDS, Defect, Stage
from sim_hardware.duts.defect_sweep import DefectSweep, draw_place
from sim_hardware.duts.defect_sweeps import defect_sweeps
from sim_hardware.duts.defects import parse_defect
from sim_hardware.duts.drawn_defect import draw_defect
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.twinax_bundle import TwinaxBundle
from sim_hardware.physics.random_stream import random_stream

Preset = Literal["passive_dac_800g", "lane_50g"]

_PRESETS: Mapping[str, tuple[designs.TwinaxDesign, designs.Specification]] = {
    "passive_dac_800g": (designs.PASSIVE_DAC_800G, designs.PASSIVE_DAC_800G_SPECIFICATION),
    "lane_50g": (designs.LANE_50G, designs.LANE_50G_SPECIFICATION),
}

_STAGES: Mapping[str, Stage] = {"twinax_bundle": "bundle", "passive_dac": "cable"}
_SERIALS = {"twinax_bundle": "B", "passive_dac": "DAC"}

_UNKNOWN_LOT = "unmarked reel"
"""The reel that a unit is cut from when nobody said which."""


class TwinaxFamily:
    """Makes bundles (`twinax_bundle`) and cables (`passive_dac`); a `UnitFamily`.

    What is reached on a cable is "pairs", "ground", "memories", and of these the ends "A" and "B".
    """

    kinds = ("twinax_bundle", "passive_dac")

    def __init__(
        self,
        seed: int,
        *,
        part: str,
        preset: str,
        design: Mapping[str, Any],
        specification: Mapping[str, float],
        plugs: Mapping[str, str] | None,
    ) -> None:
        """A preset ("passive_dac_800g" or "lane_50g") with what the product says otherwise.

        `plugs` names the part at each end, and may be None when only bundles are made. Raises `DesignError`.
        """
        if preset not in _PRESETS:
            raise designs.DesignError(f"preset {preset!r} of a cable is none; there are {', '.join(_PRESETS)}")
        first, limits = _PRESETS[preset]
        self.design = designs.TwinaxDesign.from_mapping(design, first)
        self.specification = designs.Specification.from_mapping(specification, limits)
        self._seed = seed
        self._part = part
        self._plugs = plugs

    def serial(self, kind: str, number: int) -> str:
        """`B0000007` for a bundle, `DAC0000007` for a cable."""
        return f"{_SERIALS[kind]}{number:07d}"

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> TwinaxBundle | PassiveDac:
        """A bundle cut from the reel `lot`, or a cable made of the bundle in `parts`.

        What was born in a bundle is in it already: a cable made of one takes only the rest of `defects`. Raises
        ValueError for a defect at a place that the unit does not have, or that is born later in its life.
        """
        if kind == "twinax_bundle":
            late = [type(defect).__name__ for defect in defects if defect.stage != "bundle"]
            if late:
                raise ValueError(f"{', '.join(late)} is born at the plugs, and this station tests bare bundles")
            return self._bundle(serial, lot, defects)
        if self._plugs is None:
            raise ValueError(f"{self._part}: a cable needs the parts of its plugs; add parameters.memory.plugs")
        bundle = parts[0] if parts else self._bundle(f"{serial}-bundle", lot, _born(defects, "bundle"))
        if not isinstance(bundle, TwinaxBundle):
            raise ValueError(f"cable {serial} is made of a bundle, not of a {type(bundle).__name__}")
        return PassiveDac(
            bundle,
            self._seed,
            serial,
            part_number=self._part,
            plugs={"A": self._plugs["a"], "B": self._plugs["b"]},
            defects=_born(defects, "cable"),
        )

    def sweeps(self, kind: str) -> tuple[Sweep, ...]:
        """Every defect that shows in a bundle, or in a cable."""
        return defect_sweeps(self.design, self.specification, _STAGES[kind])

    def defect(self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]) -> Defect:
        """A defect of this magnitude at a drawn place; at an end whose memory is reached, if any is."""
        if not isinstance(sweep, DefectSweep):
            raise TypeError(f"sweep {sweep.name} is none of this family's")
        ends = [end for end in ENDS if end in reached]
        return sweep.make(draw_place(draw, self.design, ends), magnitude)

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[Defect, ...]:
        """What is wrong with this unit once it is of this kind: what is born in the bundle stays in the cable.

        The defect is clearly out of specification and comes to life in the bundle or at the plugs, evenly.
        """
        draw = random_stream(self._seed, "defect of", serial)
        if draw.random() >= rate:
            return ()
        stage: Stage = "bundle" if draw.random() < 0.5 else "cable"
        drawn = (draw_defect(draw, self.design, self.specification, stage),)
        return _born(drawn, "bundle") if kind == "twinax_bundle" else drawn

    def parse(self, mapping: Mapping[str, Any]) -> Defect:
        """The defect that a mapping such as {"kind": "Open", …} names. Raises `DefectError`."""
        return parse_defect(mapping)

    def _bundle(self, serial: str, lot: str, defects: Sequence[Defect]) -> TwinaxBundle:
        bulk = BulkCable(self.design, self._seed, lot or _UNKNOWN_LOT)
        return TwinaxBundle(bulk, self.specification, self._seed, serial, defects)


def _born(defects: Sequence[Defect], stage: Stage) -> tuple[Defect, ...]:
    return tuple(defect for defect in defects if defect.stage == stage)
