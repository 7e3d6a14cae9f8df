"""What is not wrong with a supply yet when it is made, and shows within its first hours: why one burns in.

A latent defect alters nothing at birth. It wears with the hours that the supply has run, as a share of what the
parameter was; what is a good supply is judged by where it is after `BURN_IN_H` (inferred).
"""

import math
from dataclasses import dataclass

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.power.defect import SupplyDefect
from sim_hardware.duts.power.parameters import SupplyParameters

BURN_IN_H = 4.0
DRIFT_MAX = 0.005
"""How far the output may have moved by then, over its set point."""
LOSS_GROWTH_MAX = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentDefect(SupplyDefect):
    """Base of the defects that show with time."""

    def alter(self, parameters: SupplyParameters) -> None:
        """Nothing shows when it is made."""

    def wear(self, parameters: SupplyParameters, born: SupplyParameters, hours: float) -> None:
        """Do to a supply what this has done after so many hours; `born` is how it left the line."""

    def fails_at(self) -> float:
        """Hours after which it gives no output any more; infinite for never."""
        return math.inf

    def truth(self) -> TrueParameter:
        """What makes it defective, or does not, after the burn-in."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftingReference(LatentDefect):
    """A reference that goes to `ratio_per_hour` times its value in each hour."""

    ratio_per_hour: float

    def wear(self, parameters: SupplyParameters, born: SupplyParameters, hours: float) -> None:
        """Move the set point."""
        parameters.set_point_v = born.set_point_v * self.ratio_per_hour**hours

    def truth(self) -> TrueParameter:
        """The way it goes in the burn-in."""
        return TrueParameter(
            "set_point_drift", self.ratio_per_hour**BURN_IN_H - 1.0, "1", low=-DRIFT_MAX, high=DRIFT_MAX
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseningJoint(LatentDefect):
    """A joint or switch whose losses grow by `per_hour` of all losses each hour."""

    per_hour: float

    def wear(self, parameters: SupplyParameters, born: SupplyParameters, hours: float) -> None:
        """Raise the losses."""
        parameters.loss_scale = born.loss_scale * (1.0 + self.per_hour * hours)

    def truth(self) -> TrueParameter:
        """What the losses have grown by in the burn-in."""
        return TrueParameter("loss_growth", self.per_hour * BURN_IN_H, "1", high=LOSS_GROWTH_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyFailure(LatentDefect):
    """A converter that dies after `hours`."""

    hours: float

    def fails_at(self) -> float:
        """When it dies."""
        return self.hours

    def truth(self) -> TrueParameter:
        """Whether it outlives the burn-in."""
        return TrueParameter("life", self.hours, "h", low=BURN_IN_H)


LATENT_DEFECTS: dict[str, type[SupplyDefect]] = {
    kind.__name__: kind for kind in (DriftingReference, LooseningJoint, EarlyFailure)
}
"""By name, as a file gives them."""
