"""What can be wrong with conductors, contacts and insulation."""

import math
from dataclasses import dataclass

from sim_hardware.duts.defect import Defect, DefectError, End, Stage
from sim_hardware.duts.wiring import Conductor, Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Defect):
    """A conductor that ends before the far end."""

    possible_stages = ("bundle", "cable")
    pair: int
    conductor: Conductor
    stage: Stage = "bundle"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Cut the conductor."""
        wiring.add_series(self.pair, self.conductor, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class HighResistance(Defect):
    """A bad contact: ohms in series. In the bundle the loop resistance shows it, in the plug the loss."""

    possible_stages = ("bundle", "cable")
    pair: int
    conductor: Conductor
    ohm: float
    stage: Stage = "bundle"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Add the resistance."""
        wiring.add_series(self.pair, self.conductor, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdSolder(Defect):
    """A joint at the far plug that makes and breaks contact: `ohm` in series, and again none, from point to point."""

    possible_stages = ("cable",)
    pair: int
    conductor: Conductor
    ohm: float
    stage: Stage = "cable"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Loosen the joint."""
        wiring.loosen(self.pair, self.conductor, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Short(Defect):
    """Two conductors that touch; `other` is "4.N" or "shield", and when empty the other conductor of the same pair."""

    possible_stages = ("bundle", "cable")
    pair: int
    conductor: Conductor
    other: str = ""
    ohm: float = 0.1
    stage: Stage = "bundle"

    def __post_init__(self) -> None:
        super(Short, self).__post_init__()
        if self.stage == "cable" and self.other:
            raise DefectError("Short: at the plug only the two conductors of one pair can touch; leave `other` empty")

    def alter_wiring(self, wiring: Wiring) -> None:
        """Join the two conductors."""
        wiring.bridge(
            f"{self.pair}.{self.conductor}", self.other or f"{self.pair}.{opposite(self.conductor)}", self.ohm
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulationLeak(Defect):
    """Insulation that was nicked or got wet; `other` as in `Short`."""

    possible_stages = ("bundle",)
    pair: int
    conductor: Conductor
    other: str = ""
    ohm: float = 1e6
    stage: Stage = "bundle"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Put the leak across the insulation."""
        wiring.bridge(
            f"{self.pair}.{self.conductor}", self.other or f"{self.pair}.{opposite(self.conductor)}", self.ohm
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossedPair(Defect):
    """Two pairs whose far ends are exchanged."""

    possible_stages = ("bundle", "cable")
    pair: int
    other: int
    stage: Stage = "cable"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Exchange the far ends."""
        wiring.cross(self.pair, self.other)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolaritySwap(Defect):
    """P and N exchanged in the far plug: loss is as it should be, phase is off by half a turn."""

    possible_stages = ("cable",)
    pair: int
    stage: Stage = "cable"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Exchange the conductors."""
        wiring.swap(self.pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLength(Defect):
    """A bundle cut to another length: `ratio` is the true one over the planned one."""

    possible_stages = ("bundle",)
    ratio: float
    stage: Stage = "bundle"

    def cut_length_m(self, planned_m: float) -> float:
        """The planned length times the ratio."""
        return planned_m * self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class BadGround(Defect):
    """A braid that hardly holds on to a plug: ohms in series with the ground from end to end."""

    possible_stages = ("cable",)
    ohm: float
    stage: Stage = "cable"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Add the resistance."""
        wiring.add_ground("ground", self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPresent(Defect):
    """A module-present pin that hardly reaches the ground of its plug: ohms in series."""

    possible_stages = ("cable",)
    end: End
    ohm: float
    stage: Stage = "cable"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Add the resistance."""
        wiring.add_ground(f"{self.end}.present", self.ohm)


def opposite(conductor: Conductor) -> Conductor:
    """The other conductor of a pair."""
    return "N" if conductor == "P" else "P"
