"""What surrounds the unit: chambers, thermometers, and the fixture's own switches and lamps."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from drivers.reading import Reading


@runtime_checkable
class ClimateChamber(Protocol):
    """A temperature chamber."""

    def set_temperature(self, celsius: float) -> None:
        """Set the air temperature that the chamber brings about, and start it."""
        ...

    def measure_temperature(self) -> Reading:
        """Measure the air temperature in degC."""
        ...

    def stop(self) -> None:
        """Stop heating and cooling, and prove it by read-back."""
        ...


@runtime_checkable
class TemperatureLogger(Protocol):
    """Thermocouples on channels."""

    def measure_temperatures(self, channels: Sequence[int]) -> tuple[Reading, ...]:
        """Measure these channels in degC; an open thermocouple is OVER."""
        ...


@runtime_checkable
class ScanningMeter(TemperatureLogger, Protocol):
    """A temperature logger whose channels measure resistance as well."""

    def measure_resistance(self, channel: int) -> Reading:
        """Measure two-wire resistance on a channel in ohms, leads included; OVER is an open."""
        ...


@runtime_checkable
class DigitalIo(Protocol):
    """Lines of a fixture: interlock and clamp inputs, stack light and clamp outputs. Lines count from 0."""

    def read_input(self, line: int) -> bool:
        """Read whether a line is high."""
        ...

    def read_inputs(self, lines: Sequence[int]) -> tuple[bool, ...]:
        """Read whether each of these lines is high, all at one moment."""
        ...

    def set_output(self, line: int, high: bool) -> None:
        """Set a line, and prove it by read-back."""
        ...
