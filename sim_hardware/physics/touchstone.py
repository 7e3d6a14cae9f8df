"""Reader for Touchstone files, version 1 (EIA/IBIS Open Forum, Touchstone File Format Specification 1.1).

One text file holds the scattering of one device over frequency; the number of ports stands in its suffix (.s2p,
.s4p). A two-port line is S11 S21 S12 S22, by column; all others are by row. A real file is judged strictly: what is
not as the format has it raises `TouchstoneError` with file and line, for a curve read wrongly is worse than none.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SUFFIX = re.compile(r"\.s(\d+)p", re.IGNORECASE)
_HERTZ = {"HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6, "GHZ": 1e9}


def _polar(magnitude: NDArray[np.float64], degrees: NDArray[np.float64]) -> NDArray[np.complex128]:
    phase = np.radians(degrees)
    return _rectangular(magnitude * np.cos(phase), magnitude * np.sin(phase))


def _rectangular(real: NDArray[np.float64], imaginary: NDArray[np.float64]) -> NDArray[np.complex128]:
    wave: NDArray[np.complex128] = real + 1j * imaginary
    return wave


_FORMS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.complex128]]] = {
    "RI": _rectangular,
    "MA": _polar,
    "DB": lambda first, second: _polar(10.0 ** (first / 20.0), second),
}


class TouchstoneError(ValueError):
    """A file that is no Touchstone file we can trust: the message names it, the line and what is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Touchstone:
    """Scattering as measured: `frequency_hz` (n,), rising, `s` of shape (ports, ports, n), reference in ohm."""

    frequency_hz: NDArray[np.float64]
    s: NDArray[np.complex128]
    reference_ohm: float

    @property
    def ports(self) -> int:
        """Number of ports."""
        return int(self.s.shape[0])

    def nearest(self, frequency_hz: NDArray[np.float64]) -> NDArray[np.intp]:
        """Index of the measured frequency nearest to each of these, shape as given; nothing is interpolated."""
        measured = self.frequency_hz
        right = np.clip(np.searchsorted(measured, frequency_hz), 1, measured.shape[0] - 1)
        return right - (frequency_hz - measured[right - 1] < measured[right] - frequency_hz)


@dataclass(frozen=True, slots=True)
class _Options:
    hertz: float = 1e9
    form: str = "MA"
    reference_ohm: float = 50.0


def read_touchstone(path: Path, ports: int | None = None) -> Touchstone:
    """Read a file; `ports`, when given, is how many it must have.

    Raises TouchstoneError for a wrong suffix or port count, an unknown option, a token that is no number, a truncated
    last record, or a frequency that does not rise; OSError when the file cannot be read.
    """
    suffix = _SUFFIX.fullmatch(path.suffix)
    if suffix is None or int(suffix.group(1)) < 1:
        raise TouchstoneError(f"{path}: not a Touchstone name; the suffix must say the ports, for example .s4p")
    count = int(suffix.group(1))
    if ports is not None and count != ports:
        raise TouchstoneError(f"{path}: holds {count} ports, {ports} are needed; choose a .s{ports}p file")
    options, rows = _scan(path, path.read_text(encoding="latin-1"))
    tokens = [token for _, row in rows for token in row]
    width = 1 + 2 * count * count
    numbers = _numbers(path, rows, tokens)
    records, left = divmod(numbers.shape[0], width)
    if left or not records:
        line = rows[-1][0] if rows else 1
        raise TouchstoneError(
            f"{path}, line {line}: the file ends within a record: {left} of {width} numbers for {count} ports;"
            " truncated, or of another number of ports than its name says"
        )
    table = numbers.reshape(records, width)
    frequency = table[:, 0] * options.hertz
    _check_rising(path, rows, frequency, width)
    s = _FORMS[options.form](table[:, 1::2], table[:, 2::2]).reshape(records, count, count)
    axes = (2, 1, 0) if count == 2 else (1, 2, 0)
    return Touchstone(frequency, np.ascontiguousarray(s.transpose(axes)), options.reference_ohm)


def _scan(path: Path, text: str) -> tuple[_Options, list[tuple[int, list[str]]]]:
    """Options, and the words of every line that has any, comments taken off, with its number."""
    options: _Options | None = None
    rows: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("!")[0].strip()
        if not content:
            continue
        if content[0] == "#":
            # Version 1.1: option lines after the first are ignored.
            options = options or _read_options(path, number, content[1:].upper().split())
        elif content[0] == "[":
            raise TouchstoneError(f"{path}, line {number}: {content!r} belongs to Touchstone 2; export as version 1")
        elif options is None:
            raise TouchstoneError(f"{path}, line {number}: numbers before the option line (# GHZ S MA R 50)")
        else:
            rows.append((number, content.split()))
    if options is None:
        raise TouchstoneError(f"{path}: no option line (# GHZ S MA R 50); not a Touchstone file")
    return options, rows


def _read_options(path: Path, line: int, words: Sequence[str]) -> _Options:
    hertz, form, reference = 1e9, "MA", 50.0
    at = 0
    while at < len(words):
        word = words[at]
        if word in _HERTZ:
            hertz = _HERTZ[word]
        elif word in _FORMS:
            form = word
        elif word == "R" and at + 1 < len(words):
            at += 1
            reference = _number(path, line, words[at])
            if reference <= 0:
                raise TouchstoneError(f"{path}, line {line}: reference impedance {words[at]} ohm must be positive")
        elif word != "S":
            raise TouchstoneError(
                f"{path}, line {line}: option {word!r} is not supported: only S in HZ to GHZ, RI, MA or DB, R"
            )
        at += 1
    return _Options(hertz, form, reference)


def _number(path: Path, line: int, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TouchstoneError(f"{path}, line {line}: {word!r} is not a finite number")
    return value


def _numbers(path: Path, rows: Sequence[tuple[int, list[str]]], tokens: Sequence[str]) -> NDArray[np.float64]:
    try:
        numbers = np.array(tokens, dtype=np.float64)
    except ValueError:
        numbers = np.array([_number(path, line, word) for line, row in rows for word in row])
    if not np.isfinite(numbers).all():
        for line, row in rows:
            for word in row:
                _number(path, line, word)
    return numbers


def _check_rising(
    path: Path, rows: Sequence[tuple[int, list[str]]], frequency: NDArray[np.float64], width: int
) -> None:
    falls = np.flatnonzero(np.diff(frequency) <= 0)
    if frequency[0] >= 0 and not falls.size:
        return
    record = int(falls[0]) + 1 if falls.size else 0
    token, seen = record * width, 0
    for line, row in rows:
        seen += len(row)
        if seen > token:
            what = "does not rise" if falls.size else "is negative"
            raise TouchstoneError(
                f"{path}, line {line}: frequency {frequency[record]:g} Hz {what};"
                " a line is missing, or the file has another number of ports than its name says"
            )
