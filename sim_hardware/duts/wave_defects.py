"""What waves meet on a pair that direct current does not see: crushed, split, badly shielded, skewed, wet.

All but `BadLaunch` can be born in the bundle, pass its test by direct current, and show in the finished cable.
"""

from dataclasses import dataclass

from sim_hardware.duts.defect import Defect, DefectError, End, Stage
from sim_hardware.duts.wiring import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class CrushedPair(Defect):
    """A length of a pair pressed flat: lower impedance there. `at` is its place as a share of the length."""

    possible_stages = ("bundle", "cable")
    pair: int
    ohm: float
    at: float = 0.3
    length_m: float = 0.05
    stage: Stage = "bundle"

    def __post_init__(self) -> None:
        super(CrushedPair, self).__post_init__()
        if self.at >= 1:
            raise DefectError(f"CrushedPair: at = {self.at!r} must lie within the cable, between 0 and 1")

    def alter_wiring(self, wiring: Wiring) -> None:
        """Put the section into the pair."""
        wiring.flaws(self.pair).sections.append((self.at, self.length_m, self.ohm))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadPair(CrushedPair):
    """A length of a pair whose conductors were pulled apart: higher impedance there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPair(Defect):
    """One conductor exchanged with one of the next pair, at both plugs: everything connects, and the two pairs couple.

    `coupling` is the backward coupling coefficient. Only neighbours lie close enough for the mistake.
    """

    possible_stages = ("bundle", "cable")
    pair: int
    other: int
    coupling: float
    stage: Stage = "cable"

    def __post_init__(self) -> None:
        super(SplitPair, self).__post_init__()
        if abs(self.pair - self.other) != 1:
            raise DefectError(f"SplitPair: pairs {self.pair} and {self.other} are no neighbours")

    def alter_wiring(self, wiring: Wiring) -> None:
        """Couple the two pairs."""
        wiring.couple(self.pair, self.other, self.coupling)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadShield(Defect):
    """A foil with a gap: part of the wave turns into common mode, and some of it reaches the neighbours.

    `leak` is the common-mode wave over the differential one at the reference frequency.
    """

    possible_stages = ("bundle", "cable")
    pair: int
    leak: float
    stage: Stage = "cable"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Open the shield."""
        wiring.flaws(self.pair).shield_leak += self.leak


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew(Defect):
    """A P conductor longer than its N by this many picoseconds."""

    possible_stages = ("bundle", "cable")
    pair: int
    ps: float
    stage: Stage = "bundle"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Delay P."""
        wiring.flaws(self.pair).skew_s += self.ps * 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class WetDielectric(Defect):
    """Foam that took up water: this much more loss at the reference frequency, rising with frequency."""

    possible_stages = ("bundle", "cable")
    pair: int
    excess_db: float
    stage: Stage = "bundle"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Add the loss."""
        wiring.flaws(self.pair).excess_db += self.excess_db


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLaunch(Defect):
    """A wire that lies badly on its pads: this amplitude more reflected at the reference frequency, at one plug."""

    possible_stages = ("cable",)
    pair: int
    end: End
    reflection: float
    stage: Stage = "cable"

    def alter_wiring(self, wiring: Wiring) -> None:
        """Add the reflection."""
        reflections = wiring.flaws(self.pair).reflection
        reflections[self.end] = reflections.get(self.end, 0.0) + self.reflection
