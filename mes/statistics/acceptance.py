"""Single sampling by attributes: the plan that an AQL asks for, and how a plan tells good lots from bad ones.

The table is that of MIL-STD-105E (10 May 1989, approved for public release; tables I and II-A), which ANSI/ASQ Z1.4
and ISO 2859-1 carry on for single sampling at normal inspection. Its entries for AQLs from 0.65 to 15 and code letters
A to Q were compared with the table that the National Institute of Building Sciences derived from it (AC-TABLE.ASC,
table 1-A), lot sizes and code letters with reprints of table I. Other AQLs, tightened and reduced inspection and the
switching rules were not verified and are not here: such plans are given by sample size and acceptance number.
"""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

_LETTERS: Final = "ABCDEFGHJKLMNPQ"
_SIZES: Final = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250)
_LOT_SIZES: Final = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
"""The largest lot of each row of table I but the last."""
_CODES: Final = {"I": "AABCCDEFGHJKLMN", "II": "ABCDEFGHJKLMNPQ", "III": "BCDEFGHJKLMNPQR"}
AQLS: Final = (0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0, 15.0)
"""The acceptable quality levels of the table, in percent nonconforming."""

_DOWN, _UP = "v", "^"
_TABLE: Final = (
    ("v", "v", "v", "v", "v", 0, "v", "v"),  # 10 %: printed as an arrow up, above which there is no plan (inferred)
    ("v", "v", "v", "v", 0, "^", "v", 1),
    ("v", "v", "v", 0, "^", "v", 1, 2),
    ("v", "v", 0, "^", "v", 1, 2, 3),
    ("v", 0, "^", "v", 1, 2, 3, 5),
    (0, "^", "v", 1, 2, 3, 5, 7),
    ("^", "v", 1, 2, 3, 5, 7, 10),
    ("v", 1, 2, 3, 5, 7, 10, 14),
    (1, 2, 3, 5, 7, 10, 14, 21),
    (2, 3, 5, 7, 10, 14, 21, "^"),
    (3, 5, 7, 10, 14, 21, "^", "^"),
    (5, 7, 10, 14, 21, "^", "^", "^"),
    (7, 10, 14, 21, "^", "^", "^", "^"),
    (10, 14, 21, "^", "^", "^", "^", "^"),
    (14, 21, "^", "^", "^", "^", "^", "^"),
)
"""Table II-A: acceptance numbers by code letter and AQL; an arrow means the first plan below or above it."""


class NoSuchPlan(ValueError):
    """The table has no plan for this (example: an AQL of 0.3 %)."""


@dataclass(frozen=True, slots=True)
class SinglePlan:
    """Inspect `sample_size` pieces and accept with at most `acceptance_number` nonconforming ones.

    `letter` is the code letter whose plan it is, after the arrows; None for a plan that was given.
    """

    sample_size: int
    acceptance_number: int
    letter: str | None = None


def single_plan(lot_size: int, aql: float, level: str = "II") -> SinglePlan:
    """The plan for a lot of this size (MIL-STD-105E tables I and II-A, normal inspection).

    `aql` is in percent nonconforming, `level` a general inspection level: I, II or III. A sample that the lot does not
    have is the whole lot. Raises `NoSuchPlan`.
    """
    if lot_size < 1:
        raise NoSuchPlan(f"a lot of {lot_size} pieces has no sampling plan")
    if aql not in AQLS:
        raise NoSuchPlan(
            f"an AQL of {aql:g} % is not in the verified table, which has {', '.join(map('{:g}'.format, AQLS))}"
        )
    letter = _CODES[level][bisect_left(_LOT_SIZES, lot_size)]
    if letter not in _LETTERS:
        raise NoSuchPlan(f"code letter {letter}, for {lot_size} pieces at level {level}, is not in the verified table")
    row, column = _LETTERS.index(letter), AQLS.index(aql)
    while isinstance(found := _TABLE[row][column], str):
        row += 1 if found == _DOWN else -1
    return SinglePlan(min(_SIZES[row], lot_size), found, _LETTERS[row])


def acceptance_probability(
    sample_size: int, acceptance_number: int, fraction: float, lot_size: int | None = None
) -> float:
    """The probability that a plan accepts a lot with this fraction nonconforming: its operating characteristic.

    Binomial for lots that are large or without end (type B of MIL-STD-105E); with `lot_size` hypergeometric, for the
    whole number of nonconforming pieces nearest to the fraction (type A). Raises `ValueError` for a fraction outside
    0 to 1 or a sample larger than the lot.
    """
    from scipy import stats  # noqa: PLC0415 - a definition file is checked without it

    if not 0 <= fraction <= 1 or (lot_size is not None and sample_size > lot_size):
        raise ValueError(f"fraction {fraction} and sample of {sample_size}: outside 0 to 1, or larger than the lot")
    if lot_size is None:
        return float(stats.binom.cdf(acceptance_number, sample_size, fraction))
    return float(stats.hypergeom.cdf(acceptance_number, lot_size, round(fraction * lot_size), sample_size))


def quality_accepted(sample_size: int, acceptance_number: int, probability: float) -> float:
    """The fraction nonconforming at which a plan accepts with this probability (binomial).

    P(X <= c) is the complement of the incomplete beta function of c + 1 and n - c, whose quantile this is.
    """
    from scipy import stats  # noqa: PLC0415 - a definition file is checked without it

    return float(stats.beta.ppf(1 - probability, acceptance_number + 1, sample_size - acceptance_number))
