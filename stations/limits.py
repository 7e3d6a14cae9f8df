"""What a measurand must be, and the one pure function that judges a value against it.

Limits are inclusive and compared unrounded; displays round, verdicts do not.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal

from drivers.reading import Reading
from mes.records import MeasurandDefinition
from mes.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class Measurand:
    """A quantity intended to be measured (VIM 2.3), declared before anything is.

    A number is judged by `low` and `high` (inclusive, in `unit`), or by `nominal` with a symmetric
    `tolerance`; a text by `equals`, `one_of` or `matches` (a regular expression for the whole text).
    `marginal` is the share of the band at each limit that flags a passing value (0.1: the outer tenths).
    `over_range` says what it means when the value leaves the instrument's range: an open wire fails,
    insulation above the range passes, anything else is an error of the test. `tells` marks the text that is the unit's
    own serial number or MAC address as its own memory says it, never that of a part built into it.

    Raises ValueError for a declaration that could not be judged.
    """

    name: str
    unit: str
    low: float | None = None
    high: float | None = None
    nominal: float | None = None
    tolerance: float | None = None
    marginal: float | None = None
    equals: str | float | None = None
    one_of: tuple[str, ...] | None = None
    matches: str | None = None
    over_range: Literal["error", "fail", "pass"] = "error"
    required: bool = True
    clause: str = ""
    tells: Literal["serial", "mac"] | None = None

    def __post_init__(self) -> None:
        if self.tolerance is not None:
            if self.nominal is None or self.low is not None or self.high is not None:
                raise ValueError(f"measurand {self.name}: a tolerance needs a nominal and excludes low and high")
            object.__setattr__(self, "low", self.nominal - self.tolerance)
            object.__setattr__(self, "high", self.nominal + self.tolerance)
        numbers = (self.low, self.high, self.nominal, self.marginal)
        if any(x is not None and not math.isfinite(x) for x in numbers):
            raise ValueError(f"measurand {self.name}: limits must be finite")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"measurand {self.name}: low {self.low:g} is above high {self.high:g}")
        if self.tells is not None and (self.unit or any(x is not None for x in (*numbers, self.tolerance))):
            raise ValueError(f"measurand {self.name}: what the unit tells of itself is a text, without unit and limits")
        if not self.unit and not self.is_text:
            raise ValueError(f'measurand {self.name}: a number needs a unit; write "1" for a ratio or a count')

    @property
    def is_text(self) -> bool:
        """Whether this measurand is a text rather than a number."""
        judged_as_text = self.one_of is not None or self.matches is not None or isinstance(self.equals, str)
        return judged_as_text or self.tells is not None

    @property
    def is_judged(self) -> bool:
        """Whether any value at all could fail it."""
        judged = (self.low, self.high, self.equals, self.one_of, self.matches)
        return any(x is not None for x in judged)

    @property
    def expected(self) -> str:
        """The limits in words, for a person."""
        if self.one_of is not None:
            return "one of " + ", ".join(self.one_of)
        if self.matches is not None:
            return f"matching {self.matches}"
        if self.equals is not None:
            return f"{self.equals}"
        low = "" if self.low is None else f"≥ {self.low:g}"
        high = "" if self.high is None else f"≤ {self.high:g}"
        return " and ".join(filter(None, (low, high)))

    def definition(self) -> MeasurandDefinition:
        """This measurand as the plan record tells it."""
        return MeasurandDefinition(
            name=self.name,
            unit=self.unit,
            low=self.low,
            high=self.high,
            nominal=self.nominal,
            equals=self.equals,
            one_of=self.one_of,
            matches=self.matches,
            over_range=self.over_range,
            required=self.required,
            clause=self.clause,
            tells=self.tells,
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of one value: PASSED, FAILED or ERROR, whether it is marginal, and why it is not passed."""

    outcome: Outcome
    marginal: bool = False
    reason: str = ""


def judge(measurand: Measurand, value: Reading | str) -> Judgement:
    """Judge one value. Out of limits is FAILED; a value that cannot be this measurand at all is ERROR."""
    if isinstance(value, str):
        return _judge_text(measurand, value)
    if not isinstance(value, Reading):
        # What a plan hands over is not checked by anybody before; a bare number has no unit to be judged in.
        return Judgement(
            Outcome.ERROR,
            reason=f"{measurand.name} needs a Reading or a text, got {type(value).__name__} {value!r:.60}",
        )
    if measurand.is_text:
        return Judgement(Outcome.ERROR, reason=f"{measurand.name} is a text, got {value.value} {value.unit}")
    if value.unit != measurand.unit:
        return Judgement(Outcome.ERROR, reason=f"{measurand.name} is declared in {measurand.unit}, got {value.unit}")
    if value.value is None:
        return _judge_over_range(measurand, value)
    return _judge_number(measurand, value.value)


def _judge_over_range(measurand: Measurand, value: Reading) -> Judgement:
    side = "above" if value.over_range == "OVER" else "below"
    reason = f"{measurand.name} is {side} the instrument's range"
    # A value off the wrong end cannot be good: insulation *below* the range is a short, whatever "pass" allows.
    toward_limit = (value.over_range == "OVER" and measurand.high is not None) or (
        value.over_range == "UNDER" and measurand.low is not None
    )
    if measurand.over_range == "pass" and not toward_limit:
        return Judgement(Outcome.PASSED)
    if measurand.over_range == "error":
        return Judgement(Outcome.ERROR, reason=reason)
    return Judgement(Outcome.FAILED, reason=reason)


def _judge_number(measurand: Measurand, value: float) -> Judgement:
    low, high, unit = measurand.low, measurand.high, measurand.unit
    if not math.isfinite(value):
        # NaN is neither below nor above any limit: without this it would pass.
        return Judgement(Outcome.ERROR, reason=f"{measurand.name} is {value}, which is no measured value")
    if measurand.equals is not None and value != measurand.equals:
        return Judgement(Outcome.FAILED, reason=f"{measurand.name} is {value:g}, must be {measurand.equals}")
    if low is not None and value < low:
        return Judgement(Outcome.FAILED, reason=f"{measurand.name} is {low - value:.4g} {unit} below {low:g} {unit}")
    if high is not None and value > high:
        return Judgement(Outcome.FAILED, reason=f"{measurand.name} is {value - high:.4g} {unit} above {high:g} {unit}")
    return Judgement(Outcome.PASSED, marginal=_is_marginal(measurand, value))


def _is_marginal(measurand: Measurand, value: float) -> bool:
    if measurand.marginal is None or measurand.low is None or measurand.high is None:
        return False
    edge = measurand.marginal * (measurand.high - measurand.low)
    return value < measurand.low + edge or value > measurand.high - edge


def _judge_text(measurand: Measurand, value: str) -> Judgement:
    if not measurand.is_text:
        return Judgement(Outcome.ERROR, reason=f"{measurand.name} is a number in {measurand.unit}, got text {value!r}")
    good = (
        (measurand.equals is None or value == measurand.equals)
        and (measurand.one_of is None or value in measurand.one_of)
        and (measurand.matches is None or re.fullmatch(measurand.matches, value) is not None)
    )
    if good:
        return Judgement(Outcome.PASSED)
    return Judgement(Outcome.FAILED, reason=f"{measurand.name} is {value!r}, must be {measurand.expected}")
