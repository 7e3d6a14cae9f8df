"""What a switch says of its modules, supplies, fans and sensors, whatever its operating system.

A value that the switch does not give ("N/A", "None") is None here and never zero; a part that is not fitted is there
and says so.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """The four thresholds around a monitored value, in its unit; one that is not given is None."""

    high_alarm: float | None
    high_warning: float | None
    low_warning: float | None
    low_alarm: float | None


@dataclass(frozen=True, slots=True)
class ModuleIdentity:
    """A plugged module as its EEPROM says, texts as the switch prints them. Length in m."""

    port: str
    kind: str
    manufacturer: str | None
    part: str | None
    serial: str | None
    revision: str | None
    date_code: str | None
    length_m: float | None


@dataclass(frozen=True, slots=True)
class ModuleMonitor:
    """A module's own measurements: degC, V, powers in dBm and bias in A by lane, lane 1 first.

    `temperature_band` and the others are None where the switch gives no thresholds at all.
    """

    port: str
    temperature_c: float | None
    voltage_v: float | None
    rx_power_dbm: tuple[float | None, ...]
    tx_power_dbm: tuple[float | None, ...]
    tx_bias_a: tuple[float | None, ...]
    temperature_band: Band | None
    voltage_band: Band | None
    rx_power_band: Band | None
    tx_power_band: Band | None
    tx_bias_band: Band | None


@dataclass(frozen=True, slots=True)
class SwitchSupply:
    """A supply slot. `ok` is what the switch makes of it; V, A and W of its output."""

    name: str
    present: bool
    ok: bool
    status: str
    part: str | None
    serial: str | None
    voltage_v: float | None
    current_a: float | None
    power_w: float | None


@dataclass(frozen=True, slots=True)
class SwitchFan:
    """A fan: its speed as a part of the highest (0 to 1)."""

    name: str
    present: bool
    ok: bool
    status: str
    speed: float | None
    direction: str | None


@dataclass(frozen=True, slots=True)
class SwitchSensor:
    """A temperature sensor with its thresholds in degC; `warning` is the switch's own verdict, None if it has none."""

    name: str
    temperature_c: float | None
    band: Band
    warning: bool | None


@dataclass(frozen=True, slots=True)
class TableNeighbour:
    """A row of a switch's short neighbour table; the cable map needs the full one."""

    local_port: str
    chassis_name: str
    port_id: str
    port_description: str | None
