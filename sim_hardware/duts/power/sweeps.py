"""Over which magnitudes each defect of a supply goes from harmless to certain.

A sweep crosses the limit of the specification; `clear` is where no measurement can be in doubt, and what a simulated
line draws from. Names end in `_low` or `_high` where a parameter can leave its window on either side.
"""

from collections.abc import Callable

from sim_hardware.duts.power.control_defects import FanStall, IgnoresPsOn, SensorDrift, SlowFan, WarningDrift
from sim_hardware.duts.power.control_sweeps import safety_sweeps, telemetry_sweeps
from sim_hardware.duts.power.defect import SupplyDefect
from sim_hardware.duts.power.design import SupplyDesign
from sim_hardware.duts.power.power_defects import (
    AgedBulk,
    AgedEsr,
    BurntRelay,
    DriftedOvp,
    DriftedReference,
    LateAcLoss,
    Lossy,
    LowStandby,
    RestartTimer,
    ShareContact,
    ShiftedLimit,
    ShortedOring,
    ShortedOutput,
    SlowCurrentLoop,
    SlowLoop,
    SwollenFilter,
    WeakThermistor,
    WeldedRelay,
)
from sim_hardware.duts.power.specification import SupplySpecification
from sim_hardware.duts.power.sweep import CERTAIN, ONCE, SupplySweep


def supply_sweeps(design: SupplyDesign, specification: SupplySpecification) -> tuple[SupplySweep, ...]:
    """Every defect that a supply of this design can have."""
    return (
        *_output_sweeps(design, specification),
        *_protection_sweeps(design, specification),
        *_input_sweeps(),
        *telemetry_sweeps(),
        *safety_sweeps(specification),
    )


def _around(critical: float, *shares: float) -> tuple[float, ...]:
    return tuple(round(1.0 + share * (critical - 1.0), 6) for share in shares)


def _ratio(
    name: str, reach: str, critical: float, make: Callable[[float], SupplyDefect], *, clear: tuple[float, float]
) -> SupplySweep:
    """A factor on a parameter that leaves the specification near `critical`; `clear` counts in its distance from 1."""
    magnitudes = _around(critical, 0.2, 0.5, 0.8, 0.95, 1.1, 1.35, 2.0)
    bounds = _around(critical, *clear)
    return SupplySweep(name, "1", magnitudes, (bounds[0], bounds[1]), reach, lambda x, _: make(x))


def _output_sweeps(design: SupplyDesign, spec: SupplySpecification) -> tuple[SupplySweep, ...]:
    low = spec.full_load_min_v / design.full_load_v
    high = min(spec.full_load_max_v / design.full_load_v, spec.no_load_max_v / design.set_point_v)
    fans = round(design.fans)
    sweeps = [
        SupplySweep(
            "aged_bulk",
            "1",
            (0.98, 0.94, 0.89, 0.85, 0.8, 0.76, 0.65),
            (0.7, 0.4),
            "output",
            lambda x, _: AgedBulk(ratio=x),
        ),
        SupplySweep(
            "lossy", "1", (1.02, 1.06, 1.1, 1.15, 1.25, 1.4, 1.8), (1.6, 2.5), "output", lambda x, _: Lossy(ratio=x)
        ),
        _ratio("reference_low", "output", low, lambda x: DriftedReference(ratio=x), clear=(1.7, 4.0)),
        _ratio("reference_high", "output", high, lambda x: DriftedReference(ratio=x), clear=(1.7, 6.0)),
        SupplySweep(
            "aged_esr", "1", (1.3, 2.0, 4.0, 7.0, 10.0, 16.0), (16.0, 30.0), "output", lambda x, _: AgedEsr(ratio=x)
        ),
        SupplySweep(
            "slow_loop",
            "1",
            (0.9, 0.6, 0.4, 0.3, 0.2, 0.1, 0.04),
            (0.08, 0.02),
            "output",
            lambda x, _: SlowLoop(ratio=x),
        ),
        SupplySweep(
            "late_ac_loss",
            "s",
            (0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.02),
            (0.012, 0.03),
            "output",
            lambda x, _: LateAcLoss(seconds=x),
        ),
        SupplySweep(
            "shorted_oring",
            "ohm",
            (1e4, 2e3, 800.0, 300.0, 50.0, 5.0),
            (30.0, 0.5),
            "output",
            lambda x, _: ShortedOring(ohm=x),
        ),
        SupplySweep(
            "shorted_output",
            "ohm",
            (5e4, 5e3, 1e3, 300.0, 100.0, 5.0, 0.05),
            (50.0, 0.02),
            "output",
            lambda x, _: ShortedOutput(ohm=x),
        ),
        SupplySweep(
            "share_open",
            "ohm",
            (30.0, 150.0, 400.0, 700.0, 3e3, 1e5, 1e8),
            (1e5, 1e8),
            "share",
            lambda x, _: ShareContact(ohm=x),
        ),
        SupplySweep(
            "slow_fan",
            "1",
            (0.98, 0.93, 0.88, 0.82, 0.7, 0.4),
            (0.7, 0.2),
            "thermal",
            lambda x, draw: SlowFan(fan=draw.randint(1, fans), ratio=x),
        ),
        SupplySweep("fan_stall", "1", ONCE, CERTAIN, "thermal", lambda _, draw: FanStall(fan=draw.randint(1, fans))),
    ]
    if design.standby_v:
        sweeps.append(
            SupplySweep(
                "low_standby",
                "1",
                (0.99, 0.96, 0.94, 0.92, 0.7, 0.01),
                (0.9, 0.01),
                "standby",
                lambda x, _: LowStandby(ratio=x),
            )
        )
        sweeps.append(
            SupplySweep(
                "high_standby",
                "1",
                (1.01, 1.03, 1.04, 1.06, 1.1, 1.3),
                (1.08, 1.3),
                "standby",
                lambda x, _: LowStandby(ratio=x),
            )
        )
    if design.ps_on_needed:
        sweeps.append(SupplySweep("ignores_ps_on", "1", ONCE, CERTAIN, "standby", lambda _, __: IgnoresPsOn()))
    return tuple(sweeps)


def _protection_sweeps(design: SupplyDesign, spec: SupplySpecification) -> tuple[SupplySweep, ...]:
    restart = design.restart_s

    def limit(x: float) -> ShiftedLimit:
        return ShiftedLimit(ratio=x)

    def ovp(x: float) -> DriftedOvp:
        return DriftedOvp(ratio=x)

    def timer(x: float) -> RestartTimer:
        return RestartTimer(ratio=x)

    def sensor(name: str, sign: float) -> SupplySweep:
        return SupplySweep(
            name,
            "K",
            (0.5, 1.0, 1.6, 2.4, 3.0, 5.0, 10.0),
            (4.0, 10.0),
            "thermal",
            lambda x, _: SensorDrift(drift_k=sign * x),
        )

    return (
        _ratio("limit_low", "output", spec.limit_min_a / design.limit_a, limit, clear=(1.5, 2.0)),
        _ratio("limit_high", "output", spec.limit_max_a / design.limit_a, limit, clear=(1.5, 2.2)),
        _ratio("ovp_low", "output", spec.ovp_min_v / design.ovp_v, ovp, clear=(1.5, 2.0)),
        _ratio("ovp_high", "output", spec.ovp_max_v / design.ovp_v, ovp, clear=(1.5, 4.0)),
        _ratio("restart_early", "output", spec.restart_min_s / restart, timer, clear=(1.5, 3.0)),
        _ratio("restart_late", "output", spec.restart_max_s / restart, timer, clear=(1.5, 3.0)),
        sensor("sensor_high", 1.0),
        sensor("sensor_low", -1.0),
        SupplySweep(
            "warning_late",
            "K",
            (0.5, 1.0, 1.6, 2.4, 4.0, 6.5, 9.0),
            (4.0, 9.0),
            "thermal",
            lambda x, _: WarningDrift(drift_k=-x),
        ),
    )


def _input_sweeps() -> tuple[SupplySweep, ...]:
    return (
        SupplySweep(
            "slow_current_loop",
            "1",
            (0.8, 0.5, 0.3, 0.2, 0.13, 0.08, 0.04),
            (0.06, 0.02),
            "input",
            lambda x, _: SlowCurrentLoop(ratio=x),
        ),
        SupplySweep(
            "swollen_filter",
            "1",
            (1.2, 2.0, 3.0, 6.0, 10.0, 20.0),
            (16.0, 30.0),
            "input",
            lambda x, _: SwollenFilter(ratio=x),
        ),
        SupplySweep(
            "welded_relay",
            "ohm",
            (300.0, 60.0, 20.0, 6.0, 2.0, 0.5, 0.02),
            (1.5, 0.02),
            "input",
            lambda x, _: WeldedRelay(ohm=x),
        ),
        SupplySweep(
            "burnt_relay",
            "ohm",
            (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            (2.0, 5.0),
            "input",
            lambda x, _: BurntRelay(ohm=x),
        ),
        SupplySweep(
            "weak_thermistor",
            "1",
            (0.95, 0.8, 0.6, 0.4, 0.25, 0.1, 0.01),
            (0.2, 0.01),
            "input",
            lambda x, _: WeakThermistor(ratio=x),
        ),
    )
