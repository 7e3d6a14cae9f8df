"""Units as files write them, and the one spelling in which values are kept: SI without prefix (decision 10).

An import is an edge: here, and nowhere further in, a milliohm becomes an ohm. The factor is a power of ten, so that a
decimal number keeps its digits.
"""

import unicodedata
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, NamedTuple

_SPELLINGS: Final = """
1 V A W VA var Wh J Hz s h m ohm F H S K degC ° dB dBm 1/min 1/s s/m dB/m V/s A/s K/s Pa kg m/s m3/s bit/s
"""
KEPT: Final = frozenset(_SPELLINGS.split())
"""The spellings in which values are kept: those of the stations' plans."""

_SAME: Final = {
    "\u03a9": "ohm",  # capital omega; NFKC makes the ohm sign U+2126 one
    "Ohm": "ohm",
    "Ohms": "ohm",
    "ohms": "ohm",
    "R": "ohm",
    "°C": "degC",
    "C": "degC",
    "deg": "°",
    "rpm": "1/min",
    "RPM": "1/min",
    "Volt": "V",
    "Volts": "V",
    "Amp": "A",
    "Amps": "A",
    "Watt": "W",
    "Watts": "W",
    "sec": "s",
    "Hertz": "Hz",
    "bps": "bit/s",
    "count": "1",
    "counts": "1",
    "#": "1",
}
_TIMES: Final = {"%": ("1", -2), "ppm": ("1", -6), "g": ("kg", -3)}
_PREFIXES: Final = {"p": -12, "n": -9, "u": -6, "\u03bc": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12}
_PREFIXED: Final = frozenset(
    ["V", "A", "W", "VA", "var", "Wh", "J", "Hz", "s", "m", "ohm", "F", "H", "S", "Pa", "bit/s"]
)


class UnknownUnit(ValueError):
    """No unit is spelled so; `remedy` says which are near."""

    def __init__(self, spelling: str) -> None:
        units = [*_PREFIXED, *(alias for alias, unit in _SAME.items() if unit in _PREFIXED)]
        known = {prefix + unit for prefix in _PREFIXES for unit in units}.union(KEPT, _SAME, _TIMES)
        close = get_close_matches(spelling, sorted(known), 3, 0.6)
        listed = f"known are {', '.join(sorted(KEPT))}, and prefixes before most of them"
        self.remedy = f"did you mean {' or '.join(close)}?" if close else listed
        super().__init__(f"{spelling!r} is no unit known here; {self.remedy}")


class SiUnit(NamedTuple):
    """The unit in which a value is kept, the power of ten that leads there, and how the file writes it."""

    kept: str
    exponent: int = 0
    written: str = ""

    def of(self, number: Decimal) -> float:
        """A number of the file's unit in the unit that is kept, rounded once."""
        return float(number.scaleb(self.exponent)) if self.exponent else float(number)


@lru_cache(maxsize=4096)
def si_unit(spelling: str) -> SiUnit:
    """What a file's unit is here. Raises `UnknownUnit`."""
    # Compatibility forms are one spelling: the ohm sign is an omega, the micro sign a mu, U+2103 a °C.
    written = unicodedata.normalize("NFKC", spelling.strip())
    named = _SAME.get(written, written)
    if named in KEPT:
        return SiUnit(named, 0, spelling)
    if named in _TIMES:
        return SiUnit(*_TIMES[named], spelling)
    prefix, rest = written[:1], _SAME.get(written[1:], written[1:])
    if prefix in _PREFIXES and rest in _PREFIXED:
        return SiUnit(rest, _PREFIXES[prefix], spelling)
    raise UnknownUnit(spelling)
