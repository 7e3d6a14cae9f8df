"""One defect of a supply with its magnitudes, from harmless to certain."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from sim_hardware.duts.family import Sweep
from sim_hardware.duts.power.defect import SupplyDefect

Make = Callable[[float, random.Random], SupplyDefect]
ONCE, CERTAIN = (1.0,), (1.0, 1.0)
"""The magnitudes of a defect that is there or not, and where it is clear."""


@dataclass(frozen=True, slots=True)
class SupplySweep(Sweep):
    """A sweep of a supply's defect, and how one of a magnitude is made; the stream draws the place."""

    make: Make
