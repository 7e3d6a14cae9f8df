"""What can be wrong with a switch."""

from dataclasses import dataclass

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.network.defect import NetworkDefect, place
from sim_hardware.duts.network.switch_parameters import RAILS, SwitchParameters


class SwitchDefect(NetworkDefect[SwitchParameters]):
    """Base of all defects of a switch; ports, lanes, fans, supplies and devices count from 1."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalSnr(SwitchDefect):
    """A lane that hears `drop_db` worse: a bad joint under the ASIC, a scratched contact in the cage."""

    port: int
    lane: int
    drop_db: float

    def alter(self, parameters: SwitchParameters) -> None:
        """Lower the lane's SNR."""
        port = parameters.ports[place(self.port, parameters.ports, "port")]
        port.snr_db[place(self.lane, port.snr_db, "lane")] -= self.drop_db


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePolarity(SwitchDefect):
    """A lane with P and N exchanged on the board."""

    port: int
    lane: int

    def alter(self, parameters: SwitchParameters) -> None:
        """Exchange them."""
        port = parameters.ports[place(self.port, parameters.ports, "port")]
        port.crossed_lanes.add(place(self.lane, port.snr_db, "lane"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFlap(SwitchDefect):
    """A contact that opens every `interval_s` seconds of traffic, as its cage warms up."""

    port: int
    interval_s: float

    def alter(self, parameters: SwitchParameters) -> None:
        """Loosen the contact."""
        parameters.ports[place(self.port, parameters.ports, "port")].flap_interval_s = self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class BadBufferCell(SwitchDefect):
    """A cell of the packet buffer that spoils one frame in `frames` of a port's."""

    port: int
    frames: float

    def alter(self, parameters: SwitchParameters) -> None:
        """Break the cell."""
        parameters.ports[place(self.port, parameters.ports, "port")].frames_between_losses = self.frames


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongBreakout(SwitchDefect):
    """A port that was set up as `ways` ports of fewer lanes."""

    port: int
    ways: int

    def __post_init__(self) -> None:
        NetworkDefect.__post_init__(self)
        if self.ways not in (1, 2, 4, 8):
            raise DefectError(f"WrongBreakout: ways = {self.ways}; possible: 1, 2, 4, 8")

    def alter(self, parameters: SwitchParameters) -> None:
        """Split the port."""
        parameters.ports[place(self.port, parameters.ports, "port")].ways = self.ways


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowFan(SwitchDefect):
    """A fan at `ratio` of its speed."""

    fan: int
    ratio: float

    def alter(self, parameters: SwitchParameters) -> None:
        """Change its speed."""
        parameters.fan_ratios[place(self.fan, parameters.fan_ratios, "fan")] *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class FanStall(SwitchDefect):
    """A fan that does not turn."""

    fan: int

    def alter(self, parameters: SwitchParameters) -> None:
        """Stop it."""
        parameters.fan_ratios[place(self.fan, parameters.fan_ratios, "fan")] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoorContact(SwitchDefect):
    """A heat sink whose thermal interface has `ratio` times its resistance."""

    ratio: float

    def alter(self, parameters: SwitchParameters) -> None:
        """Raise the resistance."""
        parameters.thermal_ratio *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class RailDrift(SwitchDefect):
    """A converter whose output is `ratio` times what it should be."""

    rail: str
    ratio: float

    def __post_init__(self) -> None:
        NetworkDefect.__post_init__(self)
        _known_rail(self.rail)

    def alter(self, parameters: SwitchParameters) -> None:
        """Change the voltage."""
        parameters.rails[self.rail] *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedRails(SwitchDefect):
    """Two converters with each other's feedback divider."""

    first: str
    second: str

    def __post_init__(self) -> None:
        NetworkDefect.__post_init__(self)
        _known_rail(self.first)
        _known_rail(self.second)

    def alter(self, parameters: SwitchParameters) -> None:
        """Exchange the voltages."""
        rails = parameters.rails
        rails[self.first], rails[self.second] = rails[self.second], rails[self.first]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyDrift(SwitchDefect):
    """A power supply whose output is `ratio` times what it should be."""

    supply: int
    ratio: float

    def alter(self, parameters: SwitchParameters) -> None:
        """Change the voltage."""
        parameters.supplies[place(self.supply, parameters.supplies, "supply")] *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadSupply(SwitchDefect):
    """A power supply that gives nothing."""

    supply: int

    def alter(self, parameters: SwitchParameters) -> None:
        """Switch it off."""
        parameters.supplies[place(self.supply, parameters.supplies, "supply")] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowPcie(SwitchDefect):
    """A device whose PCIe link trains to `width` lanes at most."""

    device: int
    width: int

    def alter(self, parameters: SwitchParameters) -> None:
        """Take lanes away."""
        device = parameters.pcie[place(self.device, parameters.pcie, "device")]
        device.width = min(device.width, self.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowPcie(SwitchDefect):
    """A device whose PCIe link trains to `gts` GT/s at most."""

    device: int
    gts: float

    def alter(self, parameters: SwitchParameters) -> None:
        """Lower the speed."""
        device = parameters.pcie[place(self.device, parameters.pcie, "device")]
        device.gts = min(device.gts, self.gts)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingDevice(SwitchDefect):
    """A device that does not appear on the PCIe tree."""

    device: int

    def alter(self, parameters: SwitchParameters) -> None:
        """Take it away."""
        parameters.pcie[place(self.device, parameters.pcie, "device")].is_there = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongEepromSerial(SwitchDefect):
    """A system EEPROM that holds another serial number than the label."""

    serial: str

    def alter(self, parameters: SwitchParameters) -> None:
        """Write it."""
        parameters.memory_serial = self.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongEepromPart(SwitchDefect):
    """A system EEPROM that holds another model's part number."""

    part: str

    def alter(self, parameters: SwitchParameters) -> None:
        """Write it."""
        parameters.memory_part = self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongBaseMac(SwitchDefect):
    """A system EEPROM that holds the addresses of the unit `offset` numbers further on."""

    offset: int

    def alter(self, parameters: SwitchParameters) -> None:
        """Write them."""
        number = int(parameters.memory_mac.replace(":", ""), 16) + 64 * self.offset
        parameters.memory_mac = number.to_bytes(6, "big").hex(":")


@dataclass(frozen=True, slots=True, kw_only=True)
class EepromCrc(SwitchDefect):
    """A system EEPROM whose checksum is off by `error`."""

    error: int

    def alter(self, parameters: SwitchParameters) -> None:
        """Spoil it."""
        parameters.memory_crc_error = self.error


def _known_rail(rail: str) -> None:
    if rail not in RAILS:
        raise DefectError(f"rail {rail!r} is none; possible: {', '.join(RAILS)}")


SWITCH_DEFECTS: dict[str, type[SwitchDefect]] = {
    kind.__name__: kind
    for kind in (
        BadBufferCell,
        DeadSupply,
        EepromCrc,
        FanStall,
        LanePolarity,
        LinkFlap,
        MarginalSnr,
        MissingDevice,
        NarrowPcie,
        PoorContact,
        RailDrift,
        SlowFan,
        SlowPcie,
        SupplyDrift,
        SwappedRails,
        WrongBaseMac,
        WrongBreakout,
        WrongEepromPart,
        WrongEepromSerial,
    )
}
