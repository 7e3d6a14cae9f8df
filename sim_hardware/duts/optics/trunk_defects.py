"""What goes wrong with a fibre trunk, and over which magnitudes it goes from harmless to certain."""

import random
from dataclasses import dataclass

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.optics.fibre_trunk import ENDS, End, FibreTrunk
from sim_hardware.duts.optics.trunk_design import POLARITIES, Polarity, TrunkDesign, far_position
from sim_hardware.duts.single_kind_family import CERTAIN, ONCE, PlacedSweep
from sim_hardware.duts.typed_defect import TypedDefect


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkDefect(TypedDefect):
    """Base of all defects of a trunk."""

    def alter(self, trunk: FibreTrunk) -> None:
        """Do to a trunk what this defect does. Raises ValueError where it has no such place."""
        raise NotImplementedError


def _end(kind: str, end: str) -> End:
    if end not in ENDS:
        raise DefectError(f"{kind}: end = {end!r}; possible: {', '.join(ENDS)}")
    return "A" if end == "A" else "B"


def _position(trunk: FibreTrunk, position: int) -> int:
    if position not in trunk.fibres:
        raise ValueError(f"trunk {trunk.serial} has no fibre {position}; it has 1 to {trunk.design.fibres}")
    return position


@dataclass(frozen=True, slots=True, kw_only=True)
class DirtyFace(TrunkDefect):
    """Dirt that hides this share of the mode of a fibre at an end, and throws light back."""

    end: str
    fibre: int
    share: float

    def __post_init__(self) -> None:
        super(DirtyFace, self).__post_init__()
        _end("DirtyFace", self.end)
        if self.share >= 1.0:
            raise DefectError(f"DirtyFace: share = {self.share!r} must lie below 1")

    def alter(self, trunk: FibreTrunk) -> None:
        """Put the dirt on."""
        trunk.fibres[_position(trunk, self.fibre)].faces[_end("DirtyFace", self.end)].dirt = self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class PistonedFibre(TrunkDefect):
    """A fibre that has drawn back into its ferrule by so many metres: it touches nothing any more."""

    end: str
    fibre: int
    gap_m: float

    def __post_init__(self) -> None:
        super(PistonedFibre, self).__post_init__()
        _end("PistonedFibre", self.end)

    def alter(self, trunk: FibreTrunk) -> None:
        """Draw it back."""
        trunk.fibres[_position(trunk, self.fibre)].faces[_end("PistonedFibre", self.end)].gap_m = self.gap_m


@dataclass(frozen=True, slots=True, kw_only=True)
class CrackedFerrule(TrunkDefect):
    """A crack before this position of an end: from there on every fibre lies so many metres across."""

    end: str
    fibre: int
    offset_m: float

    def __post_init__(self) -> None:
        super(CrackedFerrule, self).__post_init__()
        _end("CrackedFerrule", self.end)

    def alter(self, trunk: FibreTrunk) -> None:
        """Shift the fibres behind the crack."""
        end, first = _end("CrackedFerrule", self.end), _position(trunk, self.fibre)
        for position, fibre in trunk.fibres.items():
            if (position if end == "A" else fibre.far) >= first:
                fibre.faces[end].offset_m = self.offset_m


@dataclass(frozen=True, slots=True, kw_only=True)
class BentFibre(TrunkDefect):
    """A fibre bent too tightly within the cable: so many decibels at 1550 nm, few of them at 1310 nm."""

    fibre: int
    loss_db: float

    def alter(self, trunk: FibreTrunk) -> None:
        """Bend it."""
        trunk.fibres[_position(trunk, self.fibre)].bend_db = self.loss_db


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarityFlip(TrunkDefect):
    """Two fibres laid into each other's place at end B."""

    fibre: int
    other: int

    def __post_init__(self) -> None:
        super(PolarityFlip, self).__post_init__()
        if self.fibre == self.other:
            raise DefectError(f"PolarityFlip: fibre {self.fibre} cannot change places with itself")

    def alter(self, trunk: FibreTrunk) -> None:
        """Exchange them."""
        trunk.exchange(_position(trunk, self.fibre), _position(trunk, self.other))


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPolarityType(TrunkDefect):
    """A trunk built as another type than its label says: "A", "B" or "C"."""

    built: str

    def __post_init__(self) -> None:
        super(WrongPolarityType, self).__post_init__()
        if self.built not in POLARITIES:
            raise DefectError(f"WrongPolarityType: built = {self.built!r}; possible: {', '.join(POLARITIES)}")

    def alter(self, trunk: FibreTrunk) -> None:
        """Lead every fibre where the other type has it. Raises ValueError where that is the right type."""
        if self.built == trunk.polarity:
            raise ValueError(f"trunk {trunk.serial} is of type {self.built} by design")
        for position, fibre in trunk.fibres.items():
            fibre.far = far_position(_type(self.built), trunk.design.fibres, position)


def _type(name: str) -> Polarity:
    return next(polarity for polarity in POLARITIES if polarity == name)


TRUNK_DEFECTS: dict[str, type[TrunkDefect]] = {
    kind.__name__: kind
    for kind in (DirtyFace, PistonedFibre, CrackedFerrule, BentFibre, PolarityFlip, WrongPolarityType)
}


def trunk_sweeps(design: TrunkDesign, polarity: Polarity) -> tuple[PlacedSweep, ...]:
    """Every defect that a trunk of this design can have."""
    others = [one for one in POLARITIES if one != polarity]

    def fibre(draw: random.Random) -> int:
        return draw.randint(1, design.fibres)

    def end(draw: random.Random) -> End:
        return draw.choice(ENDS)

    def flip(_: float, draw: random.Random) -> PolarityFlip:
        first, second = draw.sample(range(1, design.fibres + 1), 2)
        return PolarityFlip(fibre=first, other=second)

    return (
        PlacedSweep(
            "dirty_face",
            "1",
            (0.001, 0.004, 0.008, 0.015, 0.03, 0.1, 0.3),
            (0.05, 0.5),
            "fibres",
            make=lambda x, draw: DirtyFace(end=end(draw), fibre=fibre(draw), share=x),
        ),
        PlacedSweep(
            "pistoned_fibre",
            "m",
            (2e-8, 6e-8, 1.2e-7, 3e-7, 1e-6, 5e-6),
            (6e-7, 2e-5),
            "fibres",
            make=lambda x, draw: PistonedFibre(end=end(draw), fibre=fibre(draw), gap_m=x),
        ),
        PlacedSweep(
            "cracked_ferrule",
            "m",
            (0.3e-6, 0.8e-6, 1.3e-6, 1.6e-6, 2e-6, 3e-6),
            (2.4e-6, 6e-6),
            "fibres",
            make=lambda x, draw: CrackedFerrule(end=end(draw), fibre=fibre(draw), offset_m=x),
        ),
        PlacedSweep(
            "bent_fibre",
            "dB",
            (0.1, 0.25, 0.4, 0.55, 0.9, 2.0),
            (0.9, 6.0),
            "fibres",
            make=lambda x, draw: BentFibre(fibre=fibre(draw), loss_db=x),
        ),
        PlacedSweep("polarity_flip", "1", ONCE, CERTAIN, "fibres", make=flip),
        PlacedSweep(
            "wrong_polarity_type",
            "1",
            ONCE,
            CERTAIN,
            "fibres",
            make=lambda _, draw: WrongPolarityType(built=draw.choice(others)),
        ),
    )
