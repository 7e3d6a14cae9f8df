"""The identity EEPROM of a switch: ONIE's TlvInfo format, decoded and encoded.

An eight-byte signature, a version, a length, then type-length-value entries of which the last is a CRC-32 over all
bytes before its value (ONIE design specification, "Non-volatile board configuration EEPROM").
"""

import re
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from drivers.device_documents._text import document_text
from drivers.errors import DocumentError

_DOCUMENT: Final = "ONIE EEPROM"
_SIGNATURE: Final = b"TlvInfo\0"
_VERSION: Final = 1
_HEADER: Final = len(_SIGNATURE) + 3
_LONGEST: Final = 2048
"""The specification's limit of the whole image, header included."""
_LONGEST_VALUE: Final = 255
_MAC: Final = 6
_DATE: Final = re.compile(r"(0[1-9]|1[0-2])/(0[1-9]|[12][0-9]|3[01])/[0-9]{4} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_HEX: Final = re.compile(r"[0-9a-fA-F]{2}")


class TlvCode(IntEnum):
    """The types of entries, as the specification numbers them."""

    PRODUCT_NAME = 0x21
    PART_NUMBER = 0x22
    SERIAL_NUMBER = 0x23
    MAC_BASE = 0x24
    MANUFACTURE_DATE = 0x25
    DEVICE_VERSION = 0x26
    LABEL_REVISION = 0x27
    PLATFORM_NAME = 0x28
    ONIE_VERSION = 0x29
    MAC_COUNT = 0x2A
    MANUFACTURER = 0x2B
    COUNTRY_CODE = 0x2C
    VENDOR = 0x2D
    DIAGNOSTIC_VERSION = 0x2E
    SERVICE_TAG = 0x2F
    VENDOR_EXTENSION = 0xFD
    CRC32 = 0xFE


_TEXTS: Final = frozenset(TlvCode) - {
    TlvCode.MAC_BASE,
    TlvCode.DEVICE_VERSION,
    TlvCode.MAC_COUNT,
    TlvCode.VENDOR_EXTENSION,
    TlvCode.CRC32,
}


@dataclass(frozen=True, slots=True)
class Tlv:
    """One entry: its type and the bytes of its value."""

    code: int
    value: bytes


@dataclass(frozen=True, slots=True)
class OnieEeprom:
    """The entries of an image in their order, without the checksum, which is a verdict of its own."""

    entries: tuple[Tlv, ...]
    crc_found: int
    crc_computed: int

    @property
    def checksum_valid(self) -> bool:
        """Whether the CRC-32 in the image is that of its bytes."""
        return self.crc_found == self.crc_computed

    def value(self, code: TlvCode) -> bytes | None:
        """The bytes of the only entry of this type, or None."""
        return next((entry.value for entry in self.entries if entry.code == code), None)

    def text(self, code: TlvCode) -> str | None:
        """A text entry without the NULs that makers fill it up with, or None.

        Raises `DocumentError` for bytes that are no printable ASCII.
        """
        if code not in _TEXTS:
            raise ValueError(f"{_DOCUMENT}: {code.name} is no text")
        raw = self.value(code)
        if raw is None:
            return None
        text = raw.rstrip(b"\0").decode("latin-1")
        if not (text.isascii() and text.isprintable()):
            raise DocumentError(_DOCUMENT, code.name, f"{raw!r} is no text")
        return text

    @property
    def product_name(self) -> str | None:
        """The product's name."""
        return self.text(TlvCode.PRODUCT_NAME)

    @property
    def part_number(self) -> str | None:
        """The part number."""
        return self.text(TlvCode.PART_NUMBER)

    @property
    def serial_number(self) -> str | None:
        """The serial number."""
        return self.text(TlvCode.SERIAL_NUMBER)

    @property
    def manufacture_date(self) -> str | None:
        """When it was made, as MM/DD/YYYY hh:mm:ss. Raises `DocumentError` for another form."""
        text = self.text(TlvCode.MANUFACTURE_DATE)
        if text is not None and not _DATE.fullmatch(text):
            raise DocumentError(_DOCUMENT, "MANUFACTURE_DATE", f"{text!r} is not MM/DD/YYYY hh:mm:ss")
        return text

    @property
    def mac_base(self) -> str | None:
        """The first MAC address, as six pairs of digits. Raises `DocumentError` when it is not six bytes."""
        raw = self.value(TlvCode.MAC_BASE)
        if raw is not None and len(raw) != _MAC:
            raise DocumentError(_DOCUMENT, "MAC_BASE", f"has {len(raw)} bytes instead of {_MAC}")
        return None if raw is None else raw.hex(":")

    @property
    def mac_count(self) -> int | None:
        """How many MAC addresses there are. Raises `DocumentError` when it is not two bytes."""
        return self._number(TlvCode.MAC_COUNT, 2)

    @property
    def device_version(self) -> int | None:
        """The version of the device, 0 to 255. Raises `DocumentError` when it is not one byte."""
        return self._number(TlvCode.DEVICE_VERSION, 1)

    def _number(self, code: TlvCode, size: int) -> int | None:
        raw = self.value(code)
        if raw is not None and len(raw) != size:
            raise DocumentError(_DOCUMENT, code.name, f"has {len(raw)} bytes instead of {size}")
        return None if raw is None else int.from_bytes(raw, "big")


def decode_onie_eeprom(image: bytes) -> OnieEeprom:
    """The entries of an image; bytes after the stated length are the memory's, not the document's.

    Raises `DocumentError` when signature, version or lengths do not fit, an entry other than a vendor extension occurs
    twice, or the checksum is not the last entry. A wrong checksum is not raised: ask `checksum_valid` before using
    anything.
    """
    if not image.startswith(_SIGNATURE):
        raise DocumentError(_DOCUMENT, "byte 0", f"{image[:8]!r} is not the signature {_SIGNATURE!r}")
    if len(image) < _HEADER:
        raise DocumentError(_DOCUMENT, f"byte {len(image)}", "is cut in its header; read it again")
    if image[8] != _VERSION:
        raise DocumentError(_DOCUMENT, "byte 8", f"format version {image[8]} is not {_VERSION}")
    length = int.from_bytes(image[9:11], "big")
    end = _HEADER + length
    if end > _LONGEST:
        raise DocumentError(_DOCUMENT, "byte 9", f"length {length} is more than {_LONGEST - _HEADER}")
    if end > len(image):
        raise DocumentError(_DOCUMENT, f"byte {len(image)}", f"is cut: {end} bytes are stated; read it again")
    entries: list[Tlv] = []
    place = _HEADER
    while place < end:
        entry = _entry(image, place, end)
        if entry.code != TlvCode.VENDOR_EXTENSION and any(known.code == entry.code for known in entries):
            raise DocumentError(_DOCUMENT, f"byte {place}", f"entry {entry.code:#04x} occurs twice")
        entries.append(entry)
        place += 2 + len(entry.value)
        if entry.code == TlvCode.CRC32:
            break
    if not entries or entries[-1].code != TlvCode.CRC32 or place != end:
        raise DocumentError(_DOCUMENT, f"byte {place}", "the checksum is not its last entry")
    checksum = entries.pop().value
    if len(checksum) != 4:
        raise DocumentError(_DOCUMENT, f"byte {place - len(checksum)}", f"a checksum of {len(checksum)} bytes, not 4")
    return OnieEeprom(tuple(entries), int.from_bytes(checksum, "big"), zlib.crc32(image[: end - 4]))


def encode_onie_eeprom(entries: tuple[Tlv, ...]) -> bytes:
    """The image that holds these entries, with its checksum.

    Raises `DocumentError` for entries that an image cannot hold: a checksum, one that occurs twice, too long ones.
    """
    body = bytearray()
    for index, entry in enumerate(entries):
        place = f"entry {index} ({entry.code:#04x})"
        if not 0 <= entry.code <= 0xFF or entry.code == TlvCode.CRC32:
            raise DocumentError(_DOCUMENT, place, "is no entry that may be given")
        if len(entry.value) > _LONGEST_VALUE:
            raise DocumentError(_DOCUMENT, place, f"has {len(entry.value)} bytes; {_LONGEST_VALUE} fit")
        if entry.code != TlvCode.VENDOR_EXTENSION and any(known.code == entry.code for known in entries[:index]):
            raise DocumentError(_DOCUMENT, place, "occurs twice")
        body += bytes((entry.code, len(entry.value))) + entry.value
    body += bytes((TlvCode.CRC32, 4))
    if _HEADER + len(body) + 4 > _LONGEST:
        raise DocumentError(_DOCUMENT, "its end", f"{_HEADER + len(body) + 4} bytes are more than {_LONGEST}")
    image = _SIGNATURE + bytes((_VERSION,)) + (len(body) + 4).to_bytes(2, "big") + bytes(body)
    return image + zlib.crc32(image).to_bytes(4, "big")


def image_from_hex(content: str | bytes) -> bytes:
    """The bytes that a dump of pairs of hexadecimal digits stands for. Raises `DocumentError` for anything else."""
    digits = document_text("hex dump", content).split()
    for index, pair in enumerate(digits):
        if not _HEX.fullmatch(pair):
            raise DocumentError("hex dump", f"byte {index}", f"{pair[:20]!r} is no pair of hexadecimal digits")
    return bytes.fromhex("".join(digits))


def _entry(image: bytes, place: int, end: int) -> Tlv:
    if place + 2 > end or place + 2 + image[place + 1] > end:
        raise DocumentError(_DOCUMENT, f"byte {place}", "this entry reaches beyond the stated length")
    return Tlv(image[place], image[place + 2 : place + 2 + image[place + 1]])
