"""What a cable's final test asks of the memory in a plug, whichever map the plug turns out to have.

The decoding is that of `drivers.module_eeprom.maps`. Here a wrong identifier must be a measurement and not an error:
what no map is known for is read as CMIS, the map that the cable ought to have.
"""

from dataclasses import dataclass

from drivers.module_eeprom.maps import cmis, sff8636
from drivers.module_eeprom.maps.image import ModuleImage

_SFF_8636_IDENTIFIERS = (0x0C, 0x0D, 0x11)
"""SFF-8024: QSFP, QSFP+, QSFP28."""


@dataclass(frozen=True, slots=True)
class ModuleMemory:
    """The identity of a plug as a cable's final test judges it; nothing here judges."""

    identifier: int
    """SFF-8024 identifier, byte 0."""
    media_type: int
    """CMIS byte 85 (0x03: passive copper); for SFF-8636 the device technology of byte 147, upper four bits."""
    vendor: str
    part: str
    serial: str
    length_m: float | None
    """None when the map says only that it is longer than it can tell."""
    checksum_stored: int
    checksum_computed: int
    """Of page 00h: CMIS byte 222, SFF-8636 CC_BASE."""
    plug: str
    """The maker's own bytes: here the part number of the plug, which tells the ends apart."""


def decode_module(memory: bytes) -> ModuleMemory:
    """Decode the 256 bytes of lower memory and page 00h. Raises `MemoryMapError` for another length."""
    image = ModuleImage.of(memory)
    is_sff = memory[0] in _SFF_8636_IDENTIFIERS
    decoder = sff8636 if is_sff else cmis
    identity, checksum = decoder.identity(image), decoder.checksums(image)[0]
    return ModuleMemory(
        identifier=identity.identifier,
        media_type=memory[147] >> 4 if is_sff else memory[85],
        vendor=identity.vendor,
        part=identity.part,
        serial=identity.serial,
        length_m=identity.length_m,
        checksum_stored=checksum.stored,
        checksum_computed=checksum.computed,
        plug=identity.plug,
    )
