"""Open Rack V3 power shelf: earth, insulation, six supplies that share, and one of them gone.

Ground bond, then withstand, before any mains: with the earth open a withstand test passes whatever the insulation is
like. The supplies have passed their own test; here is tested what only the shelf can spoil.
"""

from collections.abc import Iterator

from stations.fixtures.shelf_bench import ShelfBench
from stations.limits import Measurand
from stations.measurands.shelf_load import (
    LOAD_PARAMETERS,
    joint_measurands,
    load_measurands,
    record_joints,
    record_load,
    record_share_drive,
    record_shelf_telemetry,
    share_drive_measurands,
    shelf_telemetry_measurands,
)
from stations.measurands.shelf_redundancy import (
    REDUNDANCY_PARAMETERS,
    event_measurands,
    fan_measurands,
    record_fans,
    record_redundancy,
    record_shelf_events,
    redundancy_measurands,
)
from stations.measurands.shelf_start import (
    START_PARAMETERS,
    feed_measurands,
    record_feeds,
    record_shelf_identity,
    shelf_identity_measurands,
)
from stations.measurands.supply_safety import (
    SAFETY_PARAMETERS,
    earth_measurands,
    record_earth,
    record_withstand,
    withstand_measurands,
)
from stations.plan import Parameters, Record, TestPlan
from stations.shelf_contactors import SLOTS

INLETS = tuple(f"_slot_{slot}" for slot in range(1, SLOTS + 1))
"""Where the poles of the high voltage are looked through."""

PLAN = TestPlan(
    name="power_shelf_test",
    revision="1",
    operation="shelf_test",
    family="power",
    fixture="shelf_bench",
    required_parameters=(*SAFETY_PARAMETERS, *START_PARAMETERS, *LOAD_PARAMETERS, *REDUNDANCY_PARAMETERS),
)


@PLAN.step(earth_measurands, hazardous=True, on_fail="stop", timeout_s=30.0)
def ground_bond(fixture: ShelfBench, record: Record) -> None:
    """Drive the bond current through the protective earth."""
    record_earth(fixture, record)


def shelf_withstand_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """As of any mains equipment, with two poles at every inlet."""
    return withstand_measurands(parameters, INLETS)


@PLAN.step(shelf_withstand_measurands, hazardous=True, on_fail="stop", timeout_s=60.0)
def withstand(fixture: ShelfBench, record: Record) -> None:
    """Stress the insulation between mains and earth, then measure it."""
    with fixture.high_voltage():
        record_withstand(fixture, record, INLETS)


@PLAN.step(feed_measurands, hazardous=True, timeout_s=60.0)
def power_on(fixture: ShelfBench, record: Record) -> None:
    """Close one slot's contactor after the other."""
    record_feeds(fixture, record)


@PLAN.step(shelf_identity_measurands, timeout_s=60.0)
def identity(fixture: ShelfBench, record: Record) -> None:
    """Ask the shelf and its supplies who they are."""
    record_shelf_identity(fixture, record)


@PLAN.step(load_measurands, hazardous=True, timeout_s=60.0)
def load_points(fixture: ShelfBench, record: Record) -> None:
    """Go through the table of loads."""
    record_load(fixture, record)


@PLAN.step(shelf_telemetry_measurands, hazardous=True, timeout_s=60.0)
def shelf_telemetry(fixture: ShelfBench, record: Record) -> None:
    """Hold the shelf's meters against the bench's."""
    record_shelf_telemetry(fixture, record)


@PLAN.step(joint_measurands, hazardous=True, timeout_s=60.0)
def busbar_joints(fixture: ShelfBench, record: Record) -> None:
    """Measure every joint by its drop."""
    record_joints(fixture, record)


@PLAN.step(share_drive_measurands, hazardous=True, timeout_s=60.0)
def share_bus(fixture: ShelfBench, record: Record) -> None:
    """Hold the share bus from outside and see who follows."""
    record_share_drive(fixture, record)


@PLAN.step(redundancy_measurands, hazardous=True, timeout_s=120.0)
def redundancy(fixture: ShelfBench, record: Record) -> None:
    """Take a supply away under load, and give it back."""
    record_redundancy(fixture, record)


@PLAN.step(fan_measurands, hazardous=True, timeout_s=60.0)
def fans(fixture: ShelfBench, record: Record) -> None:
    """Ask for all the air."""
    record_fans(fixture, record)


@PLAN.step(event_measurands, timeout_s=60.0)
def black_boxes(fixture: ShelfBench, record: Record) -> None:
    """Read what the supplies logged, and leave the logs empty."""
    record_shelf_events(fixture, record)
