"""Every published number that we claim to reproduce: what its source prints, and what we compute from the same data."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mes.quality.yields import rolled_throughput_yield
from mes.statistics.capability import actual_interval, capability_indices, potential_interval
from mes.statistics.control_chart import individuals_chart
from mes.statistics.gauge_anova import GaugeAnova, gauge_anova
from mes.statistics.gauge_bias import linearity_study
from mes.statistics.gauge_ranges import gauge_ranges
from mes.statistics.gauge_study import crossed_study
from mes.statistics.moments import moments_of
from mes.statistics.selftest.published import (
    GAUGE_STUDY,
    INDIVIDUALS,
    LEW,
    LINEARITY,
    MICHELSO,
    pi_digits_as_certified,
)

NIST_CAPABILITY = "NIST/SEMATECH e-Handbook 6.1.6"
MONTGOMERY = "Montgomery, Introduction to Statistical Quality Control, example 8.5 (n - 1 applied to Cp, as printed)"
NIST_INDIVIDUALS = "NIST/SEMATECH e-Handbook 6.3.2.2"
NIST_STRD = "NIST StRD, univariate summary statistics, {}.dat"
AIAG_ANOVA = "AIAG MSA-4, chapter III B and appendix A, analysis of variance"
AIAG_INTERVALS = "AIAG MSA-4, 90 % limits"
AIAG_RANGES = "AIAG MSA-4, chapter III B, average and range"
AIAG_LINEARITY = "AIAG MSA-4, chapter III B, linearity"
ROLLED = "product of first-pass yields 0.98 x 0.99 x 0.95"

STRD_RELATIVE = Decimal("1e-12")
"""StRD certifies 15 digits of exact decimals; a double holds the data themselves to 16, and s loses some of them."""


@dataclass(frozen=True, slots=True)
class Check:
    """One number: as its source prints it, ours in full, and whether they agree to the digits printed."""

    name: str
    source: str
    published: str
    ours: float
    ok: bool


def checks() -> Iterator[Check]:
    """Every check, in the order in which a person reads them."""
    yield from _capability()
    yield from _individuals()
    for name, values, mean, deviation in (
        ("Lew", LEW, "-177.435", "277.332168044316"),
        ("PiDigits", pi_digits_as_certified(), "4.5348", "2.86733906028871"),
        ("Michelso", MICHELSO, "299.8524", "0.0790105478190518"),
    ):
        moments = moments_of(values)
        source = NIST_STRD.format(name)
        yield _check(f"{name} mean", source, mean, moments.mean, relative=STRD_RELATIVE)
        yield _check(f"{name} s", source, deviation, moments.standard_deviation, relative=STRD_RELATIVE)
    yield from _gauge()
    line = linearity_study([value for _, value in LINEARITY], [reference for reference, _ in LINEARITY])
    yield _check("linearity slope", AIAG_LINEARITY, "-0.131667", line.slope)
    yield _check("linearity intercept", AIAG_LINEARITY, "0.736667", line.intercept)
    yield _check("linearity s", AIAG_LINEARITY, "0.23954", line.residual_standard_deviation)
    yield _check("linearity R² in %", AIAG_LINEARITY, "71.4", 100 * line.r_squared)
    yield _check("linearity t of slope", AIAG_LINEARITY, "-12.043", line.t_slope)
    yield _check("linearity t of intercept", AIAG_LINEARITY, "10.158", line.t_intercept)
    rolled = rolled_throughput_yield([0.98, 0.99, 0.95])
    yield _check("rolled throughput yield", ROLLED, "0.92169", float("nan") if rolled is None else rolled)


def _check(
    name: str, source: str, published: str, ours: float, *, units: int = 0, relative: Decimal | None = None
) -> Check:
    """It agrees when it rounds to what is printed, or lies within `units` of the last digit or within `relative`."""
    printed = Decimal(published)
    step = Decimal(1).scaleb(int(printed.as_tuple().exponent))
    if relative is not None:
        ok = abs(Decimal(ours) - printed) <= relative * abs(printed)
    else:
        ok = abs(Decimal(ours) - printed) <= step * (units or Decimal("0.5"))
    return Check(name, source, published, ours, ok)


def _capability() -> Iterator[Check]:
    indices = capability_indices(16.0, 2.0, 50, 49.0, 8.0, 20.0)
    for name, published, ours in (
        ("Cp", "1.0", indices.potential),
        ("Cpu", "0.6667", indices.upper_side),
        ("Cpl", "1.3333", indices.lower_side),
        ("Cpk", "0.6667", indices.actual),
    ):
        yield _check(f"{name} of USL 20, LSL 8, mean 16, s 2", NIST_CAPABILITY, published, ours or float("nan"))
    cp, cpk = potential_interval(1.33, 19.0), actual_interval(1.33, 20, 19.0)
    yield _check("Cp 1.33 of n 20, lower 95 %", MONTGOMERY, "0.911", cp.lower)
    yield _check("Cp 1.33 of n 20, upper 95 %", MONTGOMERY, "1.749", cp.upper)
    yield _check("Cpk 1.33 of n 20, lower 95 %", MONTGOMERY, "0.88", cpk.lower)
    yield _check("Cpk 1.33 of n 20, upper 95 %", MONTGOMERY, "1.78", cpk.upper)


def _individuals() -> Iterator[Check]:
    chart = individuals_chart(INDIVIDUALS)
    limits, ranges = chart.location.points[0], chart.spread.points[0]
    for name, published, ours in (
        ("mean", "50.81", chart.mean),
        ("mean moving range", "1.8778", chart.mean_range),
        ("lower limit", "45.8159", limits.lower),
        ("upper limit", "55.8041", limits.upper),
        ("moving range, upper limit", "6.135", ranges.upper),
    ):
        yield _check(f"individuals chart, {name}", NIST_INDIVIDUALS, published, ours)


def _gauge() -> Iterator[Check]:
    study = crossed_study(GAUGE_STUDY)
    anova = gauge_anova(study, None)
    variation = anova.variation
    interaction = next(row for row in anova.table if row.source == "interaction")
    for name, published, ours in (
        ("EV", "0.199933", variation.ev),
        ("AV", "0.226838", variation.av),
        ("PV", "1.042327", variation.pv),
        ("TV", "1.08530", variation.tv),
        ("%GRR", "27.86", variation.percent_of_total(variation.grr)),
        ("ndc", "4", variation.ndc),
        ("p of the interaction", "0.974", interaction.p),
    ):
        yield _check(f"gauge, {name}", AIAG_ANOVA, published, float("nan") if ours is None else float(ours))
    # Its square root of 0.199933² + 0.226838² is 0.302372: the book rounds on the way.
    yield _check("gauge, GRR", f"{AIAG_ANOVA} (rounded on its way: ±2)", "0.302373", variation.grr, units=2)
    yield from _intervals(anova)
    ranges = gauge_ranges(study, None).variation
    yield _check("average and range, GRR", AIAG_RANGES, "0.30577", ranges.grr)
    yield _check("average and range, %GRR", AIAG_RANGES, "26.68", ranges.percent_of_total(ranges.grr))
    yield _check("average and range, ndc", AIAG_RANGES, "5", float(ranges.ndc or 0))


def _intervals(anova: GaugeAnova) -> Iterator[Check]:
    for name, component, lower, upper in (
        ("EV", anova.ev, "0.177", "0.231"),
        ("AV", anova.av, "0.129", "1.001"),
        ("GRR", anova.grr, "0.237", "1.033"),
    ):
        limits = component.aiag
        below, above = (float("nan"),) * 2 if limits is None else (limits.lower, limits.upper)
        yield _check(f"gauge, {name}, lower 90 %", AIAG_INTERVALS, lower, below)
        yield _check(f"gauge, {name}, upper 90 %", AIAG_INTERVALS, upper, above)
