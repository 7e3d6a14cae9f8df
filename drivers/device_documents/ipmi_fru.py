"""The identity EEPROM of boards, trays and supplies: IPMI Platform Management FRU Information, version 1.0.

A common header with the places of its areas in units of eight bytes, areas of fields that each state their encoding,
and records for what the areas have no field for. Header, areas and records add up to zero modulo 256 with their
checksum. A wrong one is a verdict here; only the header's is an error, because behind it nothing can be found.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.device_documents._fru_fields import FruField, read_fields
from drivers.errors import DocumentError

_DOCUMENT: Final = "IPMI FRU"
_VERSION: Final = 1
_UNIT: Final = 8
_HEADER: Final = 8
_ENGLISH: Final = frozenset({0, 25})
_EPOCH: Final = datetime(1996, 1, 1, tzinfo=UTC)
_RECORD_HEADER: Final = 5
_RECORD_VERSION: Final = 2
_LAST: Final = 0x80
_AREAS: Final = ("internal", "chassis", "board", "product", "multirecord")


@dataclass(frozen=True, slots=True)
class FruChassis:
    """The chassis info area; `kind` is the enclosure type of SMBIOS."""

    kind: int
    part_number: FruField
    serial_number: FruField
    custom: tuple[FruField, ...]
    checksum_valid: bool


@dataclass(frozen=True, slots=True)
class FruBoard:
    """The board info area; `made_at` is None where it is not specified."""

    language: int
    made_at: datetime | None
    manufacturer: FruField
    product_name: FruField
    serial_number: FruField
    part_number: FruField
    file_id: FruField
    custom: tuple[FruField, ...]
    checksum_valid: bool


@dataclass(frozen=True, slots=True)
class FruProduct:
    """The product info area."""

    language: int
    manufacturer: FruField
    product_name: FruField
    part_number: FruField
    version: FruField
    serial_number: FruField
    asset_tag: FruField
    file_id: FruField
    custom: tuple[FruField, ...]
    checksum_valid: bool


@dataclass(frozen=True, slots=True)
class FruRecord:
    """One record of the multirecord area: its type and bytes, and whether both of its checksums hold."""

    kind: int
    content: bytes
    checksum_valid: bool


@dataclass(frozen=True, slots=True)
class IpmiFru:
    """What an image holds; an area that is not there is None."""

    internal: bytes | None
    chassis: FruChassis | None
    board: FruBoard | None
    product: FruProduct | None
    records: tuple[FruRecord, ...]

    @property
    def checksum_valid(self) -> bool:
        """Whether every area and record adds up to zero. The header does, or there were no `IpmiFru`."""
        areas = [area.checksum_valid for area in (self.chassis, self.board, self.product) if area is not None]
        return all(areas) and all(record.checksum_valid for record in self.records)


def decode_ipmi_fru(image: bytes) -> IpmiFru:
    """The areas of an image.

    Raises `DocumentError` for a header that is of another version or does not add up to zero, areas that overlap or
    reach beyond the image, and fields that cannot be read. A wrong checksum of an area is not raised: ask
    `checksum_valid` before using anything.
    """
    if len(image) < _HEADER:
        raise DocumentError(_DOCUMENT, f"byte {len(image)}", "is cut in its header; read it again")
    if image[0] != _VERSION:
        raise DocumentError(_DOCUMENT, "byte 0", f"format {image[0]:#04x} is not {_VERSION:#04x}; an empty EEPROM?")
    if sum(image[:_HEADER]) % 256 or image[6]:
        raise DocumentError(_DOCUMENT, "byte 7", "the header's checksum is wrong: its areas cannot be found")
    starts = {name: _UNIT * image[1 + index] for index, name in enumerate(_AREAS) if image[1 + index]}
    chassis, board, product = (_area(image, starts, name) for name in ("chassis", "board", "product"))
    return IpmiFru(
        internal=_internal(image, starts),
        chassis=None if chassis is None else _chassis(chassis, starts["chassis"]),
        board=None if board is None else _board(board, starts["board"]),
        product=None if product is None else _product(product, starts["product"]),
        records=_records(image, starts["multirecord"], _end(image, starts, "multirecord"))
        if "multirecord" in starts
        else (),
    )


def _end(image: bytes, starts: dict[str, int], name: str) -> int:
    """Where the room of an area ends: at the next area, or with the image."""
    start = starts[name]
    shared = [other for other, place in starts.items() if place == start and other != name]
    if shared:
        raise DocumentError(_DOCUMENT, f"byte {start}", f"the areas {name} and {shared[0]} begin at one place")
    return min([len(image), *(place for place in starts.values() if place > start)])


def _internal(image: bytes, starts: dict[str, int]) -> bytes | None:
    """The bytes of the internal use area, which states no length: they reach to the next area."""
    if "internal" not in starts:
        return None
    start = starts["internal"]
    _require_version(image, start, "internal")
    return image[start + 1 : _end(image, starts, "internal")]


def _area(image: bytes, starts: dict[str, int], name: str) -> bytes | None:
    if name not in starts:
        return None
    start = starts[name]
    _require_version(image, start, name)
    if start + 2 > len(image):
        raise DocumentError(_DOCUMENT, f"byte {len(image)}", f"is cut in the {name} area; read it again")
    length = _UNIT * image[start + 1]
    room = _end(image, starts, name) - start
    if not _UNIT <= length <= room:
        raise DocumentError(
            _DOCUMENT, f"byte {start + 1}", f"the {name} area states {length} bytes and has room for {room}; is it cut?"
        )
    return image[start : start + length]


def _require_version(image: bytes, start: int, name: str) -> None:
    if start >= len(image):
        raise DocumentError(_DOCUMENT, f"byte {len(image)}", f"is cut before its {name} area at {start}")
    if image[start] != _VERSION:
        raise DocumentError(_DOCUMENT, f"byte {start}", f"format {image[start]:#04x} of the {name} area is unknown")


def _chassis(area: bytes, start: int) -> FruChassis:
    (part, serial), custom = _fields(area, start, 3, 2, english=True)
    return FruChassis(area[2], part, serial, custom, _adds_up(area))


def _board(area: bytes, start: int) -> FruBoard:
    minutes = int.from_bytes(area[3:6], "little")
    (maker, name, serial, part, file_id), custom = _fields(area, start, 6, 5, english=area[2] in _ENGLISH)
    made_at = _EPOCH + timedelta(minutes=minutes) if minutes else None
    return FruBoard(area[2], made_at, maker, name, serial, part, file_id, custom, _adds_up(area))


def _product(area: bytes, start: int) -> FruProduct:
    fields, custom = _fields(area, start, 3, 7, english=area[2] in _ENGLISH)
    maker, name, part, version, serial, tag, file_id = fields
    return FruProduct(area[2], maker, name, part, version, serial, tag, file_id, custom, _adds_up(area))


def _fields(
    area: bytes, start: int, first: int, count: int, *, english: bool
) -> tuple[tuple[FruField, ...], tuple[FruField, ...]]:
    fields = read_fields(_DOCUMENT, area[:-1], first, start, english=english)
    if len(fields) < count:
        raise DocumentError(_DOCUMENT, f"byte {start}", f"an area with {len(fields)} fields where {count} are fixed")
    return fields[:count], fields[count:]


def _adds_up(content: bytes) -> bool:
    return sum(content) % 256 == 0


def _records(image: bytes, start: int, end: int) -> tuple[FruRecord, ...]:
    records: list[FruRecord] = []
    place = start
    while True:
        header = image[place : min(place + _RECORD_HEADER, end)]
        if len(header) < _RECORD_HEADER:
            raise DocumentError(_DOCUMENT, f"byte {place}", "is cut before the last record; read it again")
        kind, state, length, checksum, _ = header
        if state & 0x0F != _RECORD_VERSION:
            raise DocumentError(_DOCUMENT, f"byte {place + 1}", f"record format {state & 0x0F} is unknown")
        place += _RECORD_HEADER
        content = image[place : min(place + length, end)]
        if len(content) < length:
            raise DocumentError(_DOCUMENT, f"byte {place}", f"a record states {length} bytes and has {len(content)}")
        valid = _adds_up(header) and _adds_up(content + bytes((checksum,)))
        records.append(FruRecord(kind, content, valid))
        place += length
        if state & _LAST:
            return tuple(records)
