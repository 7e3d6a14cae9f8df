"""What simulated sources and meters of light and lanes share: the paths that join them to the unit."""

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.signals.paths import SignalPaths


class SignalInstrument(WorldInstrument):
    """A SCPI instrument on the fibres or lanes of a bench."""

    def __init__(self, signals: SignalPaths, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(signals.world, clock, role, serial)
        self.signals = signals
