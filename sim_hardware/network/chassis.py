"""What a switch is made of, as its operating system can see it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from sim_hardware.network.port import Port


@dataclass(slots=True)
class Fan:
    """A fan: its speed in 1/min is asked for at a duty from 0 to 1."""

    name: str
    rpm_at: Callable[[float], float]
    full_rpm: float
    drawer: str = ""
    direction: str = "intake"


@dataclass(slots=True)
class Thermometer:
    """A temperature in degC at a fan duty and a share of traffic, and the threshold above which it warns."""

    name: str
    celsius: Callable[[float, float], float]
    high_c: float = 95.0
    critical_c: float = 105.0


@dataclass(slots=True)
class Rail:
    """A voltage inside, V."""

    name: str
    volt: float
    low_v: float
    high_v: float


@dataclass(slots=True)
class SupplySlot:
    """A power supply that is plugged in; V and A of its output."""

    name: str
    model: str
    serial: str
    volt: float
    ampere: float
    is_present: bool = True
    is_good: bool = True


@dataclass(slots=True)
class PcieDevice:
    """A device on the PCIe tree: address, class, IDs, and the link it could have and has (GT/s, lanes)."""

    address: str
    kind: str
    vendor_id: str
    device_id: str
    name: str
    speed_gts: float
    width: int
    speed_now_gts: float
    width_now: int
    serial: str = ""
    part: str = ""
    error_interval_s: float = math.inf
    """Seconds of traffic between two packets that had to be sent again."""


@dataclass(slots=True)
class SwitchChassis:
    """A switch. `eeprom` is what its system EEPROM holds (ONIE TLV)."""

    hostname: str
    base_mac: str
    platform: str
    hwsku: str
    asic: str
    serial: str
    eeprom: bytes
    ports: list[Port]
    fans: list[Fan] = field(default_factory=list)
    thermometers: list[Thermometer] = field(default_factory=list)
    rails: list[Rail] = field(default_factory=list)
    supplies: list[SupplySlot] = field(default_factory=list)
    pcie: list[PcieDevice] = field(default_factory=list)
    os_version: str = "SONiC.202405.1"
    seed: int = 0
    """Seeds the noise of its counters."""


@dataclass(slots=True)
class HostChassis:
    """A host with network adapters. `ports` belong to the adapters, `pcie` has one function a port, in their order."""

    hostname: str
    chassis_mac: str
    serial: str
    product: str
    ports: list[Port]
    pcie: list[PcieDevice]
    os_version: str = "Ubuntu 24.04.1 LTS"
    seed: int = 0
