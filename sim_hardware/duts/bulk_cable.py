"""A lot of bulk cable: what every bundle cut from one reel has in common."""

from dataclasses import dataclass, field
from typing import Any

from sim_hardware.duts.design import TwinaxDesign
from sim_hardware.physics.random_stream import random_stream


@dataclass(frozen=True, slots=True)
class BulkCable:
    """One lot, drawn from (seed, lot): the same lot is the same copper in every process.

    k1, k2 in dB/m (f in GHz), resistance of one conductor in ohm/m, delay in ns/m.
    """

    design: TwinaxDesign
    seed: int
    lot: str
    k1: float = field(init=False)
    k2: float = field(init=False)
    resistance_ohm_m: float = field(init=False)
    delay_ns_m: float = field(init=False)

    def __post_init__(self) -> None:
        draw = random_stream(self.seed, "bulk cable", self.lot).gauss
        design = self.design
        drawn: dict[str, Any] = {
            "k1": design.k1 * (1.0 + draw(0.0, design.lot_sigma)),
            "k2": design.k2 * (1.0 + draw(0.0, design.lot_sigma)),
            # Resistance follows the cross-section, which the wire drawer holds tighter than the foil and foam behind
            # k1, k2.
            "resistance_ohm_m": design.resistance_ohm_m * (1.0 + draw(0.0, design.conductor_sigma)),
            "delay_ns_m": design.delay_ns_m * (1.0 + draw(0.0, design.delay_lot_sigma)),
        }
        for name, value in drawn.items():
            object.__setattr__(self, name, value)
