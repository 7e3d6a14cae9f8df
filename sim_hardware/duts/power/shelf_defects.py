"""What can be wrong with a shelf: its busbar, its wiring, its earth, its controller, and what sits in its slots."""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.power.inrush import parallel
from sim_hardware.duts.power.shelf_design import SLOTS
from sim_hardware.duts.power.shelf_parameters import SHELF_METERS, ShelfParameters
from sim_hardware.duts.supply_controller import Metered


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfDefect:
    """Base of all defects of a shelf. Numbers are positive and finite; slots, joints and inlets count from 1.

    Raises DefectError for a number out of place or an empty text.
    """

    def __post_init__(self) -> None:
        kind = type(self).__name__
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is str:
                if not isinstance(value, str) or not value:
                    raise DefectError(f"{kind}: {field.name} = {value!r} is not a text")
            elif field.type is int:
                if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= SLOTS:
                    raise DefectError(f"{kind}: {field.name} = {value!r} is not a whole number from 1 to {SLOTS}")
            elif isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < math.inf:
                raise DefectError(f"{kind}: {field.name} = {value!r} must be positive and finite")

    def alter(self, parameters: ShelfParameters) -> None:
        """Do to a shelf what this defect does; what sits in a slot is altered by `SlotDefect` instead."""

    def to_mapping(self) -> dict[str, Any]:
        """The mapping that `parse_shelf_defect` reads back."""
        return {"kind": type(self).__name__, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class HighJoint(ShelfDefect):
    """`ohm` more in a joint: a bolt that nobody tightened, or an oxidised face."""

    joint: int
    ohm: float

    def alter(self, parameters: ShelfParameters) -> None:
        """Add the resistance."""
        parameters.joint_ohm[self.joint - 1] += self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotShareContact(ShelfDefect):
    """`ohm` between a slot and the share bus; at megohms the contact is open."""

    slot: int
    ohm: float

    def alter(self, parameters: ShelfParameters) -> None:
        """Add the resistance."""
        parameters.share_ohm[self.slot - 1] += self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptySlot(ShelfDefect):
    """A supply that is not there, or not pushed home."""

    slot: int

    def alter(self, parameters: ShelfParameters) -> None:
        """Take the supply out."""
        parameters.is_empty[self.slot - 1] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadFeed(ShelfDefect):
    """A slot that no inlet feeds."""

    slot: int

    def alter(self, parameters: ShelfParameters) -> None:
        """Cut the feed."""
        parameters.fed_by[self.slot - 1] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossedFeeds(ShelfDefect):
    """Two slots whose inlets are exchanged."""

    slot: int
    other: int

    def alter(self, parameters: ShelfParameters) -> None:
        """Exchange the feeds."""
        fed, a, b = parameters.fed_by, self.slot - 1, self.other - 1
        fed[a], fed[b] = fed[b], fed[a]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFeed(ShelfDefect):
    """A slot that is fed from the inlet of another one: both go when that inlet does."""

    slot: int
    inlet: int

    def alter(self, parameters: ShelfParameters) -> None:
        """Lead the other inlet there."""
        parameters.fed_by[self.slot - 1] = self.inlet


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingShelfEarth(ShelfDefect):
    """An earth that nobody joined to the chassis: a withstand test to it then passes vacuously."""

    def alter(self, parameters: ShelfParameters) -> None:
        """Cut the bond."""
        parameters.bond_ohm = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class HighShelfBond(ShelfDefect):
    """`ohm` more between earth and chassis."""

    ohm: float

    def alter(self, parameters: ShelfParameters) -> None:
        """Add the resistance."""
        parameters.bond_ohm += self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class NickedWiring(ShelfDefect):
    """Mains wiring whose insulation breaks down at `volt` (peak)."""

    volt: float

    def alter(self, parameters: ShelfParameters) -> None:
        """Weaken the insulation."""
        parameters.breakdown_v = min(parameters.breakdown_v, self.volt)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyWiring(ShelfDefect):
    """A leak of `ohm` from the live conductors to the chassis."""

    ohm: float

    def alter(self, parameters: ShelfParameters) -> None:
        """Put the leak across the insulation."""
        parameters.line_ohm = parallel(parameters.line_ohm, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfMeterDrift(ShelfDefect):
    """One of the controller's own meters tells `ratio` times the truth."""

    meter: str
    ratio: float

    def __post_init__(self) -> None:
        super(ShelfMeterDrift, self).__post_init__()
        if self.meter not in SHELF_METERS:
            raise DefectError(f"ShelfMeterDrift: meter = {self.meter!r}; possible: {', '.join(SHELF_METERS)}")

    def alter(self, parameters: ShelfParameters) -> None:
        """Change the meter's gain."""
        parameters.meters[cast(Metered, self.meter)] *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongController(ShelfDefect):
    """A controller board of another shelf, which tells another part number."""

    part: str

    def alter(self, parameters: ShelfParameters) -> None:
        """Put the other board in."""
        parameters.part = self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongShelfSerial(ShelfDefect):
    """A controller that holds another serial number than the label."""

    serial: str

    def alter(self, parameters: ShelfParameters) -> None:
        """Write it."""
        parameters.memory_serial = self.serial
