"""What all simulated instruments of a bench share: the world they are wired to, and an error of their own.

Terminals of an instrument begin with its role. Its systematic error comes from its serial number (the same instrument
is always wrong in the same way), its noise from its role on this bench.
"""

import random

from sim_hardware.calibration import Calibration
from sim_hardware.clock import BenchClock
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.world import World


class WorldInstrument(ScpiDevice):
    """A SCPI instrument whose terminals lie in a world."""

    def __init__(self, world: World, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(clock, world.random_stream(f"instrument/{role}"))
        self.world = world
        self.role = role
        self.serial = serial
        self.calibration = Calibration(type(self).__name__, serial, world.age(role))

    def terminal(self, name: str) -> str:
        """The world's name of a terminal of this instrument."""
        return f"{self.role}:{name}"

    def calibration_error(self, name: str) -> random.Random:
        """The stream from which a systematic error of this very instrument is drawn."""
        return self.calibration.stream(name)

    def gain_error(self, name: str, sigma: float) -> float:
        """The gain by which this very instrument is wrong in one function: 1, a draw of this relative sigma, drift."""
        return self.calibration.gain(name, sigma)

    def reset(self) -> None:
        """Take the state that `*RST` asks for."""
