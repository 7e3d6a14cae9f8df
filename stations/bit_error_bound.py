"""What a count of bit errors proves: the ratio that it lies below, and how long one must count to prove a limit.

Errors that come one by one are Poisson: with none in N bits the ratio lies below −ln(1 − c)/N at confidence c, three
over N at 95 %; with n of them below the mean at which n or fewer are as improbable as 1 − c (Clopper and Pearson,
Biometrika 26, 1934, in the limit of many bits).
"""

import math
from statistics import NormalDist
from typing import Final

_EXACT: Final = 60
"""Up to so many errors the sum is made term by term; beyond, Wilson and Hilferty's approximation is good to 0.1 %."""


def upper_bound(errors: int, bits: int, confidence: float = 0.95) -> float:
    """The bit error ratio that lies above the true one with this confidence; at most 1.

    Raises ValueError without bits: nothing was proven.
    """
    if bits <= 0 or not 0 <= errors <= bits or not 0.5 <= confidence < 1.0:
        raise ValueError(f"{errors} errors in {bits} bits at confidence {confidence:g} prove nothing")
    return min(1.0, _mean_above(errors, confidence) / bits)


def gate_for(ratio: float, bit_rate: float, confidence: float = 0.95) -> float:
    """How many seconds without any error prove that the ratio lies below this one: T = −ln(1 − c)/(BER · rate)."""
    if not ratio > 0.0 or not bit_rate > 0.0 or not 0.5 <= confidence < 1.0:
        raise ValueError(f"no time proves {ratio:g} at {bit_rate:g} bit/s with confidence {confidence:g}")
    return -math.log(1.0 - confidence) / (ratio * bit_rate)


def _mean_above(errors: int, confidence: float) -> float:
    if errors > _EXACT:
        n = errors + 1
        return float(n * (1.0 - 1.0 / (9 * n) + NormalDist().inv_cdf(confidence) / (3.0 * math.sqrt(n))) ** 3)
    low, high = 0.0, 4.0 * (errors + 4) + 40.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _at_most(errors, middle) > 1.0 - confidence else (low, middle)
    return 0.5 * (low + high)


def _at_most(errors: int, mean: float) -> float:
    term = total = math.exp(-mean)
    for k in range(1, errors + 1):
        term *= mean / k
        total += term
    return total
