"""What goes wrong on a simulated line: one defect, of any kind that can come to life at a stage."""

import random
from dataclasses import replace

from sim_hardware.duts.defect import Defect, Stage
from sim_hardware.duts.defect_sweep import draw_place
from sim_hardware.duts.defect_sweeps import defect_sweeps
from sim_hardware.duts.design import Specification, TwinaxDesign


def draw_defect(rng: random.Random, design: TwinaxDesign, specification: Specification, stage: Stage) -> Defect:
    """One defect born at this stage, at a drawn place, with a magnitude clearly out of specification.

    What is born in the bundle may show there, or only to the waves in the finished cable.
    """
    # Chance is spent before the choice, so that a new kind of defect shifts no place.
    place, magnitude, choice = draw_place(rng, design), rng.random(), rng.random()
    shown_in: tuple[Stage, ...] = ("bundle", "cable") if stage == "bundle" else ("cable",)
    drawn: dict[str, Defect] = {}
    for shown in shown_in:
        for sweep in defect_sweeps(design, specification, shown):
            low, high = sweep.clear
            defect = sweep.make(place, float(low * (high / low) ** magnitude))
            if defect.stage == stage:
                drawn.setdefault(sweep.name, defect)
            elif shown == "cable" and stage in type(defect).possible_stages and sweep.name not in _SHOWN_IN_BUNDLE:
                drawn.setdefault(sweep.name, replace(defect, stage=stage))
    return list(drawn.values())[int(choice * len(drawn))]


_SHOWN_IN_BUNDLE = frozenset({"open", "high_resistance", "short", "crossed_pair"})
"""Born in the bundle these have magnitudes of their own, which direct current sees."""
