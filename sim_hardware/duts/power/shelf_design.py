"""A power shelf as designed and as specified: busbar joints, wiring, earth, and its controller's meters.

What its supplies do is their own design's. Joints, contacts and wiring are the shelf's.
"""

from dataclasses import dataclass, fields

from sim_hardware.duts.design import DesignError, _FloatTable

SLOTS = 6
"""Supplies of a shelf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfDesign(_FloatTable):
    """Nominal values in the units of their names, and the spread of healthy shelves.

    `joint_ohm` is one joint between a slot and the busbar. `meter_sigma` is a relative standard deviation, the other
    spreads are standard deviations of logarithms. Insulation is that of the shelf's wiring, its supplies' apart.

    Raises DesignError when a number is negative, or zero where nothing would be left.
    """

    joint_ohm: float
    bond_ohm: float
    insulation_ohm: float
    wiring_farad: float
    breakdown_v: float
    joint_sigma: float
    bond_sigma: float
    insulation_sigma: float
    breakdown_sigma: float
    meter_sigma: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            may_be_zero = field.name.endswith("_sigma")
            if value < 0 or (value == 0 and not may_be_zero):
                raise DesignError(
                    f"ShelfDesign: {field.name} = {value!r} must be {'at least' if may_be_zero else 'above'} 0"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfSpecification(_FloatTable):
    """Within what the true parameters of a good shelf lie.

    `share_contact_max_ohm` is what a slot's contact to the share bus may have: beside the 100 kohm of a supply's
    input 5 kohm are 5 % of the current. `insulation_min_ohm` holds from all lines and neutrals to the earth,
    `withstand_v` is a peak.
    """

    joint_max_ohm: float
    share_contact_max_ohm: float
    bond_max_ohm: float
    insulation_min_ohm: float
    withstand_v: float
    meter_max: float


ORV3_6X = ShelfDesign(
    joint_ohm=2e-5,
    bond_ohm=0.012,
    insulation_ohm=2e10,
    wiring_farad=2e-10,
    breakdown_v=4200.0,
    joint_sigma=0.08,
    bond_sigma=0.1,
    insulation_sigma=0.3,
    breakdown_sigma=0.04,
    meter_sigma=0.0015,
)

ORV3_6X_SPECIFICATION = ShelfSpecification(
    joint_max_ohm=5e-5,
    share_contact_max_ohm=5e3,
    bond_max_ohm=0.1,
    insulation_min_ohm=1e8,
    withstand_v=2121.0,
    meter_max=0.02,
)

SHELF_DESIGNS = {"orv3_6x": (ORV3_6X, ORV3_6X_SPECIFICATION)}
"""The presets by name, each with its specification."""
