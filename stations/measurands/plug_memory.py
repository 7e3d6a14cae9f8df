"""Identity and integrity of a plug's memory: identifier, media type, checksum and the rest, each by name."""

from collections.abc import Iterator

from drivers.reading import Reading
from mes.records import UnitIdentity
from stations.limits import Measurand
from stations.module_memory import ModuleMemory
from stations.plan import Parameters, Record

MEMORY_PARAMETERS = ("memory",)
"""Product parameters that these measurands read: the table `memory` with the keys used below."""


def memory_measurands(parameters: Parameters, end: str) -> Iterator[Measurand]:
    """The measurands of the plug at one end."""
    memory = parameters["memory"]
    yield Measurand(
        f"identifier_{end}", "", one_of=tuple(memory["identifiers"]), clause="SFF-8024 table 4-1, memory byte 0"
    )
    yield Measurand(f"media_type_{end}", "", equals=memory["media_type"], clause="CMIS byte 85")
    yield Measurand(f"checksum_{end}", "", equals="valid", clause="CMIS byte 222 = Σ bytes 128–221 mod 256")
    yield Measurand(f"part_number_{end}", "", equals=memory["part_number"], clause="CMIS bytes 148–163")
    # In the end's own memory, against the label under the scanner: an exchanged plug shows here and nowhere else.
    yield Measurand(f"serial_agreement_{end}", "", equals="agrees", clause="CMIS bytes 166–181 = label")
    yield Measurand(f"serial_told_{end}", "", tells="serial", clause="CMIS bytes 166–181, for the centre")
    # The two memories differ in nothing else: without this, exchanged ends would pass.
    yield Measurand(f"plug_{end}", "", equals=memory["plugs"][end], clause="maker's own bytes, CMIS 223–238")
    yield Measurand(
        f"length_{end}",
        "m",
        nominal=memory["length_m"],
        tolerance=memory["length_tolerance_m"],
        over_range="fail",
        clause="CMIS byte 202",
    )


def record_memory(record: Record, end: str, memory: ModuleMemory, unit: UnitIdentity | None) -> None:
    """Record what the plug at one end says, against the unit that was scanned."""
    valid = memory.checksum_stored == memory.checksum_computed
    record(f"identifier_{end}", f"0x{memory.identifier:02x}")
    record(f"media_type_{end}", f"0x{memory.media_type:02x}")
    record(
        f"checksum_{end}",
        "valid" if valid else f"stored 0x{memory.checksum_stored:02x}, computed 0x{memory.checksum_computed:02x}",
    )
    record(f"part_number_{end}", memory.part)
    agrees = unit is not None and memory.serial == unit.serial
    record(f"serial_agreement_{end}", "agrees" if agrees else f"memory says {memory.serial!r}")
    record(f"serial_told_{end}", memory.serial)
    record(f"plug_{end}", memory.plug)
    told = memory.length_m
    record(f"length_{end}", Reading(told, "m", over_range="OVER" if told is None else None))
