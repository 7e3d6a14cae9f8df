"""What a digitally managed power supply tells of itself, over PMBus or Modbus."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from drivers.reading import Reading


@dataclass(frozen=True, slots=True)
class SupplyIdentity:
    """Who the supply says it is; the serial number must be the one on its label."""

    maker: str
    part: str
    serial: str
    firmware: str
    date: str


@dataclass(frozen=True, slots=True)
class SupplyEvent:
    """One entry of a supply's black box: what happened, by its standard name, and its own operating hours then."""

    name: str
    hours: float


@runtime_checkable
class SupplyTelemetry(Protocol):
    """The supply's own meters, alarms and log. What it tells is measured by itself, never proof of itself."""

    def read_identity(self) -> SupplyIdentity:
        """Read who it is."""
        ...

    def read_input_voltage(self) -> Reading:
        """Read the input voltage in V rms."""
        ...

    def read_input_current(self) -> Reading:
        """Read the input current in A rms."""
        ...

    def read_input_power(self) -> Reading:
        """Read the input power in W."""
        ...

    def read_output_voltage(self) -> Reading:
        """Read the output voltage in V."""
        ...

    def read_output_current(self) -> Reading:
        """Read the output current in A."""
        ...

    def read_output_power(self) -> Reading:
        """Read the output power in W."""
        ...

    def read_temperatures(self) -> tuple[Reading, ...]:
        """Read its sensors in degC: first the inlet, then the hot spots."""
        ...

    def read_fan_speeds(self) -> tuple[Reading, ...]:
        """Read its fans in 1/min."""
        ...

    def set_fan_duty(self, duty: float | None) -> None:
        """Set the least duty of the fans (0 to 1); None gives them back to the supply's own control."""
        ...

    def read_alarms(self) -> tuple[str, ...]:
        """Read what it complains of now, by names such as OVER_VOLTAGE, OVER_TEMPERATURE_WARNING, AC_LOSS."""
        ...

    def clear_alarms(self) -> None:
        """Clear the latched alarms; a latched output may come back."""
        ...

    def read_events(self) -> tuple[SupplyEvent, ...]:
        """Read its black box, oldest first."""
        ...

    def clear_events(self) -> None:
        """Clear its black box."""
        ...
