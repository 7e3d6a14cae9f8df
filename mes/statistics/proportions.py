"""Yields and defect rates with exact intervals: a proportion of few units says little, and this says how little."""

from collections.abc import Sequence
from math import exp, prod

from mes.statistics.errors import Unanswerable
from mes.statistics.interval import Interval
from mes.statistics.quantiles import beta_quantile, tails


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Exact interval of a binomial proportion; its coverage is never below `confidence`.

    Clopper and Pearson, Biometrika 26 (1934) 404. Raises `Unanswerable` over nothing and for more successes
    than trials.
    """
    if not 0 <= successes <= trials or trials == 0:
        raise Unanswerable(f"proportion {successes}/{trials}: needs at least one trial and no more successes than that")
    low, high = tails(confidence)
    return Interval(
        beta_quantile(low, successes, trials - successes + 1) if successes else 0.0,
        beta_quantile(high, successes + 1, trials - successes) if successes < trials else 1.0,
        confidence,
    )


def rolled_interval(steps: Sequence[tuple[int, int]], confidence: float = 0.95) -> Interval:
    """Conservative interval of a rolled throughput yield from (passed, seen) of each operation.

    The product of exact intervals, each at 1 - (1 - confidence)/k of k operations (Bonferroni), so that the
    coverage of the product is never below `confidence`. Raises `Unanswerable` over nothing.
    """
    if not steps:
        raise Unanswerable("rolled throughput yield: the route has no operation")
    each = [clopper_pearson(passed, seen, 1.0 - (1.0 - confidence) / len(steps)) for passed, seen in steps]
    return Interval(prod(i.lower for i in each), prod(i.upper for i in each), confidence)


def defects_per_million_opportunities(defects: int, units: int, opportunities: int) -> float:
    """DPMO = 10⁶·D/(U·O) (IPC-7912, IPC-9261). Raises `Unanswerable` without an opportunity."""
    if units < 1 or opportunities < 1:
        raise Unanswerable(f"DPMO: {units} units with {opportunities} opportunities each leave nothing to count in")
    return 1e6 * defects / (units * opportunities)


def throughput_yield(defects: int, units: int) -> float:
    """e^(-DPU): the share of units without a defect when defects fall independently (Poisson)."""
    if units < 1:
        raise Unanswerable("throughput yield: no unit was seen")
    return exp(-defects / units)
