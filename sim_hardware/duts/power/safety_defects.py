"""What can be wrong with earth and insulation."""

import math
from dataclasses import dataclass

from sim_hardware.duts.power.defect import SupplyDefect
from sim_hardware.duts.power.inrush import parallel
from sim_hardware.duts.power.parameters import SupplyParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingEarth(SupplyDefect):
    """A protective earth that nobody screwed to the chassis: a withstand test to the pin then passes vacuously."""

    def alter(self, parameters: SupplyParameters) -> None:
        """Cut the bond."""
        parameters.bond_ohm = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class HighBond(SupplyDefect):
    """`ohm` more between earth pin and chassis: paint under the screw."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Add the resistance."""
        parameters.bond_ohm += self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class HighReturn(SupplyDefect):
    """`ohm` more between output return and chassis."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Add the resistance."""
        parameters.return_ohm += self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class NickedInsulation(SupplyDefect):
    """Primary insulation that breaks down at `volt` (peak), although its resistance is fine."""

    volt: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Weaken the insulation."""
        parameters.breakdown_v = min(parameters.breakdown_v, self.volt)


@dataclass(frozen=True, slots=True, kw_only=True)
class LowInsulation(SupplyDefect):
    """A leak of `ohm` from the live conductor to the chassis."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Put the leak across the insulation."""
        parameters.line_ohm = parallel(parameters.line_ohm, self.ohm)
