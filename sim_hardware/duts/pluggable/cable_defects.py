"""What goes wrong with an active cable beyond its plugs: its lanes, its retimers, its two memories exchanged."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.pluggable.active_cable import ENDS
from sim_hardware.duts.pluggable.cable_design import ActiveCableDesign, ActiveCableParameters, LaneParameters
from sim_hardware.duts.pluggable.end_defects import END_DEFECTS, end_sweeps
from sim_hardware.duts.single_kind_family import CERTAIN, ONCE, PlacedSweep
from sim_hardware.duts.typed_defect import TypedDefect

_BURSTY_DB = 20.75
"""The SNR of a lane whose equaliser errs in runs: 6e-7, within the limit of the bit error ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CableLaneDefect(TypedDefect):
    """Base of what is wrong with lanes; `end` is the plug that receives them."""

    end: str

    def __post_init__(self) -> None:
        super(CableLaneDefect, self).__post_init__()
        if self.end not in ENDS:
            raise DefectError(f"{type(self).__name__}: end = {self.end!r}; possible: {', '.join(ENDS)}")

    def alter(self, parameters: ActiveCableParameters) -> None:
        """Do to a cable what this defect does. Raises ValueError for a lane that it does not have."""
        raise NotImplementedError

    def lane_of(self, parameters: ActiveCableParameters, lane: int) -> LaneParameters:
        """A lane of the cable. Raises ValueError for one that it does not have."""
        if lane not in parameters.lanes[self.end]:
            raise ValueError(f"{type(self).__name__}: there is no lane {lane}; 1 to {len(parameters.lanes[self.end])}")
        return parameters.lanes[self.end][lane]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalLane(CableLaneDefect):
    """A lane whose signal-to-noise ratio is so many decibels lower."""

    lane: int
    loss_db: float

    def alter(self, parameters: ActiveCableParameters) -> None:
        """Lower it."""
        self.lane_of(parameters, self.lane).snr_db -= self.loss_db


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstyLane(CableLaneDefect):
    """A lane whose equaliser, once wrong, stays so with this chance; its bit error ratio alone looks good."""

    lane: int
    run_on: float

    def __post_init__(self) -> None:
        super(BurstyLane, self).__post_init__()
        if self.run_on >= 1.0:
            raise DefectError(f"BurstyLane: run_on = {self.run_on!r} must lie below 1")

    def alter(self, parameters: ActiveCableParameters) -> None:
        """Let it err on."""
        one = self.lane_of(parameters, self.lane)
        one.snr_db, one.run_on = _BURSTY_DB, self.run_on


@dataclass(frozen=True, slots=True, kw_only=True)
class InvertedLane(CableLaneDefect):
    """A lane with P and N exchanged."""

    lane: int

    def alter(self, parameters: ActiveCableParameters) -> None:
        """Exchange them."""
        self.lane_of(parameters, self.lane).inverted = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLane(CableLaneDefect):
    """A lane that carries nothing."""

    lane: int

    def alter(self, parameters: ActiveCableParameters) -> None:
        """Silence it."""
        self.lane_of(parameters, self.lane).dead = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRetimer(CableLaneDefect):
    """A retimer that sends nothing to the host at its end, while its controller says that all is well."""

    def alter(self, parameters: ActiveCableParameters) -> None:
        """Silence every lane."""
        for one in parameters.lanes[self.end].values():
            one.dead = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedMemories(TypedDefect):
    """The memories of the two plugs programmed into each other."""

    def alter(self, parameters: ActiveCableParameters) -> None:
        """Exchange what they say."""
        a, b = parameters.ends["A"], parameters.ends["B"]
        a.identity, b.identity = b.identity, a.identity
        a.plug, b.plug = b.plug, a.plug


_LANES = (MarginalLane, BurstyLane, InvertedLane, DeadLane, DeadRetimer)
CABLE_DEFECTS: Mapping[str, type[TypedDefect]] = {
    **{name: kind for name, kind in END_DEFECTS.items() if name != "IgnoredLowPower"},
    **{kind.__name__: kind for kind in _LANES},
    "SwappedMemories": SwappedMemories,
}


def cable_sweeps(design: ActiveCableDesign) -> tuple[PlacedSweep, ...]:
    """Every defect that a cable of this design can have."""

    def end(draw: random.Random) -> str:
        return draw.choice(ENDS)

    def lane(draw: random.Random) -> int:
        return draw.randint(1, design.lanes)

    return (
        *(sweep for sweep in end_sweeps(ENDS) if sweep.name != "low_power_ignored"),
        PlacedSweep(
            "marginal_lane",
            "dB",
            (0.5, 1.2, 1.9, 2.6, 3.5, 4.5, 6.0),
            (4.6, 9.0),
            "lanes",
            make=lambda x, draw: MarginalLane(end=end(draw), lane=lane(draw), loss_db=x),
        ),
        PlacedSweep(
            "bursty_lane",
            "1",
            (0.3, 0.5, 0.65, 0.75, 0.85, 0.92, 0.97),
            (0.93, 0.98),
            "lanes",
            make=lambda x, draw: BurstyLane(end=end(draw), lane=lane(draw), run_on=x),
        ),
        PlacedSweep(
            "inverted_lane",
            "1",
            ONCE,
            CERTAIN,
            "lanes",
            make=lambda _, draw: InvertedLane(end=end(draw), lane=lane(draw)),
        ),
        PlacedSweep(
            "dead_lane", "1", ONCE, CERTAIN, "lanes", make=lambda _, draw: DeadLane(end=end(draw), lane=lane(draw))
        ),
        PlacedSweep("dead_retimer", "1", ONCE, CERTAIN, "lanes", make=lambda _, draw: DeadRetimer(end=end(draw))),
        PlacedSweep("swapped_memories", "1", ONCE, CERTAIN, "memories", make=lambda _x, _d: SwappedMemories()),
    )
