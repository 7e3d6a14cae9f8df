"""Who a switch says it is, in its system EEPROM."""

from collections.abc import Iterator

from stations.fixtures.switch_bench import SwitchBench
from stations.limits import Measurand
from stations.mac_address import mac_of
from stations.plan import Parameters, Record

IDENTITY_PARAMETERS = ("console", "part_in_memory", "mac")
"""Product parameters that these measurands read."""


def identity_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The system EEPROM against the label."""
    yield Measurand("memory_checksum", "", equals="valid", clause="ONIE TlvInfo, CRC-32 of the whole")
    yield Measurand("serial_agrees", "", equals="yes", clause="serial number in the EEPROM = the one on its label")
    yield Measurand("serial_told", "", tells="serial", clause="ONIE TlvInfo 0x23, for the centre")
    yield Measurand("mac_told", "", tells="mac", clause="ONIE TlvInfo 0x24, for the centre")
    yield Measurand("part_in_memory", "", equals=str(parameters["part_in_memory"]))
    yield Measurand("mac_agrees", "", equals="yes", clause="base MAC address = the one allotted with the serial number")


def record_identity(fixture: SwitchBench, record: Record) -> None:
    """Read the system EEPROM; with a wrong checksum its texts are still told, for whoever looks for the cause."""
    told = fixture.eeprom()
    scanned = fixture.unit.serial if fixture.unit is not None else ""
    record("memory_checksum", "valid" if told.checksum_valid else "invalid")
    record("serial_agrees", "yes" if told.serial_number == scanned else f"no: {told.serial_number!r}")
    record("serial_told", told.serial_number or "")
    record("mac_told", told.mac_base or "")
    record("part_in_memory", told.part_number or "none")
    wanted, found = mac_of(scanned, fixture.parameters["mac"]), told.mac_base
    record("mac_agrees", "yes" if found == wanted else f"no: {found}, not {wanted}")
