"""The true parameters of one switch: drawn around the design from (seed, serial), then altered by its defects."""

import math
from dataclasses import dataclass, field

from sim_hardware.duts.network.switch_design import SwitchDesign
from sim_hardware.physics.random_stream import random_stream

RAILS = {"vdd_core": 0.85, "vdd_phy": 0.9, "vdd_1v8": 1.8, "vdd_3v3": 3.3}
"""Voltages inside, V (inferred)."""


@dataclass(slots=True, kw_only=True)
class PortParameters:
    """One port: the SNR of each lane in dB, and what is wrong with it."""

    snr_db: list[float]
    crossed_lanes: set[int] = field(default_factory=set)
    flap_interval_s: float = math.inf
    frames_between_losses: float = math.inf
    ways: int = 1
    """Into how many ports its lanes are split."""


@dataclass(slots=True, kw_only=True)
class PcieParameters:
    """One device of the PCIe tree: what it is, and its link as it trains."""

    address: str
    kind: str
    vendor_id: str
    device_id: str
    name: str
    full_gts: float
    full_width: int
    gts: float
    width: int
    is_there: bool = True


@dataclass(slots=True, kw_only=True)
class SwitchParameters:
    """One switch as it really is. Mutable only while it is made."""

    design: SwitchDesign
    ports: list[PortParameters]
    fan_ratios: list[float]
    """Speed of each fan over what its duty asks for."""
    thermal_ratio: float
    sensor_k: float
    """What the ASIC's sensor adds to the truth, in K."""
    rails: dict[str, float]
    supplies: list[float]
    """Output voltage of each supply; 0 for one that is dead."""
    pcie: list[PcieParameters]
    memory_serial: str
    memory_part: str
    memory_mac: str
    memory_crc_error: int = 0
    """What is added to the checksum of the system EEPROM."""


def base_mac(serial: str) -> str:
    """The first MAC address of the unit of this serial number: its digits under a locally administered prefix."""
    number = int("".join(letter for letter in serial if letter.isdigit()) or "0")
    # A switch has 64 addresses of its own.
    return (0x02524C000000 + (number * 64 & 0xFFFFFF)).to_bytes(6, "big").hex(":")


def drawn_switch(design: SwitchDesign, seed: int, serial: str, *, part: str) -> SwitchParameters:
    """The parameters of the healthy switch of this serial number; every one has a stream of its own."""

    def normal(name: str) -> float:
        return random_stream(seed, "switch", serial, name).gauss(0.0, 1.0)

    ports = []
    for k in range(design.ports):
        centre = design.snr_db + design.snr_port_sigma_db * normal(f"port {k}")
        lanes = random_stream(seed, "switch", serial, f"lanes of port {k}")
        ports.append(
            PortParameters(
                snr_db=[centre + design.snr_lane_sigma_db * lanes.gauss(0.0, 1.0) for _ in range(design.lanes)]
            )
        )
    pcie = [
        ("01:00.0", "Ethernet controller", "15b3", "cf70", "Switch ASIC", 8.0, 4),
        ("02:00.0", "Non-Volatile memory controller", "1987", "5015", "NVMe SSD", 8.0, 4),
        ("03:00.0", "Ethernet controller", "8086", "1533", "Management controller", 2.5, 1),
    ]
    return SwitchParameters(
        design=design,
        ports=ports,
        fan_ratios=[1.0 + design.fan_sigma * normal(f"fan {k}") for k in range(design.fans)],
        thermal_ratio=1.0 + design.thermal_sigma * normal("thermal"),
        sensor_k=design.sensor_sigma_k * normal("sensor"),
        rails={name: volt * (1.0 + design.rail_sigma * normal(name)) for name, volt in RAILS.items()},
        supplies=[design.supply_v * (1.0 + design.supply_sigma * normal(f"psu {k}")) for k in range(design.supplies)],
        pcie=[
            PcieParameters(
                address=address,
                kind=kind,
                vendor_id=vendor,
                device_id=device,
                name=name,
                full_gts=gts,
                full_width=width,
                gts=gts,
                width=width,
            )
            for address, kind, vendor, device, name, gts, width in pcie
        ],
        memory_serial=serial,
        memory_part=part,
        memory_mac=base_mac(serial),
    )
