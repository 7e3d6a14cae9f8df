"""A scanned label: what it says, as a frozen value, with the raw text kept.

ISO/IEC 15434 messages are told by their header, GS1 symbols by their symbology identifier (ISO/IEC 15424) or by
element strings that prove themselves; anything else is a plain number, which a part's own pattern judges.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from mes.labels.countries import alpha_2
from mes.labels.data_identifiers import issued_serial, quantity_of
from mes.labels.errors import LabelError
from mes.labels.gs1 import element_fields, trade_item
from mes.labels.message import HEADER, LabelField, read_message
from mes.labels.separators import GS, element_characters, has_separator

_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]", re.ASCII)
_GS1_SYMBOLS: Final = frozenset({"]C1", "]d2", "]Q3", "]e0", "]e1", "]e2", "]J1"})
_TRADE_ITEMS: Final = frozenset({"]E0", "]E4", "]I1"})
_TOLD_BY_ITSELF: Final = re.compile(r"01(\d{13})(\d)(?=(?:10|11|17|21|24[01]|30|37|422)\S)", re.ASCII)
"""A GTIN with its check digit and a further element: no serial number looks like that by chance."""
LONGEST: Final = 1024
"""Characters; no label is this long."""


class Syntax(StrEnum):
    """How the fields of a label are marked."""

    ISO_15434 = "ISO15434"
    GS1 = "GS1"
    PLAIN = "PLAIN"


@dataclass(frozen=True, slots=True)
class Label:
    """What one scan said. `raw` is the text as it came, `symbology` its identifier (empty: none was sent)."""

    raw: str
    syntax: Syntax
    symbology: str
    fields: tuple[LabelField, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Every part number on it: the customer's first, then the supplier's."""
        return tuple(dict.fromkeys(self._all("P", "241") + self._all("1P", "240")))

    @property
    def part(self) -> str | None:
        """The part number by which the customer knows it, else the supplier's."""
        return next(iter(self.parts), None)

    @property
    def maker_part(self) -> str | None:
        """The part number that its supplier gave it."""
        return next(iter(self._all("1P", "240")), None)

    @property
    def revision(self) -> str | None:
        """The revision of the part."""
        return next(iter(self._all("2P")), None)

    @property
    def serials(self) -> tuple[str, ...]:
        """The serial numbers on it; the label of a box has several."""
        named = self._all("S", "21") or (
            self._all("25S")
            and tuple(serial for value in self._all("25S") if (serial := issued_serial(value)) is not None)
        )
        return tuple(dict.fromkeys(named))

    @property
    def serial(self) -> str | None:
        """The one serial number on it; None when it names none or several."""
        return self.serials[0] if len(self.serials) == 1 else None

    @property
    def lot(self) -> str | None:
        """The supplier's lot, else the customer's."""
        return next(iter(self._all("1T", "10") + self._all("T")), None)

    @property
    def quantity(self) -> float | None:
        """How much of it this label stands on."""
        return next((quantity_of(f.identifier, f.value)[0] for f in self.fields if f.identifier in _QUANTITIES), None)

    @property
    def quantity_unit(self) -> str | None:
        """The unit of the quantity (ANSI X12.3); None where the label leaves it open."""
        return next((quantity_of("7Q", value)[1] for value in self._all("7Q")), None)

    @property
    def date_code(self) -> str | None:
        """When it was made, as the label says it."""
        return next(iter(self._all("9D", "10D", "11D", "16D", "D", "12D", "11")), None)

    @property
    def expires(self) -> date | None:
        """Its last day of use."""
        for text in self._all("14D"):
            return date.fromisoformat(text)
        for text in self._all("17"):
            # GS1 General Specifications 7.12 turns the century by today's date; nothing here was made before 2000.
            return _last_day(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
        return None

    @property
    def country(self) -> str | None:
        """Its country of origin: ISO 3166-1 alpha-2."""
        return next(iter(self._all("4L")), None) or next((alpha_2(text) for text in self._all("422")), None)

    @property
    def maker(self) -> str | None:
        """The code of who made it."""
        return next(iter(self._all("1V")), None)

    @property
    def supplier(self) -> str | None:
        """The code of who sold it."""
        return next(iter(self._all("V")), None)

    @property
    def trade_item(self) -> str | None:
        """Its GTIN, in 14 digits."""
        return next(iter(self._all("01")), None)

    def _all(self, *identifiers: str) -> tuple[str, ...]:
        """The values of these identifiers, in their order here. GS1's are digits alone, so no two are confused."""
        return tuple(field.value for wanted in identifiers for field in self.fields if field.identifier == wanted)


_QUANTITIES: Final = ("Q", "7Q", "30", "37")
_MAY_REPEAT: Final = frozenset({"S", "25S"})


def is_label(scan: str) -> bool:
    """Whether a scan is more than a plain number: it has an envelope, a symbology identifier, or GS1's own form."""
    text = _without_symbology(scan)[1]
    return text != scan or text.startswith(HEADER) or _is_gs1(text)


def read_label(scan: str) -> Label:
    """What a scan says; a plain number is a label without fields. Raises `LabelError`, and nothing else."""
    if len(scan) > LONGEST:
        raise LabelError(f"{len(scan)} characters; no label is that long, check the scanner", LONGEST)
    symbology, text = _without_symbology(scan)
    text = text.rstrip("\r\n ")
    start = len(symbology)
    if text.startswith(HEADER):
        fields, syntax = read_message(symbology + text, start), Syntax.ISO_15434
    elif symbology in _TRADE_ITEMS:
        fields, syntax = (LabelField(*trade_item(text, start + 1)),), Syntax.GS1
    elif symbology in _GS1_SYMBOLS or _is_gs1(text):
        fields, syntax = _elements(symbology + text, start), Syntax.GS1
    else:
        fields, syntax = (), Syntax.PLAIN
    _refuse_doubles(fields)
    return Label(scan, syntax, symbology, fields)


def plain_text(scan: str) -> str:
    """A plain scan without its symbology identifier and the line end that scanners append."""
    return _without_symbology(scan)[1].rstrip("\r\n ")


def _without_symbology(scan: str) -> tuple[str, str]:
    found = _AIM.match(scan)
    return ("", scan) if found is None else (found[0], scan[found.end() :])


def _is_gs1(text: str) -> bool:
    if text.startswith(GS):
        return True
    found = _TOLD_BY_ITSELF.match(text)
    if found is None:
        return bool(re.match(r"01\d{14}", text)) and has_separator(text)
    digits = [int(c) for c in reversed(found[1])]
    return -sum(digit * (1 if i % 2 else 3) for i, digit in enumerate(digits)) % 10 == int(found[2])


def _elements(scan: str, start: int) -> tuple[LabelField, ...]:
    fields = tuple(LabelField(*found) for found in element_fields(element_characters(scan, start)))
    if not fields:
        raise LabelError("the symbol has no GS1 element; scan the label again", start + 1)
    return fields


def _refuse_doubles(fields: tuple[LabelField, ...]) -> None:
    seen: dict[str, LabelField] = {}
    for field in fields:
        first = seen.setdefault(field.identifier, field)
        if first is not field and field.identifier not in _MAY_REPEAT:
            raise LabelError(
                f"{field} repeats the one at character {first.position}: a doubled scan; scan the label again",
                field.position,
            )


def _last_day(year: int, month: int, day: int) -> date:
    """The day; 00 is the last of its month (GS1 General Specifications 3.4)."""
    if day:
        return date(year, month, day)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
