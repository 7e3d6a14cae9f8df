"""What one element of a power analyser is to be measured with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ElementSetting:
    """Ranges in volts and in amperes, or volts of the sensor when there is one; None is automatic.

    `dc` takes mean values instead of rms values.
    """

    volt: float | None = None
    ampere: float | None = None
    sensor_v_per_a: float | None = None
    dc: bool = False
