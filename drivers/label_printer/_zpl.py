"""A label in ZPL II: fields into commands, and nothing that a field holds into a command.

Zebra's programming guide: caret and tilde begin commands wherever they stand, field data included. ^FH makes two hex
digits behind an underscore a byte, so these two, the underscore and everything that is no printable ASCII go that way.
"""

from collections.abc import Sequence
from typing import Final

from drivers.capabilities import LabelField
from drivers.errors import OutOfRange

_PREFIXES: Final = frozenset("^~_")
_MOST_DOTS: Final = 32_000
_MOST_CHARACTERS: Final = 3072
"""What a field holds, by the guide."""
_ESCAPES: Final = "\\|{}"
"""Characters of which one that the data lacks is the escape of ^BX, which could otherwise begin a function there."""
_SEPARATORS: Final = frozenset("\x1d\x1e\x1f\x04")
"""GS, RS, US and EOT: what ISO/IEC 15434 puts between and behind its fields."""


def label_format(resource: str, fields: Sequence[LabelField], copies: int, dots_per_mm: int) -> str:
    """The format from ^XA to ^XZ that prints these fields. Raises `OutOfRange`, naming the field."""
    if not fields:
        raise OutOfRange(f"{resource}: a label without a field would print blank")
    printed = "".join(_field(f"{resource}: field {n}", field, dots_per_mm) for n, field in enumerate(fields, start=1))
    # ^CI28: field data is UTF-8. ^PQ: this many, no pause between them, no copies of serial numbers.
    return f"^XA^CI28{printed}^PQ{copies},0,0,N^XZ"


def _field(place: str, field: LabelField, dots_per_mm: int) -> str:
    x, y, size = (_dots(place, metres, dots_per_mm) for metres in (field.x_m, field.y_m, field.size_m))
    if size < 1:
        raise OutOfRange(f"{place}: {field.size_m!r} m is smaller than a dot of this printer")
    _require_content(place, field)
    match field.kind:
        case "text":
            shape, content = f"^A0N,{size}", field.content
        case "code_128":
            # In Code 128 the printer takes > for the beginning of a function; >0 is the character itself.
            shape, content = f"^BCN,{size},Y,N,N", field.content.replace(">", ">0")
        case "data_matrix":
            escape = next((mark for mark in _ESCAPES if mark not in field.content), None)
            if escape is None:
                raise OutOfRange(f"{place}: {field.content[:40]!r} holds all of {_ESCAPES}, and one must be free")
            shape, content = f"^BXN,{size},200,,,,{escape}", field.content
    return f"^FO{x},{y}{shape}^FH^FD{_escaped(content)}^FS"


def _dots(place: str, metres: float, dots_per_mm: int) -> int:
    if not 0.0 <= metres * 1000.0 * dots_per_mm <= _MOST_DOTS:
        raise OutOfRange(f"{place}: {metres!r} m is outside 0 to {_MOST_DOTS / dots_per_mm / 1000.0:g} m")
    return round(metres * 1000.0 * dots_per_mm)


def _require_content(place: str, field: LabelField) -> None:
    text = field.content
    if not 0 < len(text.encode("utf-8", "surrogatepass")) <= _MOST_CHARACTERS:
        raise OutOfRange(f"{place}: {len(text)} characters are none, or more than a field of {_MOST_CHARACTERS} bytes")
    allowed = _SEPARATORS if field.kind == "data_matrix" else frozenset[str]()
    # What the characters beyond ASCII become in a symbol depends on the reader; in letters they are themselves.
    ascii_only = field.kind != "text"
    for character in text:
        if character not in allowed and not (character.isprintable() and (character.isascii() or not ascii_only)):
            raise OutOfRange(f"{place}: {text[:40]!r} holds {character!r}, which a {field.kind} field cannot say")


def _escaped(text: str) -> str:
    return "".join(
        character
        if character.isascii() and character.isprintable() and character not in _PREFIXES
        else "".join(f"_{byte:02X}" for byte in character.encode("utf-8"))
        for character in text
    )
