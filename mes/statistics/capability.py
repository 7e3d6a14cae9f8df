"""Capability: Cp and Cpk from sigma *within*, Pp and Ppk from the overall s; one is never called the other.

Cp = (USL - LSL)/6σ, Cpl = (mean - LSL)/3σ, Cpu = (USL - mean)/3σ, Cpk = min(Cpl, Cpu) (NIST/SEMATECH 6.1.6;
ISO 22514-2 has the same with other letters). With one limit only, Cp is undefined and Cpk is the one side there is.

Intervals: Cp √(χ²_ν/ν) and Cpk ± z √(1/(9n) + Cpk²/(2ν)) (Montgomery, 7th ed., 8.3.4), with ν = n - 1 for s and the
estimator's effective degrees of freedom for sigma within. They presume a stable, normal process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from mes.statistics.errors import Unanswerable
from mes.statistics.interval import Interval
from mes.statistics.moments import moments_of
from mes.statistics.quantiles import chi_square_quantile, normal_quantile, tails
from mes.statistics.within_sigma import WithinSigma


@dataclass(frozen=True, slots=True)
class CapabilityIndices:
    """Spread against tolerance by one sigma. None is undefined: that limit does not exist."""

    sigma: float
    degrees_of_freedom: float
    potential: float | None
    """Cp or Pp: the tolerance over six sigma, wherever the mean lies."""
    lower_side: float | None
    """Cpl or Ppl."""
    upper_side: float | None
    """Cpu or Ppu."""
    actual: float
    """Cpk or Ppk: the smaller side."""
    potential_interval: Interval | None
    actual_interval: Interval


@dataclass(frozen=True, slots=True)
class Capability:
    """Both pairs of indices of one set of values, and how many of these lie outside (limits are inclusive)."""

    n: int
    mean: float
    lower_limit: float | None
    upper_limit: float | None
    within_sigma: WithinSigma
    within: CapabilityIndices
    overall: CapabilityIndices
    below: int
    above: int


def capability(
    values: Sequence[float],
    lower_limit: float | None,
    upper_limit: float | None,
    within: WithinSigma,
    *,
    confidence: float = 0.95,
    origin: float | None = None,
) -> Capability:
    """Capability of the values against the limits, with sigma within as estimated from the same values.

    `origin` is the fixed origin of the moments (the nominal value). Raises `Unanswerable` for n < 2, zero spread, no
    limit at all or limits the wrong way round.
    """
    if len(values) < 2:
        raise Unanswerable(f"capability: needs at least 2 values and has {len(values)}; widen the window")
    moments = moments_of(values, origin)
    if moments.m2 == 0.0:
        raise Unanswerable(
            f"capability: all {len(values)} values are {values[0]!r}: without spread there is no capability; "
            "check the resolution of the instrument"
        )
    n, mean, s = moments.n, moments.mean, moments.standard_deviation
    return Capability(
        n=n,
        mean=mean,
        lower_limit=lower_limit,
        upper_limit=upper_limit,
        within_sigma=within,
        within=capability_indices(
            mean, within.sigma, n, within.degrees_of_freedom, lower_limit, upper_limit, confidence
        ),
        overall=capability_indices(mean, s, n, float(n - 1), lower_limit, upper_limit, confidence),
        below=0 if lower_limit is None else sum(value < lower_limit for value in values),
        above=0 if upper_limit is None else sum(value > upper_limit for value in values),
    )


def capability_indices(
    mean: float,
    sigma: float,
    n: int,
    degrees_of_freedom: float,
    lower_limit: float | None,
    upper_limit: float | None,
    confidence: float = 0.95,
) -> CapabilityIndices:
    """The indices of a mean and a sigma that n values gave. Raises `Unanswerable` without a limit or spread."""
    if lower_limit is None and upper_limit is None:
        raise Unanswerable("capability: there is no numeric limit to be capable of; give one")
    if lower_limit is not None and upper_limit is not None and lower_limit >= upper_limit:
        raise Unanswerable(f"capability: lower limit {lower_limit!r} is not below upper limit {upper_limit!r}")
    if not sigma > 0.0:
        raise Unanswerable(f"capability: sigma is {sigma!r}: without spread there is no capability")
    lower_side = None if lower_limit is None else (mean - lower_limit) / (3.0 * sigma)
    upper_side = None if upper_limit is None else (upper_limit - mean) / (3.0 * sigma)
    potential = None if lower_limit is None or upper_limit is None else (upper_limit - lower_limit) / (6.0 * sigma)
    actual = min(side for side in (lower_side, upper_side) if side is not None)
    return CapabilityIndices(
        sigma=sigma,
        degrees_of_freedom=degrees_of_freedom,
        potential=potential,
        lower_side=lower_side,
        upper_side=upper_side,
        actual=actual,
        potential_interval=None if potential is None else potential_interval(potential, degrees_of_freedom, confidence),
        actual_interval=actual_interval(actual, n, degrees_of_freedom, confidence),
    )


def potential_interval(index: float, degrees_of_freedom: float, confidence: float = 0.95) -> Interval:
    """Interval of Cp or Pp: index √(χ²_ν/ν)."""
    low, high = (chi_square_quantile(p, degrees_of_freedom) for p in tails(confidence))
    return Interval(index * sqrt(low / degrees_of_freedom), index * sqrt(high / degrees_of_freedom), confidence)


def actual_interval(index: float, n: int, degrees_of_freedom: float, confidence: float = 0.95) -> Interval:
    """Interval of Cpk or Ppk: index ± z √(1/(9n) + index²/(2ν))."""
    reach = normal_quantile(tails(confidence)[1]) * sqrt(1.0 / (9.0 * n) + index * index / (2.0 * degrees_of_freedom))
    return Interval(index - reach, index + reach, confidence)
