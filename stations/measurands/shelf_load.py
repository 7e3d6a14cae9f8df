"""A shelf under load: its bus, how its supplies share, its joints, and what it tells of itself.

The currents of the supplies are their own telemetry, held against the shunt in the bus by their sum. A supply that does
not answer tells no ampere: it fails its share.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from drivers.errors import LinkError
from drivers.reading import Reading
from stations.fixtures.shelf_bench import ShelfBench
from stations.limits import Measurand
from stations.measurands.fixture_contacts import load_contact_measurands, record_load_contact
from stations.measurands.supply_points import number
from stations.plan import Parameters, Record
from stations.shelf_contactors import SLOTS

LOAD_PARAMETERS = (
    "points",
    "share_tolerance",
    "sum_tolerance",
    "share_drive",
    "joints",
    "telemetry_tolerance",
    "sensors",
)
"""Product parameters that these measurands read."""

SETTLE_S = 0.5


def load_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The bus at every point; with a load on it the share of every supply."""
    for point in parameters["points"]:
        at = _at(point)
        yield Measurand(f"bus_voltage{at}", "V", nominal=point["bus_v"], tolerance=point["tolerance_v"])
        if point["load_pct"]:
            yield from share_measurands(f"share_error{at}", parameters["share_tolerance"])
            yield Measurand(
                f"told_current{at}",
                "1",
                nominal=0.0,
                tolerance=parameters["sum_tolerance"],
                clause="what the supplies tell together over the current through the shunt, less one",
            )


def share_measurands(name: str, tolerance: float) -> Iterator[Measurand]:
    """The share of every supply."""
    clause = "current over the mean of those that should carry, less one"
    for slot in range(1, SLOTS + 1):
        yield Measurand(f"{name}_slot_{slot}", "1", nominal=0.0, tolerance=tolerance, clause=clause)


def share_drive_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The shares while the share bus is held from outside: droop hides a contact that is open, this does not."""
    yield from share_measurands("driven_share_error", parameters["share_drive"]["tolerance"])
    yield Measurand("driven_rise", "V", clause="fixture: rise of the bus; none when the drive does not reach it")


def joint_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The resistance of every joint."""
    joints = parameters["joints"]
    for joint in range(1, SLOTS + 1):
        yield Measurand(
            f"joint_resistance_joint_{joint}",
            "ohm",
            low=0.0,
            high=joints["resistance_max_ohm"],
            over_range="fail",
            clause=f"from its voltage drop at {joints['load_pct']:g} %, less that without load",
        )


def shelf_telemetry_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The shelf's own meters against the bench's."""
    for name in ("output_voltage", "output_current", "output_power", "input_power"):
        yield Measurand(
            f"shelf_{name}",
            "1",
            nominal=0.0,
            tolerance=parameters["telemetry_tolerance"],
            clause="what the shelf tells over what the bench measures, less one",
        )
    yield from load_contact_measurands()


def record_load(fixture: ShelfBench, record: Record) -> None:
    """Go through the table of loads."""
    for point in fixture.parameters["points"]:
        at = _at(point)
        fixture.draw(point["load_pct"] / 100.0)
        fixture.wait(SETTLE_S)
        record(f"bus_voltage{at}", fixture.bus_voltage())
        if point["load_pct"]:
            currents = told_currents(fixture)
            record_shares(record, f"share_error{at}", currents)
            shunt = number(fixture.output_power().current, "bus current")
            record(f"told_current{at}", Reading(sum(currents.values()) / shunt - 1.0, "1"))


def record_share_drive(fixture: ShelfBench, record: Record) -> None:
    """Hold the share bus above what the supplies hold it at, and see who follows."""
    drive = fixture.parameters["share_drive"]
    fixture.draw(drive["load_pct"] / 100.0)
    before = number(fixture.bus_voltage(), "bus voltage")
    fixture.drive_share(drive["level_v"])
    fixture.wait(SETTLE_S)
    record("driven_rise", Reading(number(fixture.bus_voltage(), "bus voltage") - before, "V"))
    record_shares(record, "driven_share_error", told_currents(fixture))
    fixture.release_share()


def record_joints(fixture: ShelfBench, record: Record) -> None:
    """Measure each joint's drop under load and without, for what the contacts of the taps add by their warmth."""
    fixture.draw(fixture.parameters["joints"]["load_pct"] / 100.0)
    fixture.wait(SETTLE_S)
    currents = told_currents(fixture)
    loaded = {joint: number(fixture.joint_drop(joint), "joint drop") for joint in currents}
    fixture.draw(0.0)
    fixture.wait(SETTLE_S)
    for joint, ampere in currents.items():
        drop = loaded[joint] - number(fixture.joint_drop(joint), "joint drop")
        # A joint that carries nothing is not proven.
        found = Reading(abs(drop) / ampere, "ohm") if ampere > 0.0 else Reading(None, "ohm", over_range="OVER")
        record(f"joint_resistance_joint_{joint}", found)


def record_shelf_telemetry(fixture: ShelfBench, record: Record) -> None:
    """Hold the shelf's meters against shunt, multimeter and the feeds' own meters, at full load."""
    fixture.draw(1.0)
    fixture.wait(SETTLE_S)
    output = fixture.output_power()
    told = {
        "output_voltage": (fixture.bus.read_output_voltage(), number(fixture.bus_voltage(), "bus voltage")),
        "output_current": (fixture.bus.read_output_current(), number(output.current, "bus current")),
        "output_power": (fixture.bus.read_output_power(), number(output.power, "bus power")),
        "input_power": (
            fixture.bus.read_input_power(),
            sum(number(source.measure_power(), "input power") for source in fixture.sources),
        ),
    }
    for name, (own, measured) in told.items():
        record(f"shelf_{name}", Reading(number(own, name) / measured - 1.0, "1"))
    record_load_contact(fixture.bus_voltage(), fixture.load, record)


def told_currents(fixture: ShelfBench) -> dict[int, float]:
    """What every supply tells of its current, in A, by slot; nothing where none answers."""
    return {slot: _told(fixture, slot) for slot in fixture.supplies}


def record_shares(record: Record, name: str, currents: Mapping[int, float]) -> None:
    """Record each current over the mean of all."""
    mean = sum(currents.values()) / len(currents)
    for slot, ampere in currents.items():
        record(f"{name}_slot_{slot}", Reading(ampere / mean - 1.0 if mean else -1.0, "1"))


def _told(fixture: ShelfBench, slot: int) -> float:
    try:
        return number(fixture.supplies[slot].read_output_current(), f"current of slot {slot}")
    except LinkError:
        return 0.0


def _at(point: Mapping[str, Any]) -> str:
    return f"_at_{point['load_pct']:g}"
