"""A shelf comes alive slot by slot: which inlet feeds which slot, and who sits in them."""

from collections.abc import Iterator

from drivers.capabilities import SupplyIdentity
from drivers.errors import DeviceError, LinkError
from stations.fixtures.shelf_bench import ShelfBench
from stations.limits import Measurand
from stations.plan import Parameters, Record
from stations.shelf_contactors import SLOTS

START_PARAMETERS = (
    "rated_current_a",
    "line_v",
    "frequency_hz",
    "output_min_v",
    "part_in_shelf",
    "supply_part",
    "supply_firmware",
    "supply_serial_pattern",
)
"""Product parameters that these measurands read."""

_AWAKE_S = 0.8
"""After its AC has come a supply answers within this: its capacitor is charged for half a second."""
_SETTLE_S = 1.5
SILENT = "no answer"


def feed_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Who wakes up as each contactor is closed."""
    for slot in range(1, SLOTS + 1):
        yield Measurand(
            f"awake_slot_{slot}", "", equals=str(slot), clause="slots that answer once this slot's contactor is closed"
        )


def shelf_identity_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Who the shelf says it is, and who its supplies do."""
    yield Measurand("shelf_serial_agrees", "", equals="yes", clause="serial number in the shelf = the one on its label")
    yield Measurand("shelf_serial_told", "", tells="serial", clause="serial number in the shelf, for the centre")
    yield Measurand("shelf_part_number", "", equals=str(parameters["part_in_shelf"]))
    for slot in range(1, SLOTS + 1):
        yield Measurand(f"supply_serial_slot_{slot}", "", matches=str(parameters["supply_serial_pattern"]))
        yield Measurand(f"supply_part_slot_{slot}", "", equals=str(parameters["supply_part"]))
        yield Measurand(f"supply_firmware_slot_{slot}", "", equals=str(parameters["supply_firmware"]))
    yield Measurand("distinct_serials", "", equals=str(SLOTS), clause="a serial number told twice is a copied memory")


def record_feeds(fixture: ShelfBench, record: Record) -> None:
    """Close one contactor after the other and ask who has come to life by it."""
    fixture.switch_feeds_on(float(fixture.parameters["line_v"]), float(fixture.parameters["frequency_hz"]))
    silent = list(fixture.supplies)
    for slot in fixture.supplies:
        fixture.connect_slot(slot, True)
        fixture.wait(_AWAKE_S)
        awake = [other for other in silent if fixture.answers(other)]
        silent = [other for other in silent if other not in awake]
        record(f"awake_slot_{slot}", ",".join(map(str, awake)) or "none")
    if not fixture.wait_for_bus() or not fixture.answers():
        raise DeviceError(f"no supply brings the bus up, or the shelf is silent; slots without an answer: {silent}")
    fixture.wait(_SETTLE_S)
    fixture.bus.clear_alarms()
    fixture.bus.clear_events()


def record_shelf_identity(fixture: ShelfBench, record: Record) -> None:
    """Ask the shelf and each of its supplies who they are."""
    told = fixture.bus.read_identity()
    scanned = fixture.unit.serial if fixture.unit is not None else ""
    record("shelf_serial_agrees", "yes" if told.serial == scanned else f"no: {told.serial!r}")
    record("shelf_serial_told", told.serial)
    record("shelf_part_number", told.part)
    serials = set()
    for slot in fixture.supplies:
        supply = _identity(fixture, slot)
        record(f"supply_serial_slot_{slot}", SILENT if supply is None else supply.serial)
        record(f"supply_part_slot_{slot}", SILENT if supply is None else supply.part)
        record(f"supply_firmware_slot_{slot}", SILENT if supply is None else supply.firmware)
        if supply is not None:
            serials.add(supply.serial)
    record("distinct_serials", str(len(serials)))


def _identity(fixture: ShelfBench, slot: int) -> SupplyIdentity | None:
    try:
        return fixture.supplies[slot].read_identity()
    except LinkError:
        return None
