"""A power supply as designed: nominal values of everything its physics uses, and the spread of healthy ones.

Numbers only, so that a product file can override each. What a good one must keep to is the `SupplySpecification`,
apart on purpose: a unit is defective when a true parameter leaves the specification, however it came about.
"""

from dataclasses import dataclass, fields

from sim_hardware.duts.design import DesignError, _FloatTable

_MAY_BE_ZERO = frozenset(
    {"ocp_constant_s", "hiccups", "line_v_per_v", "standby_v", "standby_limit_a", "ps_on_needed", "standby_ohm"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyDesign(_FloatTable):
    """One model of supply. Units are in the names; `_sigma` are relative standard deviations of healthy units.

    Output: V = set_point_v - droop_v I/rated_a, until limit_a; above it up to pulse_limit_a for pulse_s. Loss is
    loss_a_w + loss_b_v I + loss_c_ohm I^2 + loss_in_ohm (P/U)^2. `ocp_constant_s` 0 means a constant-current limit
    that trips after overload_s; else the trip takes ocp_constant_s / ((I/limit)^2 - 1), at most ocp_longest_s.
    `hiccups` is how often it tries again before it latches, 0 for ever. `standby_v` 0: no standby output.

    Raises DesignError when a number is negative, or zero where nothing would be left.
    """

    rated_a: float
    set_point_v: float
    droop_v: float
    line_v_per_v: float
    limit_a: float
    pulse_limit_a: float
    pulse_s: float
    overload_s: float
    ocp_constant_s: float
    ocp_longest_s: float
    hiccups: float
    restart_s: float
    uv_v: float
    uv_delay_s: float
    scp_v: float
    scp_delay_s: float
    ovp_v: float
    ovp_delay_s: float
    start_delay_s: float
    soft_start_s: float
    output_farad: float
    esr_ohm: float
    loop_hz: float
    damping: float
    bus_farad: float
    bleed_ohm: float
    ripple_rejection: float
    switching_hz: float
    switching_ripple_a: float
    switching_floor_v: float
    loss_a_w: float
    loss_b_v: float
    loss_c_ohm: float
    loss_in_ohm: float
    idle_w: float
    nominal_ac_v: float
    brown_in_v: float
    brown_out_v: float
    over_ac_v: float
    bulk_v: float
    bulk_farad: float
    bulk_min_v: float
    bulk_aux_v: float
    ac_loss_v: float
    ac_loss_delay_s: float
    ntc_ohm: float
    ntc_beta_k: float
    ntc_heat_j_k: float
    ntc_cool_s: float
    series_ohm: float
    relay_ohm: float
    precharge_s: float
    boost_w: float
    x_farad: float
    current_loop_hz: float
    voltage_loop_gain: float
    harmonic_a: float
    thermal_k_w: float
    thermal_j_k: float
    primary_share: float
    otw_c: float
    otp_c: float
    cooled_c: float
    fans: float
    fan_max_rpm: float
    fan_least_duty: float
    fan_w: float
    share_v: float
    share_gain: float
    share_trim_v: float
    standby_v: float
    standby_ohm: float
    standby_limit_a: float
    ps_on_needed: float
    bond_ohm: float
    return_ohm: float
    insulation_ohm: float
    secondary_ohm: float
    y_farad: float
    secondary_farad: float
    breakdown_v: float
    set_point_sigma: float
    droop_sigma: float
    limit_sigma: float
    ovp_sigma: float
    loss_sigma: float
    bulk_sigma: float
    threshold_sigma: float
    ntc_sigma: float
    filter_sigma: float
    loop_sigma: float
    thermal_sigma: float
    sensor_sigma_k: float
    meter_sigma: float
    fan_sigma: float
    timer_sigma: float
    share_sigma: float
    bond_sigma: float
    insulation_sigma: float
    breakdown_sigma: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            may_be_zero = field.name in _MAY_BE_ZERO or field.name.endswith(("_sigma", "_sigma_k"))
            if value < 0 or (value == 0 and not may_be_zero):
                raise DesignError(
                    f"SupplyDesign: {field.name} = {value!r} must be {'at least' if may_be_zero else 'above'} 0"
                )
        for low, high in (
            ("bulk_aux_v", "bulk_min_v"),
            ("bulk_min_v", "ac_loss_v"),
            ("ac_loss_v", "bulk_v"),
            ("brown_out_v", "brown_in_v"),
            ("brown_in_v", "over_ac_v"),
            ("rated_a", "limit_a"),
            ("limit_a", "pulse_limit_a"),
            ("cooled_c", "otw_c"),
            ("scp_v", "uv_v"),
            ("uv_v", "set_point_v"),
        ):
            if not getattr(self, low) < getattr(self, high):
                raise DesignError(f"SupplyDesign: {low} must lie below {high}")

    @property
    def full_load_v(self) -> float:
        """Nominal output voltage at the rated current, in V."""
        return self.set_point_v - self.droop_v
