"""The memory map that a passive copper cable carries (CMIS 5.0, chapter 8: lower memory and page 00h).

The checksum of page 00h at byte 222 is the low byte of the sum of bytes 128 to 221. Bytes 223 to 255 are the maker's
own: there each end carries the part number of its plug, which is all that tells the two ends apart.
"""

import math
from dataclasses import dataclass
from typing import Literal

from sim_hardware.duts.design import TwinaxDesign
from sim_hardware.duts.module_memory import ModuleMemory

MapField = Literal["identifier", "media_type", "part_number", "serial_number"]

OSFP = 0x19
PASSIVE_COPPER = 0x03
_REVISION_5_0 = 0x50
_FLAT_MEMORY = 0x80
_STATE_READY = 0x06
_NO_SEPARABLE_CONNECTOR = 0x23
_COPPER_UNEQUALISED = 0x0A

IDENTIFIER, MEDIA_TYPE, PAGE_IDENTIFIER, CHECKSUM = 0, 85, 128, 222
_TEXT = {
    "vendor": (129, 16),
    "part_number": (148, 16),
    "revision": (164, 2),
    "serial_number": (166, 16),
    "date_code": (182, 8),
    "plug": (223, 16),
}
_LENGTH, _CONNECTOR, _ATTENUATION, _TECHNOLOGY = 202, 203, 204, 212
_LENGTH_STEPS_M = (0.1, 1.0, 10.0, 100.0)
_ATTENUATION_GHZ = (5.0, 7.0, 12.9, 25.8, 53.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CableIdentity:
    """What one end of a cable says of itself.

    Texts are ASCII and no longer than their fields (16 characters; revision 2, date code 8).
    """

    part_number: str
    serial_number: str
    vendor: str = "RACKLINE"
    revision: str = "A1"
    date_code: str = "250101"
    plug: str = ""
    identifier: int = OSFP

    def __post_init__(self) -> None:
        for name, (_, room) in _TEXT.items():
            text = getattr(self, name)
            if not text.isascii() or len(text) > room:
                raise ValueError(f"{name} {text!r} does not fit into {room} ASCII characters of a module memory")


def passive_copper_memory(identity: CableIdentity, design: TwinaxDesign) -> ModuleMemory:
    """The flat memory of a passive copper cable as programmed at the end of the line."""
    view = bytearray(256)
    view[IDENTIFIER] = view[PAGE_IDENTIFIER] = identity.identifier
    view[1], view[2], view[3] = _REVISION_5_0, _FLAT_MEMORY, _STATE_READY
    view[MEDIA_TYPE] = PASSIVE_COPPER
    view[86] = 0xFF  # no application is advertised: the host negotiates the link with its peer
    for name, (start, room) in _TEXT.items():
        view[start : start + room] = getattr(identity, name).encode("ascii").ljust(room)
    view[_LENGTH] = _length_byte(design.length_m)
    view[_CONNECTOR], view[_TECHNOLOGY] = _NO_SEPARABLE_CONNECTOR, _COPPER_UNEQUALISED
    for at, ghz in enumerate(_ATTENUATION_GHZ, start=_ATTENUATION):
        connectors = 2 * design.connector_loss_db * math.sqrt(ghz * 1e9 / design.reference_hz)
        view[at] = math.ceil(design.length_m * (design.k1 * math.sqrt(ghz) + design.k2 * ghz) + connectors)
    view[CHECKSUM] = sum(view[128:CHECKSUM]) & 0xFF
    return ModuleMemory(bytes(view[:128]), {0: bytes(view[128:])})


def checksum_error(memory: ModuleMemory) -> int:
    """Stored minus computed checksum of page 00h, modulo 256; zero is right."""
    view = memory.page(0)
    return (view[CHECKSUM] - sum(view[128:CHECKSUM])) & 0xFF


def text_of(memory: ModuleMemory, name: str) -> str:
    """A text field without its padding; a byte that is no ASCII shows as its escape."""
    start, room = _TEXT[name]
    return memory.page(0)[start : start + room].decode("ascii", "backslashreplace").rstrip()


def differing_characters(memory: ModuleMemory, name: str, expected: str) -> int:
    """How many characters of a text field are not what they should be."""
    start, room = _TEXT[name]
    return sum(a != b for a, b in zip(memory.page(0)[start : start + room], expected.encode().ljust(room), strict=True))


def spoil_checksum(memory: ModuleMemory, offset: int) -> None:
    """Store a checksum that is off by this much."""
    memory.write(CHECKSUM, bytes([(memory.page(0)[CHECKSUM] + offset) & 0xFF]))


def spoil_field(memory: ModuleMemory, name: MapField) -> None:
    """Write another, plausible value into a field and put the checksum right again."""
    if name == "identifier":
        # DSFP in SFF-8024: a two-lane plug, which no cage for these cables takes.
        other = b"\x1b"
        memory.write(IDENTIFIER, other)
        memory.write(PAGE_IDENTIFIER, other)
    elif name == "media_type":
        memory.write(MEDIA_TYPE, b"\x02")  # single-mode fibre
    else:
        start, _ = _TEXT[name]
        last = start + len(text_of(memory, name)) - 1
        memory.write(last, b"7" if memory.page(0)[last : last + 1] != b"7" else b"1")
    memory.write(CHECKSUM, bytes([sum(memory.page(0)[128:CHECKSUM]) & 0xFF]))


def spoil_length(memory: ModuleMemory, length_m: float) -> None:
    """Write another length and put the checksum right again."""
    memory.write(_LENGTH, bytes([_length_byte(length_m)]))
    memory.write(CHECKSUM, bytes([sum(memory.page(0)[128:CHECKSUM]) & 0xFF]))


def told_length_m(memory: ModuleMemory) -> float:
    """The length that byte 202 tells, in metres."""
    byte = memory.page(0)[_LENGTH]
    return float((byte & 0x3F) * _LENGTH_STEPS_M[byte >> 6])


def _length_byte(length_m: float) -> int:
    """Byte 202: multiplier in bits 7-6 (0.1, 1, 10, 100 m), base in bits 5-0; the finest one that holds the length."""
    for code, step_m in enumerate(_LENGTH_STEPS_M):
        base = round(length_m / step_m)
        if base <= 0x3F:
            return code << 6 | max(base, 1)
    raise ValueError(f"a cable of {length_m} m is longer than a module memory can say")
