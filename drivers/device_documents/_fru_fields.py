"""The fields of a FRU area: a type/length byte, then text in one of four encodings.

IPMI Platform Management FRU Information Storage Definition v1.0, section 13 "Type/length byte format".
"""

from typing import Final

from drivers.errors import DocumentError

FruField = str | bytes
"""Text, or bytes where the field says that it is binary, or is in a language that its encoding does not name."""

_END: Final = 0xC1
_LENGTH: Final = 0x3F
_BINARY, _BCD_PLUS, _SIX_BIT, _LATIN = range(4)
_BCD_DIGITS: Final = "0123456789 -."


def read_fields(document: str, area: bytes, first: int, start: int, *, english: bool) -> tuple[FruField, ...]:
    """The fields of an area from its byte `first` to the end mark; `start` is the area's place in the image.

    Raises `DocumentError` for an area without end mark, a field beyond it, and digits that are none.
    """
    fields: list[FruField] = []
    place = first
    while place < len(area):
        head = area[place]
        if head == _END:
            return tuple(fields)
        where = f"byte {start + place}"
        raw = area[place + 1 : place + 1 + (head & _LENGTH)]
        if len(raw) < head & _LENGTH:
            raise DocumentError(document, where, f"a field of {head & _LENGTH} bytes has only {len(raw)}")
        fields.append(_field(document, where, head >> 6, raw, english=english))
        place += 1 + len(raw)
    raise DocumentError(document, f"byte {start + place}", "the area has no end mark; is it cut?")


def _field(document: str, where: str, encoding: int, raw: bytes, *, english: bool) -> FruField:
    if encoding == _BINARY:
        # A length of nothing is an empty field, whatever its type.
        return raw or ""
    if encoding == _BCD_PLUS:
        nibbles = [nibble for byte in raw for nibble in (byte >> 4, byte & 0x0F)]
        if any(nibble >= len(_BCD_DIGITS) for nibble in nibbles):
            raise DocumentError(document, where, f"{raw!r} is no BCD plus")
        return "".join(_BCD_DIGITS[nibble] for nibble in nibbles)
    if encoding == _SIX_BIT:
        packed = int.from_bytes(raw, "little")
        return "".join(chr(0x20 + (packed >> 6 * index & 0x3F)) for index in range(len(raw) * 8 // 6))
    # In other languages than English these bytes are two-byte characters by the standard and Latin-1 in practice.
    if not english:
        return raw
    text = raw.rstrip(b"\0").decode("latin-1")
    if not text.replace("\xa0", " ").isprintable():
        raise DocumentError(document, where, f"{raw!r} is no text")
    return text
