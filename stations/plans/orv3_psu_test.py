"""Open Rack V3 power supply, from its earth to its black box: one plan for the 3 kW and the 12 kW (HPR) supply.

Ground bond, then withstand, before any mains: with the earth open a withstand test passes whatever the insulation is
like. What each product must do (points, limits, currents) is in its file.
"""

from stations.fixtures.psu_bench import PsuBench
from stations.measurands.supply_dynamics import (
    DYNAMIC_PARAMETERS,
    hold_up_measurands,
    load_step_measurands,
    record_hold_up,
    record_load_step,
    record_ripple,
    ripple_measurands,
)
from stations.measurands.supply_fans import FAN_PARAMETERS, fan_measurands, record_fan_speeds
from stations.measurands.supply_points import POINT_PARAMETERS, point_measurands, record_points
from stations.measurands.supply_precheck import PRECHECK_PARAMETERS, precheck_measurands, record_precheck
from stations.measurands.supply_protection import (
    PROTECTION_PARAMETERS,
    current_limit_measurands,
    event_measurands,
    overvoltage_measurands,
    record_current_limit,
    record_events,
    record_overtemperature,
    record_overvoltage,
    record_reverse_current,
    reverse_measurands,
    thermal_measurands,
)
from stations.measurands.supply_safety import (
    SAFETY_PARAMETERS,
    bond_measurands,
    record_bond,
    record_withstand,
    withstand_measurands,
)
from stations.measurands.supply_start import (
    START_PARAMETERS,
    hot_restart_measurands,
    identity_measurands,
    record_hot_restart,
    record_identity,
    record_start,
    start_measurands,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="orv3_psu_test",
    revision="1",
    operation="psu_test",
    family="power",
    fixture="psu_bench",
    required_parameters=(
        *PRECHECK_PARAMETERS,
        *SAFETY_PARAMETERS,
        *START_PARAMETERS,
        *POINT_PARAMETERS,
        *DYNAMIC_PARAMETERS,
        *FAN_PARAMETERS,
        *PROTECTION_PARAMETERS,
    ),
)


@PLAN.step(precheck_measurands, on_fail="stop", timeout_s=30.0)
def output_check(fixture: PsuBench, record: Record) -> None:
    """Look across the output before anything is energised."""
    record_precheck(fixture, record)


@PLAN.step(bond_measurands, hazardous=True, on_fail="stop", timeout_s=30.0)
def ground_bond(fixture: PsuBench, record: Record) -> None:
    """Drive the bond current through the protective earth."""
    record_bond(fixture, record)


@PLAN.step(withstand_measurands, hazardous=True, on_fail="stop", timeout_s=60.0)
def withstand(fixture: PsuBench, record: Record) -> None:
    """Stress the insulation between mains and earth, then measure it."""
    record_withstand(fixture, record)


@PLAN.step(start_measurands, hazardous=True, on_fail="stop", timeout_s=60.0)
def power_on(fixture: PsuBench, record: Record) -> None:
    """Switch on at the worst moment of the mains, cold and without load."""
    record_start(fixture, record)


@PLAN.step(identity_measurands, on_fail="stop")
def identity(fixture: PsuBench, record: Record) -> None:
    """Ask the supply who it is."""
    record_identity(fixture, record)


@PLAN.step(point_measurands, hazardous=True, timeout_s=300.0)
def operating_points(fixture: PsuBench, record: Record) -> None:
    """Go through the table of lines and loads."""
    record_points(fixture, record)


@PLAN.step(ripple_measurands, hazardous=True)
def ripple(fixture: PsuBench, record: Record) -> None:
    """Look at the output at full load."""
    record_ripple(fixture, record)


@PLAN.step(load_step_measurands, hazardous=True)
def load_step(fixture: PsuBench, record: Record) -> None:
    """Step the load up."""
    record_load_step(fixture, record)


@PLAN.step(fan_measurands)
def fan_speed(fixture: PsuBench, record: Record) -> None:
    """Set each duty and read the fans."""
    record_fan_speeds(fixture, record)


@PLAN.step(hold_up_measurands, hazardous=True, timeout_s=180.0)
def hold_up(fixture: PsuBench, record: Record) -> None:
    """Take the mains away and give them back."""
    record_hold_up(fixture, record)


@PLAN.step(current_limit_measurands, hazardous=True, timeout_s=120.0)
def current_limit(fixture: PsuBench, record: Record) -> None:
    """Ask for more than the limit."""
    record_current_limit(fixture, record)


@PLAN.step(overvoltage_measurands, hazardous=True, timeout_s=180.0)
def overvoltage(fixture: PsuBench, record: Record) -> None:
    """Drive the output upwards until it protects itself."""
    record_overvoltage(fixture, record)


@PLAN.step(reverse_measurands, hazardous=True, timeout_s=120.0)
def reverse_current(fixture: PsuBench, record: Record) -> None:
    """Drive the output of a dead supply."""
    record_reverse_current(fixture, record)


@PLAN.step(hot_restart_measurands, hazardous=True, timeout_s=3600.0)
def hot_restart(fixture: PsuBench, record: Record) -> None:
    """Switch off, and on again while warm."""
    record_hot_restart(fixture, record)


@PLAN.step(thermal_measurands, hazardous=True, timeout_s=14400.0)
def overtemperature(fixture: PsuBench, record: Record) -> None:
    """Heat until it warns and shuts down."""
    record_overtemperature(fixture, record)


@PLAN.step(event_measurands)
def black_box(fixture: PsuBench, record: Record) -> None:
    """Read what the supply logged, and leave the log empty."""
    record_events(fixture, record)
