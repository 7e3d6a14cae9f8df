"""What a server supply tells of itself: who it is, and what it logged of the test."""

from collections.abc import Iterator

from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.plan import Parameters, Record

TOLD_PARAMETERS = ("part_in_supply", "firmware", "events")
"""Product parameters that these measurands read."""

_EMPTY = "cleared"


def told_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Its serial number, and its part with the firmware that belongs to it."""
    yield Measurand("serial_agrees", "", equals="yes", clause="serial number in the supply = the one on its label")
    yield Measurand("serial_told", "", tells="serial", clause="serial number in the supply, for the centre")
    yield Measurand("part_and_firmware", "", equals=f"{parameters['part_in_supply']} {parameters['firmware']}")


def log_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Its black box."""
    caused = ",".join(parameters["events"])
    clause = "exactly what this test caused, oldest first, and nothing once it was cleared"
    yield Measurand("events", "", equals=f"{caused}; {_EMPTY}", clause=clause)


def record_told(fixture: PsuBench, record: Record) -> None:
    """Ask the supply who it is."""
    told = fixture.bus.read_identity()
    scanned = fixture.unit.serial if fixture.unit is not None else ""
    record("serial_agrees", "yes" if told.serial == scanned else f"no: {told.serial!r}")
    record("serial_told", told.serial)
    record("part_and_firmware", f"{told.part} {told.firmware}")


def record_log(fixture: PsuBench, record: Record) -> None:
    """Read what the supply logged: no more and no less than this test did to it; then leave it empty."""
    logged = _events(fixture)
    fixture.bus.clear_events()
    record("events", f"{logged}; {_events(fixture) or _EMPTY}")


def _events(fixture: PsuBench) -> str:
    return ",".join(event.name for event in fixture.bus.read_events())
