"""The grammar of SCPI-99 and IEEE 488.2 program messages, as far as an instrument has to read it.

Pure text in, values out; the refusals are `ScpiError` with the numbers of SCPI-99 volume 2, 21.8, because
that is what an instrument puts into its error queue.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

Handler = TypeVar("Handler", bound=Callable[..., "str | bytes | None"])

INFINITY = float("inf")
_PREFIXES = {"": 1.0, "N": 1e-9, "U": 1e-6, "M": 1e-3, "K": 1e3, "MA": 1e6, "G": 1e9}
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:\s*E\s*[-+]?\d+)?)\s*([A-Z]*)", re.IGNORECASE)
_NODE = re.compile(r"([A-Za-z_]+?)(\d*)")
_CHANNELS = re.compile(r"\(@\s*(\d+(?::\d+)?(?:\s*,\s*\d+(?::\d+)?)*)\s*\)")
_PROTECTED = re.compile(r"""["'(#]""")
_OPENING = re.compile(r"""["'(#;,]""")


class ScpiError(Exception):
    """A refusal that ends up in the error queue: number and text as in SCPI-99 volume 2, 21.8."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code},{text!r}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Form:
    """One legal spelling of a command header: upper case, `#` where a numeric suffix may stand.

    `slots` gives, for each `#` in it, the position of that suffix among all suffixes of the pattern.
    """

    header: str
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A header as manuals print it, and the processing time of its command in seconds."""

    text: str
    delay: float


def scpi(*patterns: str, delay: float = 0.0) -> Callable[[Handler], Handler]:
    """Make a method of a `ScpiDevice` answer to headers such as `"[SOURce#:]VOLTage[:LEVel]?"`.

    Brackets hold what may be left out, lower case what the short form drops, `#` a numeric suffix. The method gets
    one int per `#` (1 where it is not written), then one argument per parameter: str with string quotes taken
    off, or bytes for a definite-length block. It returns the answer, or None for a command. `delay` is processing
    time in seconds, spent before the answer and before anything that follows.
    """

    def mark(method: Handler) -> Handler:
        known: tuple[Pattern, ...] = getattr(method, "scpi_patterns", ())
        method.scpi_patterns = known + tuple(Pattern(text, delay) for text in patterns)  # type: ignore[attr-defined] # a mark read by ScpiDevice
        return method

    return mark


def patterns_of(method: Any) -> tuple[Pattern, ...]:
    """The patterns a method was marked with by `scpi`; empty for any other attribute."""
    found: tuple[Pattern, ...] = getattr(method, "scpi_patterns", ())
    return found


def node_forms(node: str) -> tuple[str, ...]:
    """Give the legal spellings of one mnemonic, long form first: `VOLTage` -> `("VOLTAGE", "VOLT")`."""
    short = re.match(r"[^a-z]*", node)
    return tuple(dict.fromkeys((node.upper(), short.group() if short and short.group() else node.upper())))


def header_forms(pattern: str) -> tuple[Form, ...]:
    """Give every legal spelling of a header pattern.

    Raises ValueError for brackets that do not match.
    """
    query = "?" if pattern.endswith("?") else ""
    # Suffixes are numbered before optional parts are dropped, so that each keeps its place when an earlier one goes.
    count = 0
    marked: list[str] = []
    for character in pattern.removesuffix("?"):
        marked.append(f"#{count};" if character == "#" else character)
        count += character == "#"
    found: dict[str, Form] = {}
    for body in _without_brackets("".join(marked)):
        spellings: list[tuple[str, ...]] = [()]
        slots: list[int] = []
        for node in filter(None, body.split(":")):
            mnemonic, _, slot = node.removesuffix(";").partition("#")
            mark = "#" if slot else ""
            slots.extend([int(slot)] if slot else [])
            spellings = [(*before, form + mark) for before in spellings for form in node_forms(mnemonic)]
        for spelling in spellings:
            header = ":".join(spelling) + query
            found.setdefault(header, Form(header, tuple(slots)))
    return tuple(found.values())


def _without_brackets(pattern: str) -> list[str]:
    opening = pattern.rfind("[")
    if opening < 0:
        if "]" in pattern:
            raise ValueError(f"header pattern {pattern!r}: bracket closed that was not opened")
        return [pattern]
    closing = pattern.find("]", opening)
    if closing < 0:
        raise ValueError(f"header pattern {pattern!r}: bracket not closed")
    before, inside, after = pattern[:opening], pattern[opening + 1 : closing], pattern[closing + 1 :]
    return [*_without_brackets(before + inside + after), *_without_brackets(before + after)]


def header_candidates(header: str) -> list[tuple[str, tuple[int, ...]]]:
    """Give the table keys an upper-case received header may stand for, each with the suffixes read from it.

    `SENS2:FREQ?` -> `SENS2:FREQ?` with (), `SENS2:FREQ#?` with (1,), `SENS#:FREQ?` with (2,), and so on.
    """
    query = "?" if header.endswith("?") else ""
    keys: list[tuple[tuple[str, ...], tuple[int, ...]]] = [((), ())]
    for node in header.removesuffix("?").split(":"):
        match = _NODE.fullmatch(node)
        if match is None:
            options: list[tuple[str, tuple[int, ...]]] = [(node, ())]
        else:
            options = [(node, ()), (match.group(1) + "#", (int(match.group(2) or 1),))]
        keys = [((*key, text), suffixes + more) for key, suffixes in keys for text, more in options]
    return [(":".join(key) + query, suffixes) for key, suffixes in keys]


def split_quoted(text: str, separator: str) -> list[str]:
    """Split at `separator` (`;` or `,`) except inside strings, parentheses and definite-length blocks.

    Raises ScpiError -151 for a string and -171 for an expression that does not end, -161 for a block cut short.
    """
    if _PROTECTED.search(text) is None:
        return text.split(separator)
    pieces: list[str] = []
    start = at = 0
    while (match := _OPENING.search(text, at)) is not None:
        mark, at = match.group(), match.end()
        if mark == separator:
            pieces.append(text[start : at - 1])
            start = at
        elif mark in "\"'":
            at = _end(text, mark, at, -151, "Invalid string data")
        elif mark == "(":
            at = _end(text, ")", at, -171, "Invalid expression")
        elif mark == "#":
            at = block_end(text, at - 1)
    pieces.append(text[start:])
    return pieces


def _end(text: str, mark: str, start: int, code: int, reason: str) -> int:
    end = text.find(mark, start)
    if end < 0:
        raise ScpiError(code, reason)
    return end + 1


def block_end(text: str, start: int) -> int:
    """Give the index behind the definite-length block that begins at `start` (IEEE 488.2, 7.7.6).

    A `#` that opens no such block (`#H1F`, `#0`) ends behind itself. Raises ScpiError -161 for a block cut short.
    """
    digits = text[start + 1 : start + 2]
    if digits not in "123456789" or not digits:
        return start + 1
    length = text[start + 2 : start + 2 + int(digits)]
    end = start + 2 + int(digits) + (int(length) if length.isdecimal() else 0)
    if len(length) != int(digits) or not length.isdecimal() or end > len(text):
        raise ScpiError(-161, "Invalid block data")
    return end


def arguments(text: str) -> list[str | bytes]:
    """Split the parameters of a command: strings without their quotes, definite-length blocks as bytes, else text."""
    return [_argument(piece) for piece in split_quoted(text, ",")]


def _argument(piece: str) -> str | bytes:
    piece = piece.lstrip()
    if piece.startswith("#") and (end := block_end(piece, 0)) > 1:
        # The last bytes of a block may look like white space; only what follows it is.
        if piece[end:].strip():
            raise ScpiError(-161, "Invalid block data")
        return piece[2 + int(piece[1]) : end].encode("latin-1")
    piece = piece.rstrip()
    quote = piece[:1]
    if quote and quote in "\"'":
        if len(piece) < 2 or piece[-1] != quote:
            raise ScpiError(-151, "Invalid string data")
        return piece[1:-1].replace(quote * 2, quote)
    return piece


def number(text: str, low: float = -INFINITY, high: float = INFINITY, unit: str = "") -> float:
    """Read a decimal number with optional unit and prefix (`10 MHz`, `1.5mV`), `MIN` or `MAX`.

    `unit` is the base unit in upper or lower case. As in IEEE 488.2, 7.7.3, `M` is milli except before HZ and OHM,
    where it is mega, as is `MA` everywhere. Raises ScpiError -104 (no number), -131 (unknown suffix), -222 (outside
    [low, high]).
    """
    word = text.strip().upper()
    if word in ("MIN", "MINIMUM") and low > -INFINITY:
        return low
    if word in ("MAX", "MAXIMUM") and high < INFINITY:
        return high
    match = _NUMBER.fullmatch(word)
    if match is None:
        raise ScpiError(-104, "Data type error")
    value = float(re.sub(r"\s", "", match.group(1)))
    suffix, base = match.group(2), unit.upper()
    if suffix and suffix != base:
        prefix = suffix.removesuffix(base)
        if not base or not suffix.endswith(base) or prefix not in _PREFIXES:
            raise ScpiError(-131, "Invalid suffix")
        value *= 1e6 if prefix == "M" and base in ("HZ", "OHM") else _PREFIXES[prefix]
    if not low <= value <= high:
        raise ScpiError(-222, "Data out of range")
    return value


def integer(text: str, low: int, high: int) -> int:
    """Read a whole number; a fraction is rounded, as IEEE 488.2, 7.7.2.4 asks. Raises ScpiError as `number`."""
    value = round(number(text))
    if not low <= value <= high:
        raise ScpiError(-222, "Data out of range")
    return value


def boolean(text: str) -> bool:
    """Read `ON`, `OFF` or a number, of which only what rounds to 0 is false. Raises ScpiError -224."""
    word = text.strip().upper()
    if word in ("ON", "OFF"):
        return word == "ON"
    try:
        return round(number(word)) != 0
    except ScpiError:
        raise ScpiError(-224, "Illegal parameter value") from None


@lru_cache(maxsize=1024)
def channel_list(text: str) -> tuple[int, ...]:
    """Read a channel list (SCPI-99 volume 1, 8.3.2): `(@101,103:105)` -> `(101, 103, 104, 105)`.

    Raises ScpiError -171 for anything else; a range that runs down lists its channels downwards.
    """
    match = _CHANNELS.fullmatch(text.strip())
    if match is None:
        raise ScpiError(-171, "Invalid expression")
    channels: list[int] = []
    for piece in match.group(1).split(","):
        first, _, last = piece.strip().partition(":")
        start, stop = int(first), int(last or first)
        channels.extend(range(start, stop + 1) if stop >= start else range(start, stop - 1, -1))
    return tuple(channels)


def block(array: "np.ndarray[Any, Any]") -> bytes:
    """Write an array as a definite-length block (IEEE 488.2, 8.7.9), in the byte order of its own dtype."""
    content = array.tobytes()
    length = str(len(content))
    if len(length) > 9:
        raise ValueError(f"a definite-length block holds at most 999,999,999 bytes, got {length}")
    return b"#%d%s%s" % (len(length), length.encode(), content)
