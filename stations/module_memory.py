"""What the memory of a pluggable module says about itself.

CMIS 5.2 (OIF) for OSFP and QSFP-DD, SFF-8636 rev 2.10a for QSFP28: two layouts told apart by the identifier in
byte 0. Every field is kept as read; the checksum is both read and computed, and nothing here judges either.
"""

from dataclasses import dataclass

_SFF_8636_IDENTIFIERS = (0x0C, 0x0D, 0x11)
"""SFF-8024 table 4-1: QSFP, QSFP+, QSFP28."""


@dataclass(frozen=True, slots=True)
class ModuleMemory:
    """The identity of a module, decoded from lower memory and page 00."""

    identifier: int
    """SFF-8024 identifier, byte 0."""
    management_revision: int
    """Revision of the management interface, byte 1 (0x50: CMIS 5.0)."""
    is_flat: bool
    """Whether the module has no pages beyond 00."""
    media_type: int
    """CMIS byte 85 (0x03: passive copper); for SFF-8636 the device technology of byte 147, upper four bits."""
    vendor: str
    part: str
    serial: str
    length_m: float
    attenuation_db: dict[str, int]
    """Cable attenuation by frequency, in whole dB, as CMIS bytes 204-209 give it; empty for SFF-8636."""
    checksum_stored: int
    checksum_computed: int
    plug: str
    """The maker's own bytes, CMIS 223-238: here the part number of the plug, which tells the ends apart."""


def decode_module(memory: bytes) -> ModuleMemory:
    """Decode the 256 bytes of lower memory and page 00. Raises ValueError for another length."""
    if len(memory) != 256:
        raise ValueError(f"module memory is {len(memory)} bytes long, lower memory and page 00 are 256")
    return _decode_sff_8636(memory) if memory[0] in _SFF_8636_IDENTIFIERS else _decode_cmis(memory)


def _decode_cmis(memory: bytes) -> ModuleMemory:
    # CMIS 5.2 table 8-31: byte 202 is a base length and a power of ten.
    length = (memory[202] & 0x3F) * 10.0 ** ((memory[202] >> 6) - 1)
    lanes = ("5 GHz", "7 GHz", "12.9 GHz", "25.8 GHz", "53.1 GHz")
    return ModuleMemory(
        identifier=memory[0],
        management_revision=memory[1],
        is_flat=bool(memory[2] & 0x80),
        media_type=memory[85],
        vendor=_text(memory[129:145]),
        part=_text(memory[148:164]),
        serial=_text(memory[166:182]),
        length_m=length,
        attenuation_db=dict(zip(lanes, memory[204:209], strict=True)),
        checksum_stored=memory[222],
        checksum_computed=sum(memory[128:222]) % 256,
        plug=_text(memory[223:239]),
    )


def _decode_sff_8636(memory: bytes) -> ModuleMemory:
    return ModuleMemory(
        identifier=memory[0],
        management_revision=memory[1],
        is_flat=bool(memory[2] & 0x04),
        media_type=memory[147] >> 4,
        vendor=_text(memory[148:164]),
        part=_text(memory[168:184]),
        serial=_text(memory[196:212]),
        length_m=float(memory[146]),
        attenuation_db={},
        checksum_stored=memory[191],
        checksum_computed=sum(memory[128:191]) % 256,
        plug=_text(memory[224:240]),
    )


def _text(field: bytes) -> str:
    # Latin-1 keeps every byte: a module with rubbish in its name must show the rubbish, not an exception.
    return field.decode("latin-1").rstrip(" \x00")
