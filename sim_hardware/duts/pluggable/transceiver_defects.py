"""What goes wrong with a transceiver beyond its plug: its lasers, its fibres, its receivers."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.pluggable.end_defects import END_DEFECTS, end_sweeps
from sim_hardware.duts.pluggable.transceiver import PLUG
from sim_hardware.duts.pluggable.transceiver_design import OpticalLane, TransceiverDesign, TransceiverParameters
from sim_hardware.duts.single_kind_family import CERTAIN, ONCE, PlacedSweep
from sim_hardware.duts.typed_defect import TypedDefect


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalDefect(TypedDefect):
    """Base of what is wrong with a lane."""

    lane: int

    def alter(self, parameters: TransceiverParameters) -> None:
        """Do to a module what this defect does. Raises ValueError for a lane that it does not have."""
        if self.lane not in parameters.lanes:
            raise ValueError(f"{type(self).__name__}: there is no lane {self.lane}; 1 to {len(parameters.lanes)}")
        self.alter_lane(parameters.lanes[self.lane])

    def alter_lane(self, lane: OpticalLane) -> None:
        """Do to the lane what this defect does."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakLaser(OpticalDefect):
    """A laser that sends so many decibels less."""

    loss_db: float

    def alter_lane(self, lane: OpticalLane) -> None:
        """Dim it."""
        lane.tx_dbm -= self.loss_db


@dataclass(frozen=True, slots=True, kw_only=True)
class DarkLaser(OpticalDefect):
    """A laser that sends nothing."""

    def alter_lane(self, lane: OpticalLane) -> None:
        """Darken it."""
        lane.dark = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisyLane(OpticalDefect):
    """A transmitter or equaliser that leaves so many decibels less, however bright it is."""

    loss_db: float

    def alter_lane(self, lane: OpticalLane) -> None:
        """Lower the ceiling."""
        lane.ceiling_db -= self.loss_db


@dataclass(frozen=True, slots=True, kw_only=True)
class DeafReceiver(OpticalDefect):
    """A receiver that needs so many decibels more of light: badly coupled, or a noisy amplifier."""

    loss_db: float

    def alter_lane(self, lane: OpticalLane) -> None:
        """Deafen it."""
        lane.sensitivity_dbm += self.loss_db


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedLanes(OpticalDefect):
    """Two lasers on each other's fibre."""

    other: int

    def __post_init__(self) -> None:
        super(SwappedLanes, self).__post_init__()
        if self.lane == self.other:
            raise DefectError(f"SwappedLanes: lane {self.lane} cannot change places with itself")

    def alter(self, parameters: TransceiverParameters) -> None:
        """Exchange their fibres. Raises ValueError for a lane that the module does not have."""
        if not {self.lane, self.other} <= set(parameters.lanes):
            raise ValueError(f"SwappedLanes: no lanes {self.lane} and {self.other}; 1 to {len(parameters.lanes)}")
        one, another = parameters.lanes[self.lane], parameters.lanes[self.other]
        one.fibre, another.fibre = another.fibre, one.fibre


_OPTICAL = (WeakLaser, DarkLaser, NoisyLane, DeafReceiver, SwappedLanes)
TRANSCEIVER_DEFECTS: Mapping[str, type[TypedDefect]] = {
    **END_DEFECTS,
    **{kind.__name__: kind for kind in _OPTICAL},
}


def transceiver_sweeps(design: TransceiverDesign) -> tuple[PlacedSweep, ...]:
    """Every defect that a module of this design can have."""

    def lane(draw: random.Random) -> int:
        return draw.randint(1, design.lanes)

    def swap(_: float, draw: random.Random) -> SwappedLanes:
        first, second = draw.sample(range(1, design.lanes + 1), 2)
        return SwappedLanes(lane=first, other=second)

    return (
        *end_sweeps((PLUG,)),
        PlacedSweep(
            "weak_laser",
            "dB",
            (0.5, 1.2, 1.9, 3.2, 4.5, 8.0),
            (4.2, 12.0),
            "light",
            make=lambda x, draw: WeakLaser(lane=lane(draw), loss_db=x),
        ),
        PlacedSweep(
            "noisy_lane",
            "dB",
            (0.5, 1.5, 2.5, 4.2, 5.5, 7.5),
            (4.8, 8.5),
            "lanes",
            make=lambda x, draw: NoisyLane(lane=lane(draw), loss_db=x),
        ),
        PlacedSweep(
            "deaf_receiver",
            "dB",
            (0.3, 0.8, 1.1, 2.0, 2.6, 4.0),
            (2.3, 5.0),
            "lanes",
            make=lambda x, draw: DeafReceiver(lane=lane(draw), loss_db=x),
        ),
        PlacedSweep("dark_laser", "1", ONCE, CERTAIN, "light", make=lambda _, draw: DarkLaser(lane=lane(draw))),
        PlacedSweep("swapped_lanes", "1", ONCE, CERTAIN, "light", make=swap),
    )
