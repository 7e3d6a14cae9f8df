"""Whether a simulated instrument answers as the real one did: pure comparison of two answers to one question.

What belongs to the instrument's language must be the same to the byte: who it is, what it refuses and how, states and
settings. What was measured must have the same form, and a value that is near: two benches, two units, two moments.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["identity", "error queue", "grammar", "format", "value", "length", "silence", "unasked"]

_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d+)?(?:\.(?P<decimals>\d*))?(?:E(?P<exponent>[+-]?\d+))?", re.IGNORECASE
)
_OVER_RANGE: Final = 9.9e37
"""SCPI's infinity; an answer at or beyond it says that there is no value (SCPI-99, 7.2.1.4)."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How near a measured value must be: `relative` to the greater of both, or within `absolute` (its own unit).

    With `values` False only the form of measured values is compared.
    """

    relative: float = 0.1
    absolute: float = 0.0
    values: bool = True


def difference(question: str, recorded: str, simulated: str, tolerance: Tolerance) -> tuple[Kind, str] | None:
    """What differs between two answers in text; None when nothing does."""
    if recorded == simulated:
        return None
    asked = question.upper()
    if "*IDN?" in asked:
        return _identity(recorded, simulated)
    if re.search(r"SYST(EM)?:ERR", asked):
        return "error queue", "another error"
    theirs, ours = _fields(recorded), _fields(simulated)
    if len(theirs) != len(ours):
        return "grammar", f"{len(theirs)} fields recorded, {len(ours)} simulated"
    for number, (field, other) in enumerate(zip(theirs, ours, strict=True), 1):
        if (found := _field(field, other, tolerance)) is not None:
            kind, why = found
            return kind, f"field {number}: {why}" if len(theirs) > 1 else why
    return None


def firmware_note(question: str, recorded: str, simulated: str) -> str:
    """What is no difference and still worth knowing: another firmware of the same instrument."""
    theirs, ours = recorded.split(",", 3), simulated.split(",", 3)
    if "*IDN?" not in question.upper() or len(theirs) != 4 or len(ours) != 4 or theirs[3] == ours[3]:
        return ""
    return f"recorded with firmware {theirs[3].strip()}, simulated is {ours[3].strip()}"


def _identity(recorded: str, simulated: str) -> tuple[Kind, str] | None:
    theirs, ours = recorded.split(",", 3), simulated.split(",", 3)
    if len(theirs) != len(ours):
        return "identity", f"{len(theirs)} fields recorded, {len(ours)} simulated"
    for name, field, other in zip(("maker", "model", "serial number"), theirs, ours, strict=False):
        if field != other:
            return "identity", f"another {name}"
    return None


def _fields(answer: str) -> list[str]:
    """The fields of an answer: texts in quotes stay whole."""
    return re.findall(r'(?:"[^"]*"|[^,;"])+|(?<=[,;])(?=[,;]|$)', answer)


def _field(recorded: str, simulated: str, tolerance: Tolerance) -> tuple[Kind, str] | None:
    theirs, ours = _NUMBER.fullmatch(recorded.strip()), _NUMBER.fullmatch(simulated.strip())
    if theirs is None or ours is None or theirs["whole"] is None or ours["whole"] is None:
        return None if recorded == simulated else ("grammar", "another word")
    if theirs["decimals"] is None and theirs["exponent"] is None:
        # A number without a point is a state, a setting or a count: it was told, not measured.
        return None if recorded.strip() == simulated.strip() else ("grammar", "another whole number")
    signs = {theirs["sign"], ours["sign"]}
    if _form(theirs) != _form(ours) or signs == {"+", ""}:
        return "format", f"a number written {recorded.strip()} and {simulated.strip()}"
    a, b = float(recorded), float(simulated)
    if (abs(a) >= _OVER_RANGE) is not (abs(b) >= _OVER_RANGE):
        return "value", "one of them is over range"
    allowed = max(tolerance.relative * max(abs(a), abs(b)), tolerance.absolute)
    if tolerance.values and abs(a - b) > allowed:
        return "value", f"{abs(a - b):.3g} apart, allowed {allowed:.3g}"
    return None


def _form(number: re.Match[str]) -> tuple[object, ...]:
    """How a number is written, apart from its value: with an exponent its digits are fixed, without they move."""
    exponent, decimals = number["exponent"], number["decimals"]
    if exponent is None:
        return (decimals is not None,)
    return len(decimals or ""), exponent[0] in "+-", len(exponent.lstrip("+-"))
