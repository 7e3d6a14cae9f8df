"""What feeds a unit and what loads it: IviACPwr, IviDCPwr, and electronic loads (no IVI class)."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from drivers.reading import Reading


@runtime_checkable
class AcSource(Protocol):
    """IviACPwr, one phase. Voltages and currents are rms."""

    def configure(self, voltage_v: float, frequency_hz: float) -> None:
        """Set voltage and frequency; an output that is on follows at once."""
        ...

    def set_output(self, on: bool, phase_deg: float = 0.0) -> None:
        """Set the output on at this phase angle (0 is a rising zero crossing, 90 the positive peak), or off."""
        ...

    def drop_output(self, duration_s: float, phase_deg: float = 0.0) -> None:
        """Interrupt the voltage once, from this phase angle on, for this long; returns when it is back."""
        ...

    def measure_voltage(self) -> Reading:
        """Measure the output voltage in V rms."""
        ...

    def measure_current(self) -> Reading:
        """Measure the output current in A rms."""
        ...

    def measure_power(self) -> Reading:
        """Measure the active power in W."""
        ...

    def measure_inrush_current(self) -> Reading:
        """Measure the highest current in A (peak) since the output was last switched on."""
        ...


@dataclass(frozen=True, slots=True)
class LoadRating:
    """The most that a load takes, in V, A and W, whichever comes first."""

    voltage_v: float
    current_a: float
    power_w: float


@runtime_checkable
class ElectronicLoad(Protocol):
    """An electronic load: draws what it is told to, whoever provides it. Slew rates are in A/s."""

    @property
    def rating(self) -> LoadRating:
        """What this model takes."""
        ...

    def set_constant_current(self, current_a: float, slew_a_s: float | None = None) -> None:
        """Set constant current; an input that is on follows at this slew rate, or the fastest."""
        ...

    def set_constant_resistance(self, resistance_ohm: float) -> None:
        """Set constant resistance."""
        ...

    def set_constant_power(self, power_w: float) -> None:
        """Set constant power."""
        ...

    def set_dynamic_current(self, low_a: float, high_a: float, low_s: float, high_s: float, slew_a_s: float) -> None:
        """Set a current that goes to and fro between two levels while the input is on, beginning with the low one."""
        ...

    def set_input(self, on: bool) -> None:
        """Set the input on or off."""
        ...

    def measure_voltage(self) -> Reading:
        """Measure the voltage at the sense terminals in V."""
        ...

    def measure_current(self) -> Reading:
        """Measure the current drawn in A."""
        ...

    def measure_power(self) -> Reading:
        """Measure the power drawn in W."""
        ...

    def read_trips(self) -> tuple[str, ...]:
        """Read which protections of the load have tripped, such as OVP or REVERSE; empty when none has."""
        ...


@runtime_checkable
class PowerSupply(Protocol):
    """IviDCPwr. `channel` counts from 1; a supply with one output has channel 1 alone."""

    def configure(
        self, voltage_v: float, current_limit_a: float, overvoltage_v: float | None = None, channel: int = 1
    ) -> None:
        """Set voltage, current limit and, if given, the level at which the supply protects itself."""
        ...

    def set_output(self, on: bool, channel: int = 1) -> None:
        """Set the output on or off, and prove it by read-back."""
        ...

    def clear_protection(self, channel: int = 1) -> None:
        """Set a tripped protection back, with the output off, so that it does not come on by this."""
        ...

    def measure_voltage(self, channel: int = 1) -> Reading:
        """Measure the voltage at the sense terminals in V."""
        ...

    def measure_current(self, channel: int = 1) -> Reading:
        """Measure the current in A; negative when the supply sinks."""
        ...


@runtime_checkable
class OutputWatchdog(Protocol):
    """What some power supplies have besides: outputs that latch off when nobody speaks to the supply for too long."""

    def arm_watchdog(self, seconds: int) -> None:
        """Set the watchdog to this many seconds of silence, proven by read-back."""
        ...

    def feed_watchdog(self) -> None:
        """Get whether the watchdog is armed, which keeps it quiet; raise `DeviceError` when it is not."""
        ...

    def disarm_watchdog(self) -> None:
        """Set the watchdog off."""
        ...
