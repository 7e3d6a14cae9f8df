"""The counters of a link by `mlxlink -d DEVICE -c` (NVIDIA firmware tools): bit error ratios and link downs.

Written after the tool's public manual; the form is not verified against a captured output.
"""

import re
from dataclasses import dataclass
from typing import Final

from drivers.device_documents._text import decimal_in, document_lines, integer_in
from drivers.errors import DocumentError

_DOCUMENT: Final = "mlxlink"
_FIELD: Final = re.compile(r"(?P<name>[A-Z][A-Za-z ]*?(?: \[[A-Za-z]+\])?)\s+: (?P<value>\S.*)")
_RATIO: Final = re.compile(r"(?P<mantissa>\d{1,3})E-(?P<exponent>\d{1,3})")
_UNKNOWN: Final = "N/A"


@dataclass(frozen=True, slots=True)
class LinkCounters:
    """Bit error ratios before (raw) and after (effective) the correction, and how often the link went down.

    The tool writes no error at all as 15E-255. A ratio is None for a link that is down.
    """

    raw_ber: float | None
    effective_ber: float | None
    link_downs: int


def parse_link_counters(content: str | bytes, *, complete: bool = False) -> LinkCounters:
    """The counters. Raises `DocumentError` when one is missing, told twice, or no ratio."""
    told: dict[str, tuple[str, str]] = {}
    for number, line in document_lines(_DOCUMENT, content, complete=complete):
        if (found := _FIELD.fullmatch(line)) is not None:
            if found["name"] in told:
                raise DocumentError(_DOCUMENT, f"line {number}", f"tells {found['name']} twice")
            told[found["name"]] = f"line {number}", found["value"]
    place, downs = _named(told, "Link Down Counter")
    return LinkCounters(
        _ratio(*_named(told, "Raw Physical BER")),
        _ratio(*_named(told, "Effective Physical BER")),
        integer_in(_DOCUMENT, place, downs, 0, 2**32),
    )


def _named(told: dict[str, tuple[str, str]], name: str) -> tuple[str, str]:
    if name not in told:
        raise DocumentError(_DOCUMENT, "its end", f"has no {name!r}; the output may be cut")
    return told[name]


def _ratio(place: str, text: str) -> float | None:
    if text == _UNKNOWN:
        return None
    if _RATIO.fullmatch(text) is None:
        raise DocumentError(_DOCUMENT, place, f"{text[:20]!r} is no bit error ratio")
    ratio = decimal_in(_DOCUMENT, place, text) if int(text.partition("-")[2]) < 100 else float(text)
    if ratio > 1.0:
        raise DocumentError(_DOCUMENT, place, f"{text} is more than every bit")
    return ratio
