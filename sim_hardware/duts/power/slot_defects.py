"""What can be wrong with a supply in a slot of a shelf: another model, another firmware, or hurt on its way there."""

from dataclasses import dataclass

from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.shelf_defects import ShelfDefect


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDefect(ShelfDefect):
    """Base of the defects of what sits in `slot`; a shelf of given, tested supplies does not have them."""

    slot: int

    def alter_supply(self, parameters: SupplyParameters) -> None:
        """Do to the supply what this defect does."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongModel(SlotDefect):
    """A supply of another part number, which fits the slot all the same."""

    part: str

    def alter_supply(self, parameters: SupplyParameters) -> None:
        """Put the other model in."""
        parameters.part = self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFirmware(SlotDefect):
    """A supply with a firmware that is not the released one."""

    firmware: str

    def alter_supply(self, parameters: SupplyParameters) -> None:
        """Flash it."""
        parameters.firmware = self.firmware


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReference(SlotDefect):
    """A supply that regulates to `ratio` times its set point."""

    ratio: float

    def alter_supply(self, parameters: SupplyParameters) -> None:
        """Move the set point."""
        parameters.set_point_v *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotShunt(SlotDefect):
    """A supply whose shunt tells `ratio` times the true current."""

    ratio: float

    def alter_supply(self, parameters: SupplyParameters) -> None:
        """Change the meter's gain."""
        parameters.meters["output_current"] *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedFan(SlotDefect):
    """A supply whose fans turn at `ratio` of their speed: a cable in the way."""

    ratio: float

    def alter_supply(self, parameters: SupplyParameters) -> None:
        """Slow the fans down."""
        parameters.fan_ratios = tuple(ratio * self.ratio for ratio in parameters.fan_ratios)
