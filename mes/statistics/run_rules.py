"""Rules that find a pattern in points which should be independent draws from one normal distribution.

Nelson, Journal of Quality Technology 16 (1984) 237; Western Electric, Statistical Quality Control Handbook (1956).
They differ where they look alike: for points on one side Nelson takes nine, Western Electric eight.

Rule 1 alone is the default. Each further rule costs false alarms: all eight together ring once in about 73 points of
a process in perfect order, and a product with 60 measurands would ring at nearly every unit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

Rule = Callable[[Sequence[float]], bool]
"""Whether a window of distances from the centre, in sigma, shows the pattern at its last point."""


@dataclass(frozen=True, slots=True)
class RunRule:
    """One rule: how many points it looks at, and what it says of them."""

    name: str
    meaning: str
    window: int
    shows: Rule


@dataclass(frozen=True, slots=True)
class Signal:
    """A pattern that is complete at point `index` (from 0) and spans the points from `first` to it."""

    rule: str
    meaning: str
    first: int
    index: int


def _beyond(window: Sequence[float], *, needed: int, sigmas: float) -> bool:
    # The newest point must belong to the pattern, else one excursion would ring again at every quiet point after it.
    return any(side * window[-1] > sigmas and sum(side * z > sigmas for z in window) >= needed for side in (1.0, -1.0))


def _outside(window: Sequence[float]) -> bool:
    return abs(window[-1]) > 3.0


def _one_side(window: Sequence[float]) -> bool:
    return all(z > 0 for z in window) or all(z < 0 for z in window)


def _trend(window: Sequence[float]) -> bool:
    return all(a < b for a, b in pairwise(window)) or all(a > b for a, b in pairwise(window))


def _alternating(window: Sequence[float]) -> bool:
    steps = [b - a for a, b in pairwise(window)]
    return all(a * b < 0 for a, b in pairwise(steps))


def _hugging(window: Sequence[float]) -> bool:
    return all(abs(z) < 1.0 for z in window)


def _avoiding(window: Sequence[float]) -> bool:
    return all(abs(z) > 1.0 for z in window)


_TWO_OF_THREE = partial(_beyond, needed=2, sigmas=2.0)
_FOUR_OF_FIVE = partial(_beyond, needed=4, sigmas=1.0)

RUN_RULES = {
    rule.name: rule
    for rule in (
        RunRule("nelson-1", "beyond three sigma", 1, _outside),
        RunRule("nelson-2", "nine in a row on one side of the centre", 9, _one_side),
        RunRule("nelson-3", "six in a row rising or falling", 6, _trend),
        RunRule("nelson-4", "fourteen in a row alternating up and down", 14, _alternating),
        RunRule("nelson-5", "two of three beyond two sigma on one side", 3, _TWO_OF_THREE),
        RunRule("nelson-6", "four of five beyond one sigma on one side", 5, _FOUR_OF_FIVE),
        RunRule("nelson-7", "fifteen in a row within one sigma", 15, _hugging),
        RunRule("nelson-8", "eight in a row beyond one sigma, on either side", 8, _avoiding),
        RunRule("western-electric-1", "beyond three sigma", 1, _outside),
        RunRule("western-electric-2", "two of three beyond two sigma on one side", 3, _TWO_OF_THREE),
        RunRule("western-electric-3", "four of five beyond one sigma on one side", 5, _FOUR_OF_FIVE),
        RunRule("western-electric-4", "eight in a row on one side of the centre", 8, _one_side),
    )
}
"""Every rule by its name."""

RULE_SETS = {
    "1": ("nelson-1",),
    "nelson": tuple(name for name in RUN_RULES if name.startswith("nelson")),
    "western-electric": tuple(name for name in RUN_RULES if name.startswith("western")),
    **{name: (name,) for name in RUN_RULES},
}
"""What may be asked for: rule 1 alone, all of one set, or single rules."""

DEFAULT_RULES = RULE_SETS["1"]


def signals(distances: Sequence[float], rules: Iterable[str] = DEFAULT_RULES) -> tuple[Signal, ...]:
    """Every place where one of the rules sees its pattern, by (point, rule).

    `distances` are (value - centre)/sigma in the order of time; a point exactly on a border belongs to neither side.
    Raises `KeyError` for a rule that does not exist.
    """
    chosen = [RUN_RULES[name] for name in rules]
    found = []
    for index in range(len(distances)):
        for rule in chosen:
            first = index - rule.window + 1
            if first >= 0 and rule.shows(distances[first : index + 1]):
                found.append(Signal(rule.name, rule.meaning, first, index))
    return tuple(found)
