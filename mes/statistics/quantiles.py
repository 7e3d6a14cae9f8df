"""Quantiles and tails of the distributions that quality statistics use, from scipy.

`scipy.special` and not `scipy.stats`: the same numbers, and a command starts a second earlier.
"""

from math import sqrt

from scipy import special

from mes.statistics.errors import Unanswerable


def normal_quantile(probability: float) -> float:
    """z with P(Z <= z) = probability."""
    return float(special.ndtri(probability))


def chi_square_quantile(probability: float, degrees_of_freedom: float) -> float:
    """x with P(X <= x) = probability; the degrees of freedom may be fractional."""
    return float(special.chdtri(degrees_of_freedom, 1.0 - probability))


def student_t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """t with P(T <= t) = probability."""
    return float(special.stdtrit(degrees_of_freedom, probability))


def student_t_two_sided(t: float, degrees_of_freedom: float) -> float:
    """P(|T| >= |t|): the p-value of a two-sided t test."""
    return 2.0 * float(special.stdtr(degrees_of_freedom, -abs(t)))


def f_quantile(probability: float, numerator_df: float, denominator_df: float) -> float:
    """x with P(F <= x) = probability."""
    return float(special.fdtri(numerator_df, denominator_df, probability))


def f_upper_tail(ratio: float, numerator_df: float, denominator_df: float) -> float:
    """P(F >= ratio): the p-value of an F test."""
    return float(special.fdtrc(numerator_df, denominator_df, ratio))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """x with P(B <= x) = probability."""
    return float(special.betaincinv(a, b, probability))


def c4(degrees_of_freedom: float) -> float:
    """Mean of chi_ν/√ν: what a standard deviation with ν degrees of freedom falls short of σ by (ASTM E2587 c4)."""
    half = degrees_of_freedom / 2.0
    # Γ(half + ½)/Γ(half) as a ratio, which does not overflow for many degrees of freedom.
    return float(special.poch(half, 0.5)) * sqrt(1.0 / half)


def tails(confidence: float) -> tuple[float, float]:
    """The probabilities at both ends of a two-sided interval: 0.95 gives 0.025 and 0.975. Raises `Unanswerable`."""
    if not 0.0 < confidence < 1.0:
        raise Unanswerable(f"confidence {confidence}: must lie between 0 and 1, as 0.95")
    return (1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0
