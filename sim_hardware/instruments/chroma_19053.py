"""Chroma 19053 hipot tester: insulation resistance and DC withstand, one step.

Terminals HV and LOW. AC withstand, which the real one also has, is not simulated.
"""

from typing import ClassVar

from sim_hardware.clock import BenchClock
from sim_hardware.power.chroma_safety import ChromaSafetyTester
from sim_hardware.power.safety_steps import SafetyRating
from sim_hardware.world import World


class Chroma19053(ChromaSafetyTester):
    """DC to 12 mA."""

    rating: ClassVar[SafetyRating] = SafetyRating(dc_a=0.012)

    def __init__(self, world: World, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(world, clock, role, serial)
        self.idn = f"Chroma,19053,{serial},4.30"
