"""Factors of control charts for subgroups of 2 to 25, to the digits that are printed.

The printed digits and not exact ones: limits must be those that a textbook's page gives (NIST's moving-range limit is
3.267 times the mean range, not 3.2665 times). Source: ASTM E2587, table 1; Montgomery, Introduction to Statistical
Quality Control, 7th ed., appendix VI. Tests hold every figure to the integral that it stands for.
"""

from typing import NamedTuple

from mes.statistics.errors import Unanswerable


class RangeFactors(NamedTuple):
    """Of the range of a normal sample of one size, in units of σ: mean d2 and standard deviation d3.

    A2 turns a mean range into three-sigma limits of means; D3 and D4 into those of ranges.
    """

    d2: float
    d3: float
    a2: float
    lower_d3: float
    upper_d4: float


_FACTORS = (
    RangeFactors(1.128, 0.853, 1.880, 0.0, 3.267),
    RangeFactors(1.693, 0.888, 1.023, 0.0, 2.574),
    RangeFactors(2.059, 0.880, 0.729, 0.0, 2.282),
    RangeFactors(2.326, 0.864, 0.577, 0.0, 2.114),
    RangeFactors(2.534, 0.848, 0.483, 0.0, 2.004),
    RangeFactors(2.704, 0.833, 0.419, 0.076, 1.924),
    RangeFactors(2.847, 0.820, 0.373, 0.136, 1.864),
    RangeFactors(2.970, 0.808, 0.337, 0.184, 1.816),
    RangeFactors(3.078, 0.797, 0.308, 0.223, 1.777),
    RangeFactors(3.173, 0.787, 0.285, 0.256, 1.744),
    RangeFactors(3.258, 0.778, 0.266, 0.283, 1.717),
    RangeFactors(3.336, 0.770, 0.249, 0.307, 1.693),
    RangeFactors(3.407, 0.763, 0.235, 0.328, 1.672),
    RangeFactors(3.472, 0.756, 0.223, 0.347, 1.653),
    RangeFactors(3.532, 0.750, 0.212, 0.363, 1.637),
    RangeFactors(3.588, 0.744, 0.203, 0.378, 1.622),
    RangeFactors(3.640, 0.739, 0.194, 0.391, 1.609),
    RangeFactors(3.689, 0.733, 0.187, 0.404, 1.596),
    RangeFactors(3.735, 0.729, 0.180, 0.415, 1.585),
    RangeFactors(3.778, 0.724, 0.173, 0.425, 1.575),
    RangeFactors(3.819, 0.720, 0.167, 0.435, 1.565),
    RangeFactors(3.858, 0.716, 0.162, 0.443, 1.557),
    RangeFactors(3.895, 0.712, 0.157, 0.452, 1.548),
    RangeFactors(3.931, 0.708, 0.153, 0.459, 1.541),
)

LARGEST_SUBGROUP = len(_FACTORS) + 1
"""The range of a larger sample says so little that no table goes on."""


def range_factors(size: int) -> RangeFactors:
    """The factors for subgroups of one size. Raises `Unanswerable` outside 2 to 25."""
    if not 2 <= size <= LARGEST_SUBGROUP:
        raise Unanswerable(
            f"subgroups of {size}: a range chart needs 2 to {LARGEST_SUBGROUP} values in each; form other subgroups"
        )
    return _FACTORS[size - 2]
