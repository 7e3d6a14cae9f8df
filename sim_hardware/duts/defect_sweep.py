"""One defect with its magnitudes, from harmless to certain, and the place where it sits."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sim_hardware.duts.defect import ENDS, Defect, End
from sim_hardware.duts.design import TwinaxDesign
from sim_hardware.duts.wiring import SHIELD, Conductor

Reach = Literal["pairs", "ground", "memories"]
"""What a test must be wired to in order to see a defect."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a defect sits. `other` is any other pair, `neighbour` one beside it; both None in a single pair."""

    pair: int
    conductor: Conductor
    end: End
    at: float
    elsewhere: str
    other: int | None
    neighbour: int | None


@dataclass(frozen=True, slots=True)
class DefectSweep:
    """One defect and its magnitudes in `unit`, from harmless to clear; `clear` bounds what a line draws."""

    name: str
    unit: str
    magnitudes: tuple[float, ...]
    clear: tuple[float, float]
    make: Callable[[Place, float], Defect]
    reach: Reach = "pairs"

    def drawn_magnitude(self, rng: random.Random) -> float:
        """A magnitude clearly out of specification, drawn evenly over its logarithm."""
        low, high = self.clear
        return float(low * (high / low) ** rng.random())

    def is_clear(self, magnitude: float) -> bool:
        """Whether a magnitude lies where no measurement can be in doubt."""
        return min(self.clear) <= magnitude <= max(self.clear)


def draw_place(rng: random.Random, design: TwinaxDesign, ends: Sequence[End] = ENDS) -> Place:
    """A place on a cable of this design; only these ends."""
    pair = rng.randint(1, design.pairs)
    conductor = rng.choice(get_args(Conductor))
    end, at = rng.choice(list(ends) or list(ENDS)), rng.uniform(0.15, 0.85)
    others = [k for k in range(1, design.pairs + 1) if k != pair]
    neighbours = [k for k in (pair - 1, pair + 1) if 1 <= k <= design.pairs]
    other = rng.choice(others) if others else None
    elsewhere = SHIELD if other is None else rng.choice([SHIELD, f"{other}.{conductor}"])
    return Place(pair, conductor, end, at, elsewhere, other, rng.choice(neighbours) if neighbours else None)
