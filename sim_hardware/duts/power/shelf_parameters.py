"""The true parameters of one shelf: drawn around its design from (seed, serial), then altered by its defects."""

import math
from dataclasses import dataclass

from sim_hardware.duts.power.shelf_design import SLOTS, ShelfDesign
from sim_hardware.duts.supply_controller import Metered
from sim_hardware.physics.random_stream import random_stream

SHELF_METERS: tuple[Metered, ...] = ("output_voltage", "output_current", "input_power")
"""What the shelf's controller measures itself; everything else it asks its supplies for."""


@dataclass(slots=True, kw_only=True)
class ShelfParameters:
    """One shelf as it really is, without its supplies. Lists are by slot. Mutable only while it is made."""

    design: ShelfDesign
    joint_ohm: list[float]
    share_ohm: list[float]
    """Contact of each slot to the share bus; zero in a healthy shelf."""
    fed_by: list[int | None]
    """Which inlet (from 1) feeds each slot; its own in a healthy shelf, None when it is fed by none."""
    is_empty: list[bool]
    bond_ohm: float
    """Earth to chassis; infinite when it is missing."""
    line_ohm: float
    neutral_ohm: float
    breakdown_v: float
    meters: dict[Metered, float]
    """Gain of each of its own meters."""
    part: str
    """As its controller tells it."""
    memory_serial: str
    maker: str
    firmware: str
    date: str


def drawn_shelf_parameters(
    design: ShelfDesign, seed: int, serial: str, *, part: str, maker: str, firmware: str, date: str
) -> ShelfParameters:
    """The parameters of the healthy shelf of this serial number; every one has a stream of its own."""

    def normal(name: str) -> float:
        return random_stream(seed, "shelf", serial, name).gauss(0.0, 1.0)

    d = design
    return ShelfParameters(
        design=design,
        joint_ohm=[d.joint_ohm * math.exp(d.joint_sigma * normal(f"joint {k}")) for k in range(SLOTS)],
        share_ohm=[0.0] * SLOTS,
        fed_by=list(range(1, SLOTS + 1)),
        is_empty=[False] * SLOTS,
        bond_ohm=d.bond_ohm * math.exp(d.bond_sigma * normal("bond")),
        line_ohm=d.insulation_ohm * math.exp(d.insulation_sigma * normal("line insulation")),
        neutral_ohm=d.insulation_ohm * math.exp(d.insulation_sigma * normal("neutral insulation")),
        breakdown_v=d.breakdown_v * (1.0 + d.breakdown_sigma * normal("breakdown")),
        meters={name: 1.0 + _spread(d, name) * normal(f"meter {name}") for name in SHELF_METERS},
        part=part,
        memory_serial=serial,
        maker=maker,
        firmware=firmware,
        date=date,
    )


def _spread(design: ShelfDesign, meter: Metered) -> float:
    """A voltage is measured through a divider, everything else through a shunt or a transformer as well."""
    return (0.2 if meter == "output_voltage" else 1.0) * design.meter_sigma
