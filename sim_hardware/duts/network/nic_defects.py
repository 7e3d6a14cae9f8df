"""What can be wrong with a network adapter, and over which magnitudes it goes from harmless to certain."""

import random
from dataclasses import dataclass

from sim_hardware.duts.network.defect import NetworkDefect, place
from sim_hardware.duts.network.nic_design import NicDesign, NicSpecification
from sim_hardware.duts.network.nic_parameters import NicParameters
from sim_hardware.duts.single_kind_family import CERTAIN, ONCE, PlacedSweep

_SPEEDS = (32.0, 16.0, 8.0)
_WIDTHS = (16, 8, 4, 2)


class NicDefect(NetworkDefect[NicParameters]):
    """Base of all defects of an adapter."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NicSweep(PlacedSweep):
    """A sweep of an adapter's defect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowPcie(NicDefect):
    """A PCIe link that trains to `width` lanes at most: dirt on the fingers, a cracked joint."""

    width: int

    def alter(self, parameters: NicParameters) -> None:
        """Take lanes away."""
        parameters.pcie_width = min(parameters.pcie_width, self.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowPcie(NicDefect):
    """A PCIe link that trains to `gts` GT/s at most."""

    gts: float

    def alter(self, parameters: NicParameters) -> None:
        """Lower the speed."""
        parameters.pcie_gts = min(parameters.pcie_gts, self.gts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PcieErrors(NicDefect):
    """A PCIe link that must send a packet again every `interval_s` seconds of traffic."""

    interval_s: float

    def alter(self, parameters: NicParameters) -> None:
        """Spoil packets."""
        parameters.pcie_error_interval_s = self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFlap(NicDefect):
    """A contact of the cage that opens every `interval_s` seconds of traffic."""

    interval_s: float

    def alter(self, parameters: NicParameters) -> None:
        """Loosen the contact."""
        parameters.flap_interval_s = self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePolarity(NicDefect):
    """A lane (from 1) with P and N exchanged: the link never comes up."""

    lane: int

    def alter(self, parameters: NicParameters) -> None:
        """Exchange them."""
        parameters.crossed_lanes.add(place(self.lane, parameters.snr_db, "lane"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalSnr(NicDefect):
    """Lanes that all hear `drop_db` worse, as behind a wrong reference voltage."""

    drop_db: float

    def alter(self, parameters: NicParameters) -> None:
        """Lower the SNR."""
        parameters.snr_db = [snr - self.drop_db for snr in parameters.snr_db]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSerial(NicDefect):
    """Vital product data with another serial number than the label."""

    serial: str

    def alter(self, parameters: NicParameters) -> None:
        """Write it."""
        parameters.memory_serial = self.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPart(NicDefect):
    """Vital product data of another model."""

    part: str

    def alter(self, parameters: NicParameters) -> None:
        """Write it."""
        parameters.memory_part = self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongMac(NicDefect):
    """The MAC address of the adapter `offset` numbers further on."""

    offset: int

    def alter(self, parameters: NicParameters) -> None:
        """Write it."""
        number = int(parameters.mac.replace(":", ""), 16) + self.offset
        parameters.mac = number.to_bytes(6, "big").hex(":")


NIC_DEFECTS: dict[str, type[NicDefect]] = {
    kind.__name__: kind
    for kind in (
        LanePolarity,
        LinkFlap,
        MarginalSnr,
        NarrowPcie,
        PcieErrors,
        SlowPcie,
        WrongMac,
        WrongPart,
        WrongSerial,
    )
}


def nic_sweeps(design: NicDesign, spec: NicSpecification) -> tuple[NicSweep, ...]:
    """Every defect that an adapter of this design can have."""
    soak = tuple(spec.soak_s * x for x in (10.0, 2.0, 1.2, 0.8, 0.3, 0.05))
    seldom = (0.5 * spec.soak_s, 0.02 * spec.soak_s)

    def width(x: float) -> int:
        return max(lanes for lanes in _WIDTHS if lanes <= x)

    def speed(x: float) -> float:
        return max(gts for gts in _SPEEDS if gts <= x)

    def lane(draw: random.Random) -> int:
        return draw.randint(1, design.lanes)

    def other(draw: random.Random) -> str:
        return f"NX{draw.randrange(10**7):07d}"

    return (
        NicSweep(
            "narrow_pcie", "1", (16.0, 8.0, 4.0, 2.0), (8.0, 2.0), "host", lambda x, _: NarrowPcie(width=width(x))
        ),
        NicSweep("slow_pcie", "GT/s", (32.0, 16.0, 8.0), (16.0, 8.0), "host", lambda x, _: SlowPcie(gts=speed(x))),
        NicSweep("pcie_errors", "s", soak, seldom, "host", lambda x, _: PcieErrors(interval_s=x)),
        NicSweep("link_flap", "s", soak, seldom, "link", lambda x, _: LinkFlap(interval_s=x)),
        NicSweep("lane_polarity", "1", ONCE, CERTAIN, "link", lambda _, draw: LanePolarity(lane=lane(draw))),
        NicSweep(
            "marginal_snr",
            "dB",
            (0.5, 1.0, 1.5, 3.0, 4.0, 5.0),
            (3.0, 5.0),
            "link",
            lambda x, _: MarginalSnr(drop_db=x),
        ),
        NicSweep("wrong_serial", "1", ONCE, CERTAIN, "host", lambda _, draw: WrongSerial(serial=other(draw))),
        NicSweep("wrong_part", "1", ONCE, CERTAIN, "host", lambda _, draw: WrongPart(part=other(draw))),
        NicSweep("wrong_mac", "1", ONCE, CERTAIN, "host", lambda _, draw: WrongMac(offset=draw.randint(1, 1000))),
    )
