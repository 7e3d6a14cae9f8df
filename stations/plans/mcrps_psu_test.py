"""M-CRPS power supply for servers, from its earth to its black box, on a bench that speaks PMBus to it.

Earth and return first, then withstand, before any mains. It starts as in a server: mains, standby output, PS_ON. Its
overcurrent protection is of inverse time and tries again by itself. Limits and points are in the product's file.
"""

from stations.fixtures.mcrps_bench import McrpsBench
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
from stations.measurands.supply_overload import (
    OVERLOAD_PARAMETERS,
    latch_measurands,
    overload_measurands,
    record_latch,
    record_overload,
)
from stations.measurands.supply_points import POINT_PARAMETERS, point_measurands, record_points
from stations.measurands.supply_precheck import PRECHECK_PARAMETERS, precheck_measurands, record_precheck
from stations.measurands.supply_protection import (
    record_overtemperature,
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
from stations.measurands.supply_standby import (
    STANDBY_PARAMETERS,
    alarm_measurands,
    record_alarms,
    record_set_point,
    record_share,
    record_standby_start,
    set_point_measurands,
    share_measurands,
    standby_start_measurands,
)
from stations.measurands.supply_start import hot_restart_measurands, record_hot_restart
from stations.measurands.supply_told import (
    TOLD_PARAMETERS,
    log_measurands,
    record_log,
    record_told,
    told_measurands,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="mcrps_psu_test",
    revision="1",
    operation="psu_test",
    family="power",
    fixture="mcrps_bench",
    required_parameters=(
        *PRECHECK_PARAMETERS,
        *SAFETY_PARAMETERS,
        *TOLD_PARAMETERS,
        *POINT_PARAMETERS,
        *DYNAMIC_PARAMETERS,
        *FAN_PARAMETERS,
        *OVERLOAD_PARAMETERS,
        *STANDBY_PARAMETERS,
        "hot_inrush_peak_max_a",
        "reverse_v",
        "reverse_max_a",
        "thermal",
    ),
)


@PLAN.step(precheck_measurands, on_fail="stop")
def output_check(fixture: McrpsBench, record: Record) -> None:
    """Look across the output before anything is energised."""
    record_precheck(fixture, record)


@PLAN.step(bond_measurands, hazardous=True, on_fail="stop", timeout_s=30.0)
def ground_bond(fixture: McrpsBench, record: Record) -> None:
    """Drive the bond current through the protective earth."""
    record_bond(fixture, record)


@PLAN.step(withstand_measurands, hazardous=True, on_fail="stop", timeout_s=60.0)
def withstand(fixture: McrpsBench, record: Record) -> None:
    """Stress the insulation between mains and earth, then measure it."""
    record_withstand(fixture, record)


@PLAN.step(standby_start_measurands, hazardous=True, timeout_s=60.0)
def power_on(fixture: McrpsBench, record: Record) -> None:
    """Switch the mains on at their worst moment, then ask for the main output."""
    record_standby_start(fixture, record)


@PLAN.step(told_measurands, on_fail="stop")
def identity(fixture: McrpsBench, record: Record) -> None:
    """Ask the supply who it is."""
    record_told(fixture, record)


@PLAN.step(set_point_measurands, hazardous=True)
def set_point(fixture: McrpsBench, record: Record) -> None:
    """Measure the output without load."""
    record_set_point(fixture, record)


@PLAN.step(point_measurands, hazardous=True, on_fail="stop", timeout_s=300.0)
def operating_points(fixture: McrpsBench, record: Record) -> None:
    """Go through the table of lines and loads."""
    record_points(fixture, record)


@PLAN.step(share_measurands, hazardous=True)
def share_bus(fixture: McrpsBench, record: Record) -> None:
    """Read the share bus at the rated current."""
    record_share(fixture, record)


@PLAN.step(alarm_measurands, hazardous=True)
def alarms(fixture: McrpsBench, record: Record) -> None:
    """Ask what it complains of."""
    record_alarms(fixture, record)


@PLAN.step(ripple_measurands, hazardous=True)
def ripple(fixture: McrpsBench, record: Record) -> None:
    """Look at the output at full load."""
    record_ripple(fixture, record)


@PLAN.step(load_step_measurands, hazardous=True)
def load_step(fixture: McrpsBench, record: Record) -> None:
    """Step the load up."""
    record_load_step(fixture, record)


@PLAN.step(fan_measurands)
def fan_speed(fixture: McrpsBench, record: Record) -> None:
    """Set each duty and read the fans."""
    record_fan_speeds(fixture, record)


@PLAN.step(hold_up_measurands, hazardous=True, timeout_s=180.0)
def hold_up(fixture: McrpsBench, record: Record) -> None:
    """Take the mains away and give them back."""
    record_hold_up(fixture, record)


@PLAN.step(hot_restart_measurands, hazardous=True, timeout_s=3600.0)
def hot_restart(fixture: McrpsBench, record: Record) -> None:
    """Switch off, and on again while warm."""
    record_hot_restart(fixture, record)


@PLAN.step(overload_measurands, hazardous=True, timeout_s=180.0)
def overcurrent(fixture: McrpsBench, record: Record) -> None:
    """Find where it trips, then let it hiccup."""
    record_overload(fixture, record)


@PLAN.step(latch_measurands, hazardous=True, timeout_s=180.0)
def overvoltage(fixture: McrpsBench, record: Record) -> None:
    """Drive the output upwards until it latches off, and clear it."""
    record_latch(fixture, record)


@PLAN.step(reverse_measurands, hazardous=True, timeout_s=120.0)
def reverse_current(fixture: McrpsBench, record: Record) -> None:
    """Drive the output of a dead supply."""
    record_reverse_current(fixture, record)


@PLAN.step(thermal_measurands, hazardous=True, timeout_s=14400.0)
def overtemperature(fixture: McrpsBench, record: Record) -> None:
    """Heat until it warns and shuts down."""
    record_overtemperature(fixture, record)


@PLAN.step(log_measurands)
def black_box(fixture: McrpsBench, record: Record) -> None:
    """Read what the supply logged, and leave the log empty."""
    record_log(fixture, record)
