"""What simulated devices on a serial line share that see the bench: relays, chambers, a supply's own bus."""

import random

from sim_hardware.byte_device import BytePort
from sim_hardware.calibration import Calibration
from sim_hardware.clock import BenchClock
from sim_hardware.power.grid import PowerGrid


class SerialInstrument:
    """A byte device on a serial line with terminals in the world; `port` is None while nobody has the line open."""

    def __init__(self, power: PowerGrid, clock: BenchClock, role: str, serial: str) -> None:
        self.power = power
        self.world = power.world
        self.clock = clock
        self.role = role
        self.serial = serial
        self.calibration = Calibration(type(self).__name__, serial, power.world.age(role))
        self.rng = power.world.random_stream(f"instrument/{role}")
        self.port: BytePort | None = None

    def terminal(self, name: str) -> str:
        """The world's name of a terminal of this device."""
        return f"{self.role}:{name}"

    def calibration_error(self, name: str) -> random.Random:
        """The stream from which a systematic error of this very device is drawn."""
        return self.calibration.stream(name)

    def connected(self, port: BytePort) -> None:
        """A client has opened the line."""
        self.port = port

    def received(self, content: bytes) -> None:
        """Bytes have come from the client, in pieces as it wrote them."""
        raise NotImplementedError

    def disconnected(self) -> None:
        """The client has closed the line."""
        self.port = None
