"""What simulated sources, loads and meters share: the power grid that joins them to the unit's ports."""

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.power.grid import PowerGrid


class PowerInstrument(WorldInstrument):
    """A SCPI instrument on the power side of a bench."""

    def __init__(self, power: PowerGrid, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(power.world, clock, role, serial)
        self.power = power
