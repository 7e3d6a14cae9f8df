"""The true parameters of one network adapter: drawn around the design from (seed, serial), then altered by defects."""

import math
from dataclasses import dataclass

from sim_hardware.duts.network.nic_design import NicDesign
from sim_hardware.physics.random_stream import random_stream


@dataclass(slots=True, kw_only=True)
class NicParameters:
    """One adapter as it really is. Mutable only while it is made."""

    design: NicDesign
    snr_db: list[float]
    crossed_lanes: set[int]
    flap_interval_s: float
    pcie_gts: float
    pcie_width: int
    pcie_error_interval_s: float
    """Seconds of traffic between two packets that the PCIe link must send again."""
    memory_serial: str
    memory_part: str
    mac: str


def mac_of(serial: str) -> str:
    """The MAC address of the adapter of this serial number: its digits under a locally administered prefix."""
    number = int("".join(letter for letter in serial if letter.isdigit()) or "0")
    return (0x02524E000000 + (number & 0xFFFFFF)).to_bytes(6, "big").hex(":")


def drawn_nic(design: NicDesign, seed: int, serial: str, *, part: str) -> NicParameters:
    """The parameters of the healthy adapter of this serial number."""
    lanes = random_stream(seed, "nic", serial, "lanes")
    return NicParameters(
        design=design,
        snr_db=[design.snr_db + design.snr_sigma_db * lanes.gauss(0.0, 1.0) for _ in range(design.lanes)],
        crossed_lanes=set(),
        flap_interval_s=math.inf,
        pcie_gts=design.pcie_gts,
        pcie_width=design.pcie_width,
        pcie_error_interval_s=math.inf,
        memory_serial=serial,
        memory_part=part,
        mac=mac_of(serial),
    )
