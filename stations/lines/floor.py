"""What the lines of one factory share: how much they build, by which chance and clock, and where it is recorded."""

import random
from dataclasses import dataclass

from mes.command_line import Location
from mes.ledger import Ledger
from stations.lease import StopSwitch
from stations.simulation import VirtualClock


@dataclass(frozen=True, slots=True)
class Floor:
    """A factory floor. Each line builds `units`; `defect_rate` is the share of them that gets a defect.

    Raises ValueError for a count or a rate that cannot be.
    """

    units: int
    seed: int
    defect_rate: float
    location: Location
    ledger: Ledger
    stop: StopSwitch
    clock: VirtualClock

    def __post_init__(self) -> None:
        if self.units < 1:
            raise ValueError(f"a line needs at least one unit, got {self.units}")
        if not 0.0 <= self.defect_rate <= 1.0:
            raise ValueError(f"the defect rate is a share from 0 to 1, got {self.defect_rate:g}")

    def chance(self, station: str) -> random.Random:
        """A station's own chance: what happens elsewhere does not shift its ids."""
        return random.Random(f"{self.seed}/{station}")
