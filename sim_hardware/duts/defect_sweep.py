"""One defect of a cable with its magnitudes, from harmless to certain, and the place where it sits."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from sim_hardware.duts.defect import ENDS, Defect, End
from sim_hardware.duts.design import TwinaxDesign
from sim_hardware.duts.family import Sweep
from sim_hardware.duts.wiring import SHIELD, Conductor


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
class DefectSweep(Sweep):
    """A sweep that knows how to make its defect at a place; `reach` is "pairs", "ground" or "memories"."""

    reach: str = "pairs"
    make: Callable[[Place, float], Defect] = field(kw_only=True)


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
