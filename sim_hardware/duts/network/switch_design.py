"""A switch as designed and as specified: numbers only, so that a product file can override each.

Inferred throughout, after public 32 x 400G switches: 32 QSFP-DD ports of eight lanes, six fans, two supplies.
"""

from dataclasses import dataclass, fields

from sim_hardware.duts.design import DesignError, _FloatTable


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchDesign(_FloatTable):
    """One model of switch. Units are in the names; `_sigma` are relative standard deviations of healthy units.

    `snr_db` is what a lane has at its slicer behind a loopback plug. The ASIC is `idle_w`, or `busy_w` under full
    traffic, times `asic_k_w` / duty^0.8 above the air.

    Raises DesignError when a number is not positive; spreads may be zero.
    """

    ports: int
    lanes: int
    port_gbps: float
    snr_db: float
    snr_port_sigma_db: float
    snr_lane_sigma_db: float
    fans: int
    fan_rpm: float
    fan_sigma: float
    ambient_c: float
    idle_w: float
    busy_w: float
    asic_k_w: float
    thermal_sigma: float
    sensor_sigma_k: float
    rail_sigma: float
    supplies: int
    supply_v: float
    supply_sigma: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 0 or (value == 0 and "_sigma" not in field.name):
                raise DesignError(f"SwitchDesign: {field.name} = {value!r} must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSpecification(_FloatTable):
    """Within what the true parameters of a good switch lie.

    In `soak_s` of traffic no link goes down and no frame of `soak_frames` is lost. Raises DesignError when a number is
    not positive.
    """

    pre_fec_ber_max: float
    soak_s: float
    soak_frames: float
    fan_tolerance: float
    asic_max_c: float
    rail_tolerance: float
    supply_min_v: float
    supply_max_v: float
    pcie_width_min: int
    pcie_speed_min_gts: float

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise DesignError(f"SwitchSpecification: {field.name} must be positive")
        if not self.supply_min_v < self.supply_max_v:
            raise DesignError("SwitchSpecification: supply_min_v must lie below supply_max_v")


TOR_400G = SwitchDesign(
    ports=32,
    lanes=8,
    port_gbps=400.0,
    snr_db=21.5,
    snr_port_sigma_db=0.2,
    snr_lane_sigma_db=0.15,
    fans=6,
    fan_rpm=24000.0,
    fan_sigma=0.02,
    ambient_c=25.0,
    idle_w=120.0,
    busy_w=250.0,
    asic_k_w=0.11,
    thermal_sigma=0.03,
    sensor_sigma_k=0.3,
    rail_sigma=0.004,
    supplies=2,
    supply_v=12.1,
    supply_sigma=0.005,
)

TOR_400G_SPECIFICATION = SwitchSpecification(
    pre_fec_ber_max=1e-5,
    soak_s=600.0,
    # 600 s of 400 Gb/s in frames of 1518 bytes with preamble and gap.
    soak_frames=1.9505e10,
    fan_tolerance=0.15,
    asic_max_c=60.0,
    rail_tolerance=0.03,
    supply_min_v=11.4,
    supply_max_v=12.6,
    pcie_width_min=4,
    pcie_speed_min_gts=8.0,
)

DESIGNS = {"TOR_32X400G": (TOR_400G, TOR_400G_SPECIFICATION)}
