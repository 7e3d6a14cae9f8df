"""Alarm and warning thresholds of a module, and the flags that a value raises."""

from collections.abc import Iterator
from dataclasses import dataclass, field

HIGH_ALARM, LOW_ALARM, HIGH_WARNING, LOW_WARNING = 8, 4, 2, 1


@dataclass(frozen=True, slots=True)
class MonitorLimits:
    """Thresholds of one monitor, in the order in which all three standards store them."""

    high_alarm: float
    low_alarm: float
    high_warning: float
    low_warning: float

    def __iter__(self) -> Iterator[float]:
        return iter((self.high_alarm, self.low_alarm, self.high_warning, self.low_warning))

    def flags(self, value: float) -> int:
        """HIGH_ALARM | LOW_ALARM | HIGH_WARNING | LOW_WARNING, as far as the value is beyond each."""
        return (
            HIGH_ALARM * (value > self.high_alarm)
            | LOW_ALARM * (value < self.low_alarm)
            | HIGH_WARNING * (value > self.high_warning)
            | LOW_WARNING * (value < self.low_warning)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleLimits:
    """Thresholds of a module; the numbers are those of ordinary data-centre modules (inferred)."""

    temperature_c: MonitorLimits = field(default_factory=lambda: MonitorLimits(75.0, -5.0, 70.0, 0.0))
    supply_v: MonitorLimits = field(default_factory=lambda: MonitorLimits(3.63, 2.97, 3.465, 3.135))
    tx_power_mw: MonitorLimits = field(default_factory=lambda: MonitorLimits(4.0, 0.25, 3.2, 0.4))
    rx_power_mw: MonitorLimits = field(default_factory=lambda: MonitorLimits(4.0, 0.08, 3.2, 0.12))
    bias_ma: MonitorLimits = field(default_factory=lambda: MonitorLimits(120.0, 15.0, 110.0, 20.0))
