"""Within what the true parameters of a good supply lie.

Sources: the open specification's HPR figures as the reference list of the domain page has them (no load, current
limit, over-voltage, restart, hold-up, AC_LOSS lead, load step, inrush, temperatures), 80 PLUS Titanium for M-CRPS.
"""

from dataclasses import dataclass, replace

from sim_hardware.duts.design import DesignError, _FloatTable


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplySpecification(_FloatTable):
    """Limits of the true parameters; loads are shares of the rated current, efficiencies plain ratios.

    Input figures hold at `input_v` and `input_hz`, inrush closed at 90 degrees of `inrush_v` at 25 degC, or after an
    hour at full load and `truth.REST_S` for the hot restart. `settle_band_v` is how near the final voltage counts as
    settled, `regulation_min_v` what ends hold-up.

    Raises DesignError when a lower limit is not below its upper one.
    """

    input_v: float
    input_hz: float
    no_load_min_v: float
    no_load_max_v: float
    full_load_min_v: float
    full_load_max_v: float
    line_regulation_max: float
    efficiency_10_min: float
    efficiency_20_min: float
    efficiency_50_min: float
    efficiency_100_min: float
    efficiency_peak_min: float
    power_factor_min: float
    current_thd_max: float
    ripple_max_v: float
    step_from: float
    step_to: float
    step_slew_a_s: float
    step_deviation_max_v: float
    settle_band_v: float
    settle_max_s: float
    regulation_min_v: float
    hold_up_min_s: float
    partial_load: float
    partial_hold_up_min_s: float
    ac_loss_lead_min_s: float
    inrush_v: float
    inrush_peak_max_a: float
    inrush_cycle_max_a: float
    hot_inrush_peak_max_a: float
    limit_min_a: float
    limit_max_a: float
    ovp_min_v: float
    ovp_max_v: float
    start_delay_max_s: float
    restart_min_s: float
    restart_max_s: float
    warning_min_c: float
    warning_max_c: float
    shutdown_min_c: float
    shutdown_max_c: float
    warning_lead_min_k: float
    meter_max: float
    input_meter_max: float
    share_max: float
    fan_speed_max: float
    back_feed_max_a: float
    standby_min_v: float
    standby_max_v: float
    bond_max_ohm: float
    return_max_ohm: float
    insulation_min_ohm: float
    withstand_v: float
    leakage_max_a: float

    def __post_init__(self) -> None:
        for low, high in (
            ("no_load_min_v", "no_load_max_v"),
            ("full_load_min_v", "full_load_max_v"),
            ("limit_min_a", "limit_max_a"),
            ("ovp_min_v", "ovp_max_v"),
            ("restart_min_s", "restart_max_s"),
            ("warning_min_c", "warning_max_c"),
            ("shutdown_min_c", "shutdown_max_c"),
            ("standby_min_v", "standby_max_v"),
        ):
            if not getattr(self, low) < getattr(self, high):
                raise DesignError(f"SupplySpecification: {low} must lie below {high}")


ORV3_HPR_12KW_SPECIFICATION = SupplySpecification(
    input_v=230.0,
    input_hz=50.0,
    no_load_min_v=50.0,
    no_load_max_v=51.0,
    full_load_min_v=49.85,
    full_load_max_v=50.15,
    line_regulation_max=0.0025,
    efficiency_10_min=0.94,
    efficiency_20_min=0.94,
    efficiency_50_min=0.965,
    efficiency_100_min=0.965,
    efficiency_peak_min=0.975,
    power_factor_min=0.99,
    current_thd_max=0.05,
    ripple_max_v=0.5,
    step_from=0.7,
    step_to=1.3,
    step_slew_a_s=3e6,
    step_deviation_max_v=1.5,
    settle_band_v=0.25,
    settle_max_s=0.003,
    regulation_min_v=48.0,
    hold_up_min_s=0.02,
    partial_load=1.2,
    partial_hold_up_min_s=0.01667,
    ac_loss_lead_min_s=0.005,
    inrush_v=277.0,
    inrush_peak_max_a=85.0,
    inrush_cycle_max_a=60.0,
    hot_inrush_peak_max_a=110.0,
    limit_min_a=273.0,
    limit_max_a=297.0,
    ovp_min_v=52.5,
    ovp_max_v=54.0,
    start_delay_max_s=2.3,
    restart_min_s=9.0,
    restart_max_s=11.0,
    warning_min_c=83.0,
    warning_max_c=87.0,
    shutdown_min_c=93.0,
    shutdown_max_c=97.0,
    warning_lead_min_k=4.0,
    meter_max=0.02,
    input_meter_max=0.02,
    share_max=0.05,
    fan_speed_max=0.15,
    back_feed_max_a=0.1,
    standby_min_v=0.0,
    standby_max_v=1e-3,
    bond_max_ohm=0.1,
    return_max_ohm=1e-3,
    insulation_min_ohm=1e8,
    withstand_v=2121.0,
    leakage_max_a=3.5e-3,
)

ORV3_3KW_SPECIFICATION = replace(
    ORV3_HPR_12KW_SPECIFICATION,
    limit_min_a=66.0,
    limit_max_a=90.0,
    step_slew_a_s=1e6,
    partial_load=1.0,
    partial_hold_up_min_s=0.02,
    inrush_v=264.0,
    inrush_peak_max_a=40.0,
    inrush_cycle_max_a=25.0,
    hot_inrush_peak_max_a=55.0,
)

MCRPS_2400W_SPECIFICATION = replace(
    ORV3_3KW_SPECIFICATION,
    no_load_min_v=12.05,
    no_load_max_v=12.35,
    full_load_min_v=11.9,
    full_load_max_v=12.3,
    efficiency_10_min=0.90,
    efficiency_20_min=0.94,
    efficiency_50_min=0.96,
    efficiency_100_min=0.91,
    efficiency_peak_min=0.96,
    ripple_max_v=0.12,
    step_from=0.2,
    step_to=0.8,
    step_slew_a_s=2.5e5,
    step_deviation_max_v=0.6,
    settle_band_v=0.06,
    regulation_min_v=11.4,
    hold_up_min_s=0.012,
    partial_load=0.75,
    partial_hold_up_min_s=0.02,
    limit_min_a=216.4,
    limit_max_a=295.0,
    ovp_min_v=13.3,
    ovp_max_v=14.5,
    restart_min_s=1.5,
    restart_max_s=2.5,
    standby_min_v=11.4,
    standby_max_v=12.6,
)

SPECIFICATIONS = {
    "ORV3_3KW": ORV3_3KW_SPECIFICATION,
    "ORV3_HPR_12KW": ORV3_HPR_12KW_SPECIFICATION,
    "MCRPS": MCRPS_2400W_SPECIFICATION,
}
"""The presets by name."""
