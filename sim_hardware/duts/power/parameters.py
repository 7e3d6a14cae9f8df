"""The true parameters of one supply: drawn around the design from (seed, serial), then altered by its defects.

All physics of a supply reads from here and from nowhere else, so that whatever a meter finds follows from a number
that a defect can change.
"""

import math
from dataclasses import dataclass

from sim_hardware.duts.power.design import SupplyDesign
from sim_hardware.duts.supply_controller import Metered
from sim_hardware.physics.random_stream import random_stream


@dataclass(slots=True, kw_only=True)
class SupplyParameters:
    """One supply as it really is. Mutable only while it is made."""

    design: SupplyDesign
    set_point_v: float
    droop_ohm: float
    limit_a: float
    ovp_v: float
    loss_scale: float
    bulk_farad: float
    ac_loss_v: float
    ac_loss_delay_s: float
    ntc_ohm: float
    weld_ohm: float
    """Across the inrush thermistor even when the relay is open; infinite in a healthy unit."""
    relay_ohm: float
    x_farad: float
    current_loop_hz: float
    loop_hz: float
    esr_ohm: float
    thermal_k_w: float
    sensor_k: float
    """What its temperature sensors add to the truth, in K."""
    warning_sensor_k: float
    """What the warning's own comparator adds on top, in K."""
    meters: dict[Metered, float]
    """Gain of each of its meters."""
    fan_ratios: tuple[float, ...]
    """Speed of each fan over what its duty asks for."""
    restart_s: float
    share_ratio: float
    share_ohm: float
    """In series with the share bus; zero in a healthy unit."""
    fet_short_ohm: float
    """What a shorted OR-ing FET leaves between bus and converter; infinite in a healthy unit."""
    output_leak_ohm: float
    """Across the output, with what bleeds it; far below it is a short."""
    standby_ratio: float
    bond_ohm: float
    """Protective earth to chassis; infinite when it is missing."""
    return_ohm: float
    line_ohm: float
    neutral_ohm: float
    secondary_ohm: float
    breakdown_v: float
    maker: str
    part: str
    memory_serial: str
    firmware: str
    date: str
    right_firmware: str
    right_part: str
    start_delay_s: float
    has_black_box: bool = True
    clears_log: bool = True
    unlatches: bool = True
    ignores_ps_on: bool = False
    hours: float = 0.0

    @property
    def droop_v(self) -> float:
        """Fall of the output from no load to the rated current, in V."""
        return self.droop_ohm * self.design.rated_a


def drawn_parameters(
    design: SupplyDesign, seed: int, serial: str, *, maker: str, part: str, firmware: str, date: str
) -> SupplyParameters:
    """The parameters of the healthy unit of this serial number; every one has a stream of its own."""

    def normal(name: str) -> float:
        return random_stream(seed, "supply", serial, name).gauss(0.0, 1.0)

    def about(nominal: float, sigma: float, name: str) -> float:
        return nominal * (1.0 + sigma * normal(name))

    d = design
    meters: tuple[Metered, ...] = (
        "input_voltage",
        "input_current",
        "input_power",
        "input_frequency",
        "power_factor",
        "bulk_voltage",
        "output_voltage",
        "output_current",
        "standby_voltage",
    )
    fine = frozenset({"input_frequency", "power_factor", "output_voltage"})
    return SupplyParameters(
        design=design,
        set_point_v=about(d.set_point_v, d.set_point_sigma, "set point"),
        droop_ohm=about(d.droop_v / d.rated_a, d.droop_sigma, "droop"),
        limit_a=about(d.limit_a, d.limit_sigma, "current limit"),
        ovp_v=about(d.ovp_v, d.ovp_sigma, "over-voltage"),
        loss_scale=about(1.0, d.loss_sigma, "loss"),
        bulk_farad=about(d.bulk_farad, d.bulk_sigma, "bulk"),
        ac_loss_v=about(d.ac_loss_v, d.threshold_sigma, "AC loss"),
        ac_loss_delay_s=d.ac_loss_delay_s,
        ntc_ohm=about(d.ntc_ohm, d.ntc_sigma, "thermistor"),
        weld_ohm=math.inf,
        relay_ohm=d.relay_ohm,
        x_farad=about(d.x_farad, d.filter_sigma, "filter"),
        current_loop_hz=about(d.current_loop_hz, d.loop_sigma, "current loop"),
        loop_hz=about(d.loop_hz, d.loop_sigma, "voltage loop"),
        esr_ohm=about(d.esr_ohm, d.loop_sigma, "ESR"),
        thermal_k_w=about(d.thermal_k_w, d.thermal_sigma, "thermal"),
        sensor_k=d.sensor_sigma_k * normal("sensor"),
        warning_sensor_k=0.0,
        meters={name: about(1.0, (0.2 if name in fine else 1.0) * d.meter_sigma, f"meter {name}") for name in meters},
        fan_ratios=tuple(about(1.0, d.fan_sigma, f"fan {k}") for k in range(round(d.fans))),
        restart_s=about(d.restart_s, d.timer_sigma, "restart"),
        share_ratio=about(1.0, d.share_sigma, "share"),
        share_ohm=0.0,
        fet_short_ohm=math.inf,
        output_leak_ohm=d.bleed_ohm,
        standby_ratio=about(1.0, d.set_point_sigma, "standby"),
        bond_ohm=d.bond_ohm * math.exp(d.bond_sigma * normal("bond")),
        return_ohm=d.return_ohm * math.exp(d.bond_sigma * normal("return")),
        line_ohm=d.insulation_ohm * math.exp(d.insulation_sigma * normal("line insulation")),
        neutral_ohm=d.insulation_ohm * math.exp(d.insulation_sigma * normal("neutral insulation")),
        secondary_ohm=d.secondary_ohm * math.exp(d.insulation_sigma * normal("secondary insulation")),
        breakdown_v=about(d.breakdown_v, d.breakdown_sigma, "breakdown"),
        maker=maker,
        part=part,
        memory_serial=serial,
        firmware=firmware,
        date=date,
        right_firmware=firmware,
        right_part=part,
        start_delay_s=d.start_delay_s,
    )
