"""Crossed gauge R&R by analysis of variance (AIAG MSA-4, chapter III B and appendix A).

An interaction of appraisers and parts that is not significant at 0.25 is pooled with the error. A negative variance
component is 0. Two intervals are given for AV and GRR:

- `aiag`: the one that MSA-4 prints for its example (EV .177-.231, AV .129-1.001, GRR .237-1.033). The book does not
  print its formulas; these are inferred from the figures: AV² over quantiles of F(k - 1, ν_E), and for GRR the
  mean square of appraisers alone within its chi-square limits. Unverified beyond that example, and empty for AV = 0;
- `interval`: the modified large-sample interval (Graybill and Wang, JASA 75 (1980) 869 for sums of mean squares;
  Ting et al., J. Stat. Comput. Simul. 35 (1990) 135 for differences; as in Burdick, Borror and Montgomery, JQT 35
  (2003) 342), whose coverage a test holds to the level.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from mes.statistics.errors import Unanswerable
from mes.statistics.gauge_study import GaugeStudy
from mes.statistics.gauge_variation import GaugeVariation
from mes.statistics.interval import Interval
from mes.statistics.quantiles import chi_square_quantile, f_quantile, f_upper_tail, tails

POOLING_LEVEL = 0.25
"""An interaction with a larger p-value is pooled (MSA-4, appendix A)."""

STUDY_CONFIDENCE = 0.90
"""Of the intervals; MSA-4 prints 90 %."""


@dataclass(frozen=True, slots=True)
class AnovaRow:
    """One source of variation; `f` and `p` are None for the error, against which nothing is tested."""

    source: str
    degrees_of_freedom: int
    sum_of_squares: float
    mean_square: float
    f: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class ComponentInterval:
    """Limits of one standard deviation, two ways (see the module)."""

    interval: Interval
    aiag: Interval | None


@dataclass(frozen=True, slots=True)
class GaugeAnova:
    """The table, whether the interaction was pooled, and the components with their intervals."""

    table: tuple[AnovaRow, ...]
    pooled: bool
    pooled_error: AnovaRow | None
    variation: GaugeVariation
    negative_components: tuple[str, ...]
    """Components whose estimate came out below 0 and was set to it."""
    ev: ComponentInterval
    av: ComponentInterval
    grr: ComponentInterval


def gauge_anova(study: GaugeStudy, tolerance: float | None, confidence: float = STUDY_CONFIDENCE) -> GaugeAnova:
    """Variance components of a crossed study. Raises `Unanswerable` when every repetition gives the same reading."""
    x = study.values
    k, n, r = x.shape
    appraisers, parts, cells = x.mean(axis=(1, 2)), x.mean(axis=(0, 2)), x.mean(axis=2)
    mean = x.mean()
    # Deviations first, squares after: nothing is lost on data with a large mean.
    squares = {
        "appraiser": n * r * _squared(appraisers - mean),
        "part": k * r * _squared(parts - mean),
        "interaction": r * _squared(cells - appraisers[:, None] - parts[None, :] + mean),
        "error": _squared(x - cells[:, :, None]),
    }
    freedom = {"appraiser": k - 1, "part": n - 1, "interaction": (k - 1) * (n - 1), "error": k * n * (r - 1)}
    if squares["error"] == 0.0:
        raise Unanswerable(
            "gauge study: every appraiser read the same value each time: repeatability is below the resolution, and "
            "nothing can be tested against it"
        )
    ms = {source: squares[source] / freedom[source] for source in squares}
    f_interaction = ms["interaction"] / ms["error"]
    p_interaction = f_upper_tail(f_interaction, freedom["interaction"], freedom["error"])
    pooled = p_interaction > POOLING_LEVEL
    error_freedom = freedom["error"] + freedom["interaction"] if pooled else freedom["error"]
    error = (squares["error"] + squares["interaction"]) / error_freedom if pooled else ms["error"]
    below, below_freedom = (error, error_freedom) if pooled else (ms["interaction"], freedom["interaction"])

    components = {
        "EV": error,
        "AV": (ms["appraiser"] - below) / (n * r),
        "INT": 0.0 if pooled else (ms["interaction"] - error) / r,
        "PV": (ms["part"] - below) / (k * r),
    }
    sigma = {name: sqrt(max(0.0, variance)) for name, variance in components.items()}
    variation = GaugeVariation("anova", sigma["EV"], sigma["AV"], sigma["INT"], sigma["PV"], tolerance)

    def row(source: str, against: float | None, against_freedom: int) -> AnovaRow:
        f = None if against is None else ms[source] / against
        p = None if f is None else f_upper_tail(f, freedom[source], against_freedom)
        return AnovaRow(source, freedom[source], squares[source], ms[source], f, p)

    low, high = tails(confidence)
    ev = _root(
        error_freedom * error / chi_square_quantile(high, error_freedom),
        error_freedom * error / chi_square_quantile(low, error_freedom),
        confidence,
    )
    spread = [(ms["appraiser"], freedom["appraiser"], 1.0), (error, error_freedom, n * r - 1.0)]
    if not pooled:
        spread = [
            (ms["appraiser"], freedom["appraiser"], 1.0),
            (ms["interaction"], freedom["interaction"], n - 1.0),
            (error, error_freedom, n * (r - 1.0)),
        ]
    appraiser = (ms["appraiser"], freedom["appraiser"])
    return GaugeAnova(
        table=(
            row("appraiser", below, below_freedom),
            row("part", below, below_freedom),
            row("interaction", ms["error"], freedom["error"]),
            row("error", None, 0),
        ),
        pooled=pooled,
        pooled_error=AnovaRow("pooled error", error_freedom, error * error_freedom, error, None, None)
        if pooled
        else None,
        variation=variation,
        negative_components=tuple(name for name, variance in components.items() if variance < 0.0),
        ev=ComponentInterval(ev, ev),
        av=ComponentInterval(
            _difference_interval(appraiser, (below, below_freedom), n * r, confidence),
            _aiag_av(sigma["AV"], freedom["appraiser"], error_freedom, confidence) if pooled else None,
        ),
        grr=ComponentInterval(
            _sum_interval(spread, n * r, confidence),
            _aiag_grr(variation.grr, appraiser, n * r, confidence) if pooled else None,
        ),
    )


def _squared(deviations: NDArray[np.float64]) -> float:
    return float(np.sum(np.square(deviations)))


def _root(lower: float, upper: float, confidence: float) -> Interval:
    return Interval(sqrt(max(0.0, lower)), sqrt(max(0.0, upper)), confidence)


def _sum_interval(terms: list[tuple[float, int, float]], divisor: float, confidence: float) -> Interval:
    """Graybill and Wang: limits of √(Σ c·MS / divisor) from (MS, ν, c) with every c positive."""
    low, high = tails(confidence)
    estimate = sum(weight * square for square, _, weight in terms)
    below = sum(((1.0 - v / chi_square_quantile(high, v)) * w * square) ** 2 for square, v, w in terms)
    above = sum(((v / chi_square_quantile(low, v) - 1.0) * w * square) ** 2 for square, v, w in terms)
    return _root((estimate - sqrt(below)) / divisor, (estimate + sqrt(above)) / divisor, confidence)


def _difference_interval(
    first: tuple[float, int], second: tuple[float, int], divisor: float, confidence: float
) -> Interval:
    """Ting et al.: limits of √((MS1 - MS2)/divisor) from two (MS, ν)."""
    low, high = tails(confidence)
    (a, va), (b, vb) = first, second
    g1, g2 = (1.0 - v / chi_square_quantile(high, v) for v in (va, vb))
    h1, h2 = (v / chi_square_quantile(low, v) - 1.0 for v in (va, vb))
    f_high, f_low = f_quantile(high, va, vb), f_quantile(low, va, vb)
    g12 = ((f_high - 1.0) ** 2 - (g1 * f_high) ** 2 - h2**2) / f_high
    h12 = ((1.0 - f_low) ** 2 - (h1 * f_low) ** 2 - g2**2) / f_low
    below = (g1 * a) ** 2 + (h2 * b) ** 2 + g12 * a * b
    above = (h1 * a) ** 2 + (g2 * b) ** 2 + h12 * a * b
    return _root((a - b - sqrt(max(0.0, below))) / divisor, (a - b + sqrt(max(0.0, above))) / divisor, confidence)


def _aiag_av(av: float, freedom: int, error_freedom: int, confidence: float) -> Interval | None:
    if av == 0.0:
        return None
    low, high = tails(confidence)
    return _root(
        av * av / f_quantile(high, freedom, error_freedom),
        av * av / f_quantile(low, freedom, error_freedom),
        confidence,
    )


def _aiag_grr(grr: float, appraiser: tuple[float, int], divisor: float, confidence: float) -> Interval:
    low, high = tails(confidence)
    square, freedom = appraiser
    return _root(
        grr * grr - (1.0 - freedom / chi_square_quantile(high, freedom)) * square / divisor,
        grr * grr + (freedom / chi_square_quantile(low, freedom) - 1.0) * square / divisor,
        confidence,
    )
