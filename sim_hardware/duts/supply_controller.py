"""What a power supply's own processor knows and obeys, whatever bus asks it.

A bus slave (Modbus, PMBus) only translates this; the values carry the errors of the supply's own meters.
"""

from typing import Literal, Protocol, runtime_checkable

Metered = Literal[
    "input_voltage",
    "input_current",
    "input_power",
    "input_frequency",
    "power_factor",
    "bulk_voltage",
    "output_voltage",
    "output_current",
    "output_power",
    "standby_voltage",
]
Alarm = Literal[
    "AC_LOSS",
    "FAN_FAULT",
    "OVER_CURRENT",
    "OVER_TEMPERATURE",
    "OVER_TEMPERATURE_WARNING",
    "OVER_VOLTAGE",
    "SHORT_CIRCUIT",
    "UNDER_VOLTAGE",
]


@runtime_checkable
class SupplyController(Protocol):
    """Whoever looks has brought the bench up to the present before (`PowerGrid.advance`)."""

    maker: str
    part: str
    serial: str
    firmware: str
    date: str

    def measured(self, name: Metered) -> float:
        """One of its meters, in V, A, W, Hz or as a ratio."""
        ...

    def temperatures(self) -> tuple[float, ...]:
        """Its sensors in degC: inlet, primary, secondary."""
        ...

    def fan_speeds(self) -> tuple[float, ...]:
        """Its fans in 1/min."""
        ...

    def alarms(self) -> frozenset[Alarm]:
        """What it complains of now, latched ones included."""
        ...

    def output_is_on(self) -> bool:
        """Whether the main output regulates."""
        ...

    def set_output(self, on: bool) -> None:
        """Switch the main output by command."""
        ...

    def set_fan_duty(self, duty: float | None) -> None:
        """Least duty of the fans, 0 to 1; None for its own control."""
        ...

    def clear_alarms(self) -> None:
        """Forget latched alarms; a latched output starts again."""
        ...

    def events(self) -> tuple[tuple[Alarm, float], ...]:
        """The black box, oldest first: what happened, at how many operating hours."""
        ...

    def clear_events(self) -> None:
        """Empty the black box."""
        ...
