"""What can be wrong with a cable: typed, with a magnitude, and the stage at which it comes to life.

A defect born in the bundle is there in both tests; one born at the plugs ("cable") cannot show before they are on. The
magnitude may be swept across the limit; `draw_defect` takes one that is clearly outside.
"""

import difflib
import math
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal, get_args

from sim_hardware.duts.cmis_map import MapField, spoil_checksum, spoil_field
from sim_hardware.duts.design import TwinaxDesign
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.wiring import SHIELD, Conductor, Wiring

Stage = Literal["bundle", "cable"]
End = Literal["A", "B"]
ENDS: tuple[End, ...] = get_args(End)


class DefectError(ValueError):
    """A defect that cannot be: unknown kind or key, or a magnitude or place that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Base of all defects. `stage` is when it comes to life."""

    possible_stages: ClassVar[tuple[Stage, ...]]
    stage: Stage

    def __post_init__(self) -> None:
        if self.stage not in self.possible_stages:
            known = " or ".join(self.possible_stages)
            raise DefectError(f"{type(self).__name__}: stage {self.stage!r}; it comes to life in the {known}")
        for field in fields(self):
            value, allowed = getattr(self, field.name), get_args(field.type)
            if allowed and value not in allowed:
                raise DefectError(f"{type(self).__name__}: {field.name} = {value!r}; possible: {', '.join(allowed)}")
            if field.type is int and (isinstance(value, bool) or not isinstance(value, int)):
                raise DefectError(f"{type(self).__name__}: {field.name} = {value!r} is not a whole number")
            if field.type is float and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise DefectError(f"{type(self).__name__}: {field.name} = {value!r} is not a number")
            if field.name == "ohm" and not 0 < value < math.inf:
                raise DefectError(f"{type(self).__name__}: ohm = {value!r} must be positive and finite")

    def alter_wiring(self, wiring: Wiring) -> None:
        """Do to the conductors what this defect does; nothing by default."""

    def alter_memory(self, end: str, memory: ModuleMemory) -> None:
        """Do to the memory in the plug at this end what this defect does; nothing by default."""

    def to_mapping(self) -> dict[str, Any]:
        """The mapping that `parse_defect` reads back."""
        return {"kind": type(self).__name__, **asdict(self)}


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
            f"{self.pair}.{self.conductor}", self.other or f"{self.pair}.{_opposite(self.conductor)}", self.ohm
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
            f"{self.pair}.{self.conductor}", self.other or f"{self.pair}.{_opposite(self.conductor)}", self.ohm
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
class EepromChecksum(Defect):
    """A memory whose stored checksum of page 00h is off by `offset` (1 to 255)."""

    possible_stages = ("cable",)
    end: End
    offset: int = 1
    stage: Stage = "cable"

    def __post_init__(self) -> None:
        super(EepromChecksum, self).__post_init__()
        if not 1 <= self.offset <= 255:
            raise DefectError(f"EepromChecksum: offset = {self.offset!r} must lie in 1 to 255")

    def alter_memory(self, end: str, memory: ModuleMemory) -> None:
        """Spoil the checksum."""
        if end == self.end:
            spoil_checksum(memory, self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class EepromIdentity(Defect):
    """A memory that says, with a valid checksum, that the cable is another one."""

    possible_stages = ("cable",)
    end: End
    field: MapField
    stage: Stage = "cable"

    def alter_memory(self, end: str, memory: ModuleMemory) -> None:
        """Write another identity."""
        if end == self.end:
            spoil_field(memory, self.field)


DEFECTS: dict[str, type[Defect]] = {
    kind.__name__: kind
    for kind in (Open, HighResistance, Short, InsulationLeak, CrossedPair, PolaritySwap, EepromChecksum, EepromIdentity)
}


def parse_defect(mapping: Mapping[str, Any]) -> Defect:
    """Read a defect such as {"kind": "Open", "pair": 3, "conductor": "P"}.

    Raises DefectError for an unknown kind or key (naming the nearest), a missing key, or a value out of place.
    """
    arguments = dict(mapping)
    kind = arguments.pop("kind", None)
    if kind not in DEFECTS:
        close = difflib.get_close_matches(str(kind), DEFECTS, n=2) or list(DEFECTS)
        raise DefectError(f"unknown kind of defect {kind!r}; did you mean {', '.join(close)}?")
    known = {field.name for field in fields(DEFECTS[kind])}
    for key in arguments:
        if key not in known:
            raise DefectError(f"{kind}: unknown key {key!r}; known: {', '.join(sorted(known))}")
    try:
        return DEFECTS[kind](**arguments)
    except TypeError as error:
        raise DefectError(f"{kind}: {error}") from error


def draw_defect(rng: random.Random, design: TwinaxDesign, stage: Stage) -> Defect:
    """One defect of this stage, at a drawn place, with a magnitude clearly out of specification."""
    pair = rng.randint(1, design.pairs)
    conductor = rng.choice(get_args(Conductor))
    end = rng.choice(ENDS)
    # Chance is spent before the choice, so that a new kind of defect shifts no place.
    log_magnitude, choice = rng.random(), rng.random()
    others = [k for k in range(1, design.pairs + 1) if k != pair]
    other = rng.choice(others) if others else pair
    if stage == "bundle":
        bridged = rng.choice(["", SHIELD, *([f"{other}.{conductor}"] if others else [])])
        drawn: list[Defect] = [
            Open(pair=pair, conductor=conductor),
            HighResistance(pair=pair, conductor=conductor, ohm=_between(0.3, 30.0, log_magnitude)),
            Short(pair=pair, conductor=conductor, other=bridged, ohm=_between(0.01, 10.0, log_magnitude)),
            InsulationLeak(pair=pair, conductor=conductor, other=bridged, ohm=_between(5e4, 3e6, log_magnitude)),
        ]
    else:
        drawn = [
            Open(pair=pair, conductor=conductor, stage="cable"),
            HighResistance(pair=pair, conductor=conductor, ohm=_between(200.0, 2000.0, log_magnitude), stage="cable"),
            PolaritySwap(pair=pair),
            EepromChecksum(end=end, offset=1 + int(254 * log_magnitude)),
            EepromIdentity(end=end, field=rng.choice(get_args(MapField))),
        ]
    if others:
        drawn.append(CrossedPair(pair=pair, other=other, stage=stage))
    return drawn[int(choice * len(drawn))]


def _between(low: float, high: float, fraction: float) -> float:
    """Logarithmic interpolation."""
    return float(low * (high / low) ** fraction)


def _opposite(conductor: Conductor) -> Conductor:
    return "N" if conductor == "P" else "P"
