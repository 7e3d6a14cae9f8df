"""Over which magnitudes each defect of a switch goes from harmless to certain."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from sim_hardware.duts.network import switch_defects as fault
from sim_hardware.duts.network.defect import NetworkDefect
from sim_hardware.duts.network.switch_design import SwitchDesign, SwitchSpecification
from sim_hardware.duts.network.switch_parameters import RAILS, SwitchParameters
from sim_hardware.duts.single_kind_family import CERTAIN, ONCE, PlacedSweep


@dataclass(frozen=True, slots=True)
class SwitchSweep(PlacedSweep):
    """A sweep of a switch's defect."""


_Made = NetworkDefect[SwitchParameters]


def switch_sweeps(design: SwitchDesign, spec: SwitchSpecification) -> tuple[SwitchSweep, ...]:
    """Every defect that a switch of this design can have."""

    def port(draw: random.Random) -> int:
        return draw.randint(1, design.ports)

    def lane(draw: random.Random) -> int:
        return draw.randint(1, design.lanes)

    def once(name: str, reach: str, make: Callable[[random.Random], _Made]) -> SwitchSweep:
        return SwitchSweep(name, "1", ONCE, CERTAIN, reach, lambda _, draw: make(draw))

    soak = spec.soak_s
    return (
        SwitchSweep(
            "marginal_snr",
            "dB",
            (0.5, 1.5, 2.5, 4.0, 5.0, 6.5),
            (4.5, 6.5),
            "ports",
            lambda x, draw: fault.MarginalSnr(port=port(draw), lane=lane(draw), drop_db=x),
        ),
        once("lane_polarity", "ports", lambda draw: fault.LanePolarity(port=port(draw), lane=lane(draw))),
        SwitchSweep(
            "link_flap",
            "s",
            tuple(soak * x for x in (5.0, 2.0, 1.1, 0.9, 0.3, 0.05)),
            (0.5 * soak, 0.02 * soak),
            "ports",
            lambda x, draw: fault.LinkFlap(port=port(draw), interval_s=x),
        ),
        SwitchSweep(
            "bad_buffer_cell",
            "1",
            tuple(spec.soak_frames * x for x in (10.0, 2.0, 1.1, 0.9, 0.1, 1e-3)),
            (0.1 * spec.soak_frames, 1e-6 * spec.soak_frames),
            "ports",
            lambda x, draw: fault.BadBufferCell(port=port(draw), frames=x),
        ),
        SwitchSweep(
            "wrong_breakout",
            "1",
            (1.0, 2.0, 4.0, 8.0),
            (2.0, 8.0),
            "ports",
            lambda x, draw: fault.WrongBreakout(port=port(draw), ways=_power_of_two(x)),
        ),
        *_body_sweeps(design, once),
        *_identity_sweeps(once),
    )


def _power_of_two(x: float) -> int:
    return max(way for way in (1, 2, 4, 8) if way <= max(1.0, x))


def _body_sweeps(
    design: SwitchDesign, once: Callable[[str, str, Callable[[random.Random], _Made]], SwitchSweep]
) -> tuple[SwitchSweep, ...]:
    """Fans, heat, voltages and the PCIe tree."""

    def fan(draw: random.Random) -> int:
        return draw.randint(1, design.fans)

    def rail(draw: random.Random) -> str:
        return draw.choice(list(RAILS))

    def supply(draw: random.Random) -> int:
        return draw.randint(1, design.supplies)

    low, low_clear = (0.99, 0.98, 0.96, 0.93, 0.9), (0.94, 0.85)
    return (
        once("fan_stall", "platform", lambda draw: fault.FanStall(fan=fan(draw))),
        SwitchSweep(
            "slow_fan",
            "1",
            (0.97, 0.93, 0.76, 0.7, 0.5),
            (0.75, 0.4),
            "platform",
            lambda x, draw: fault.SlowFan(fan=fan(draw), ratio=x),
        ),
        SwitchSweep(
            "fast_fan",
            "1",
            (1.03, 1.06, 1.25, 1.3),
            (1.25, 1.4),
            "platform",
            lambda x, draw: fault.SlowFan(fan=fan(draw), ratio=x),
        ),
        SwitchSweep(
            "poor_contact",
            "1",
            (1.02, 1.05, 1.1, 1.45, 1.7, 2.0),
            (1.45, 2.2),
            "platform",
            lambda x, _: fault.PoorContact(ratio=x),
        ),
        SwitchSweep(
            "rail_low", "1", low, low_clear, "platform", lambda x, draw: fault.RailDrift(rail=rail(draw), ratio=x)
        ),
        SwitchSweep(
            "rail_high",
            "1",
            tuple(round(2.0 - x, 4) for x in low),
            (1.06, 1.15),
            "platform",
            lambda x, draw: fault.RailDrift(rail=rail(draw), ratio=x),
        ),
        once("swapped_rails", "platform", lambda _: fault.SwappedRails(first="vdd_core", second="vdd_phy")),
        SwitchSweep(
            "supply_low",
            "1",
            (0.99, 0.97, 0.91, 0.85),
            (0.91, 0.8),
            "platform",
            lambda x, draw: fault.SupplyDrift(supply=supply(draw), ratio=x),
        ),
        SwitchSweep(
            "supply_high",
            "1",
            (1.005, 1.015, 1.07, 1.1),
            (1.07, 1.2),
            "platform",
            lambda x, draw: fault.SupplyDrift(supply=supply(draw), ratio=x),
        ),
        once("dead_supply", "platform", lambda draw: fault.DeadSupply(supply=supply(draw))),
        SwitchSweep(
            "narrow_pcie",
            "1",
            (4.0, 2.0, 1.0),
            (2.0, 1.0),
            "platform",
            lambda x, draw: fault.NarrowPcie(device=draw.randint(1, 2), width=_power_of_two(x)),
        ),
        SwitchSweep(
            "slow_pcie",
            "GT/s",
            (8.0, 5.0, 2.5),
            (5.0, 2.5),
            "platform",
            lambda x, draw: fault.SlowPcie(device=draw.randint(1, 2), gts=8.0 if x > 6.5 else 5.0 if x > 3.5 else 2.5),
        ),
        once("missing_device", "platform", lambda draw: fault.MissingDevice(device=draw.randint(1, 3))),
    )


def _identity_sweeps(
    once: Callable[[str, str, Callable[[random.Random], _Made]], SwitchSweep],
) -> tuple[SwitchSweep, ...]:
    """What the system EEPROM may say wrongly."""
    return (
        once(
            "eeprom_serial", "identity", lambda draw: fault.WrongEepromSerial(serial=f"SX{draw.randrange(10**7):07d}")
        ),
        once("eeprom_part", "identity", lambda draw: fault.WrongEepromPart(part=f"SW-X-{draw.randrange(10**4):04d}")),
        once("eeprom_mac", "identity", lambda draw: fault.WrongBaseMac(offset=draw.randint(1, 1000))),
        once("eeprom_crc", "identity", lambda draw: fault.EepromCrc(error=draw.randint(1, 2**31))),
    )
