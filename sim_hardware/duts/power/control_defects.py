"""What can be wrong with what a supply knows of itself: meters, sensors, fans, memory."""

from dataclasses import dataclass
from typing import cast, get_args

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.power.defect import SupplyDefect
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.supply_controller import Metered


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuntDrift(SupplyDefect):
    """An output shunt that tells `ratio` times the true current."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Change the meter's gain."""
        parameters.meters["output_current"] *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterDrift(SupplyDefect):
    """One of its meters (see `Metered`) tells `ratio` times the truth."""

    meter: str
    ratio: float

    def __post_init__(self) -> None:
        super(MeterDrift, self).__post_init__()
        known = tuple(name for name in get_args(Metered) if name != "output_power")
        if self.meter not in known:
            raise DefectError(f"MeterDrift: meter = {self.meter!r}; possible: {', '.join(known)}")

    def alter(self, parameters: SupplyParameters) -> None:
        """Change the meter's gain."""
        parameters.meters[cast(Metered, self.meter)] *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorDrift(SupplyDefect):
    """Temperature sensors that tell `drift_k` too much: warning and shutdown come early, or late when negative."""

    drift_k: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Move the sensors."""
        parameters.sensor_k += self.drift_k


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningDrift(SupplyDefect):
    """A warning that comes `drift_k` early, or late when negative, with the shutdown where it should be."""

    drift_k: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Move the warning."""
        parameters.warning_sensor_k += self.drift_k


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowFan(SupplyDefect):
    """A fan (from 1) at `ratio` of its speed."""

    fan: int
    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Slow the fan down."""
        _slow(parameters, self.fan, self.ratio)


@dataclass(frozen=True, slots=True, kw_only=True)
class FanStall(SupplyDefect):
    """A fan (from 1) that does not turn."""

    fan: int

    def alter(self, parameters: SupplyParameters) -> None:
        """Stop the fan."""
        _slow(parameters, self.fan, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongFirmware(SupplyDefect):
    """A firmware that is not the released one."""

    firmware: str

    def alter(self, parameters: SupplyParameters) -> None:
        """Flash it."""
        parameters.firmware = self.firmware


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSerial(SupplyDefect):
    """A memory that holds another serial number than the label."""

    serial: str

    def alter(self, parameters: SupplyParameters) -> None:
        """Write it."""
        parameters.memory_serial = self.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadBlackBox(SupplyDefect):
    """A black box that records nothing."""

    def alter(self, parameters: SupplyParameters) -> None:
        """Take it away."""
        parameters.has_black_box = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckLog(SupplyDefect):
    """A black box that does not let itself be emptied."""

    def alter(self, parameters: SupplyParameters) -> None:
        """Write-protect it."""
        parameters.clears_log = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckLatch(SupplyDefect):
    """A trip that no command takes back; only the mains do."""

    def alter(self, parameters: SupplyParameters) -> None:
        """Break the way to it."""
        parameters.unlatches = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoresPsOn(SupplyDefect):
    """A main output that comes up with the mains, whether it was asked for or not."""

    def alter(self, parameters: SupplyParameters) -> None:
        """Tie the input low inside."""
        parameters.ignores_ps_on = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPart(SupplyDefect):
    """A memory that holds another model's part number."""

    part: str

    def alter(self, parameters: SupplyParameters) -> None:
        """Write it."""
        parameters.part = self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowStart(SupplyDefect):
    """An output that waits too long before it comes up."""

    delay_s: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Wait as well."""
        parameters.start_delay_s += self.delay_s


def _slow(parameters: SupplyParameters, fan: int, ratio: float) -> None:
    fans = list(parameters.fan_ratios)
    if fan > len(fans):
        raise ValueError(f"fan {fan}: this supply has {len(fans)}")
    fans[fan - 1] *= ratio
    parameters.fan_ratios = tuple(fans)
