"""Capability of a sample with everything that may make it worthless, as a page, a document or CSV."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from mes.console_output import Page, counted, print_csv, print_document, quantity
from mes.ledger import Site
from mes.queries.gauge_studies import GaugeStudySummary
from mes.rational_subgroups import Subgroups, subgroups_of
from mes.statistics.capability import Capability, CapabilityIndices, capability
from mes.statistics.control_chart import ChartPair, individuals_chart, mean_and_range_chart
from mes.statistics.errors import Unanswerable
from mes.statistics.gauge_variation import MARGINAL_PERCENT, STUDY_SIGMAS
from mes.statistics.interval import Interval
from mes.statistics.within_sigma import WithinSigma, from_moving_range, from_pooled, from_ranges
from mes.study_sample import Limits, Sample

NAMED_POINTS = 8
"""How many points out of order a page names."""


@dataclass(frozen=True, slots=True)
class GaugeShare:
    """How much a gauge takes by its newest study: of the tolerance in question, without one of the total variation."""

    id: UUID
    studied_on: date
    studied_by: str
    percent: float
    of: str


def gauge_share(study: GaugeStudySummary, limits: Limits) -> GaugeShare | None:
    """The share of GRR that judges a capability against these limits; None when the study does not tell it."""
    grr, total = study.results.get("grr"), study.results.get("percent_of_total")
    if limits.tolerance and grr is not None:
        # The study may have been judged against other limits than these.
        percent, of = 100.0 * STUDY_SIGMAS * grr / limits.tolerance, "tolerance"
    elif total is not None:
        percent, of = total, "total variation"
    else:
        return None
    return GaugeShare(study.id, study.studied_on, study.studied_by, percent, of)


@dataclass(frozen=True, slots=True)
class CapabilityAnswer:
    """A capability with the limits it is against, the charts that judge stability, and warnings in words."""

    sample: Sample
    limits: Limits
    capability: Capability
    charts: ChartPair
    left_over: int
    gauge_percent: float | None
    gauge: GaugeShare | None
    warnings: tuple[str, ...]


def judged(
    sample: Sample,
    low: float | None,
    high: float | None,
    within: str | None,
    subgroup_size: int | None,
    confidence: float,
    gauge_percent: float | None,
) -> CapabilityAnswer:
    """The capability of a sample. Raises `Unanswerable` and `CommandError` for one that has none.

    `gauge_percent` goes before what the newest study of its gauge found.
    """
    limits = sample.limits(low, high)
    if limits.low is None and limits.high is None:
        raise Unanswerable(f"{sample.description}: has no numeric limit to be capable of; give --low, --high or both")
    if len(sample.values) < 2:
        raise Unanswerable(
            f"{sample.description}: capability needs at least 2 values and has {len(sample.values)}; widen the window"
        )
    if len(set(sample.values)) == 1:
        raise Unanswerable(
            f"{sample.description}: all {len(sample.values)} values are {sample.values[0]!r}: without spread there is"
            " no capability; check the resolution of the instrument"
        )
    grouped = within in ("range", "pooled") or subgroup_size is not None
    if within is None and sample.subgroups is not None:
        grouped = True
    if within == "moving-range" or not grouped:
        groups, sigma, charts = None, from_moving_range(sample.values), individuals_chart(sample.values, sample.names)
    else:
        groups = subgroups_of(sample, subgroup_size)
        sigma, charts = _from_groups(sample, groups, within)
    answer = capability(sample.values, limits.low, limits.high, sigma, confidence=confidence, origin=sample.nominal)
    left_over = 0 if groups is None else groups.left_over
    study = sample.gauge_study
    gauge = None if study is None or gauge_percent is not None else gauge_share(study, limits)
    percent = gauge_percent if gauge is None else gauge.percent
    return CapabilityAnswer(
        sample,
        limits,
        answer,
        charts,
        left_over,
        percent,
        gauge,
        tuple(_warnings(sample, answer, charts, percent, gauge)),
    )


def _from_groups(sample: Sample, groups: Subgroups, within: str | None) -> tuple[WithinSigma, ChartPair]:
    if within == "pooled":
        sizes = {len(group) for group in groups.groups}
        charted = len(sizes) == 1 and 2 <= min(sizes) <= 25 and len(groups.groups) > 1
        pair = (
            mean_and_range_chart(groups.groups, groups.names)
            if charted
            else individuals_chart(sample.values, sample.names)
        )
        return from_pooled(groups.groups), pair
    return from_ranges(groups.groups), mean_and_range_chart(groups.groups, groups.names)


def _warnings(
    sample: Sample, answer: Capability, charts: ChartPair, gauge_percent: float | None, gauge: GaugeShare | None
) -> list[str]:
    told = []
    if not charts.stable:
        told.append("the process is not stable: its capability says nothing of tomorrow")
    if gauge_percent is None:
        told.append("no gauge study is known: how much of the spread is the gauge's? (`mes gauge`, --gauge-percent)")
    elif gauge is not None and gauge_percent > MARGINAL_PERCENT:
        told.append(
            f"the gauge takes {gauge_percent:.4g} % of the {gauge.of} (more than {MARGINAL_PERCENT:g} %; study of"
            f" {gauge.studied_on}): this is its spread, too"
        )
    elif gauge_percent > MARGINAL_PERCENT:
        told.append(f"the gauge takes {gauge_percent:g} % (more than {MARGINAL_PERCENT:g} %): this is its spread, too")
    if len(sample.limit_revisions) > 1:
        named = ", ".join(f"{name} ({count})" for name, count in sorted(sample.limit_revisions.items()))
        told.append(f"values of several limit revisions are pooled: {named}")
    if sample.over_range:
        told.append(f"{counted(sample.over_range, 'value')} left the instrument's range and are in no figure")
    if answer.n < 30:
        told.append(f"n is {answer.n}: look at the intervals before the indices")
    return told


def _document(indices: CapabilityIndices, names: tuple[str, str, str, str]) -> dict[str, object]:
    potential, lower, upper, actual = names
    return {
        "sigma": indices.sigma,
        "degrees_of_freedom": indices.degrees_of_freedom,
        potential: indices.potential,
        f"{potential}_interval": indices.potential_interval,
        lower: indices.lower_side,
        upper: indices.upper_side,
        actual: indices.actual,
        f"{actual}_interval": indices.actual_interval,
    }


_WITHIN = ("cp", "cpl", "cpu", "cpk")
_OVERALL = ("pp", "ppl", "ppu", "ppk")


def print_capability(site: Site | None, answer: CapabilityAnswer, form: str) -> None:
    """Print the answer; `form` is page, json or csv."""
    found = answer.capability
    if form == "page":
        _print_page(Page(site), answer)
        return
    if form == "csv":
        rows: list[tuple[object, ...]] = [
            ("n", found.n, None, None),
            ("mean", found.mean, None, None),
            ("sigma_within", found.within.sigma, None, None),
            ("sigma_overall", found.overall.sigma, None, None),
        ]
        for indices, names in ((found.within, _WITHIN), (found.overall, _OVERALL)):
            rows += [
                (names[0], indices.potential, *_ends(indices.potential_interval)),
                (names[1], indices.lower_side, None, None),
                (names[2], indices.upper_side, None, None),
                (names[3], indices.actual, *_ends(indices.actual_interval)),
            ]
        print_csv(("quantity", "estimate", "interval_lower", "interval_upper"), rows)
        return
    sample = answer.sample
    print_document(
        site,
        asked=sample.source,
        unit=sample.unit,
        n=found.n,
        mean=found.mean,
        nominal=sample.nominal,
        limits={"low": answer.limits.low, "high": answer.limits.high, "origin": answer.limits.origin},
        limit_revisions=sample.limit_revisions,
        within=_document(found.within, _WITHIN) | {"estimator": asdict(found.within_sigma)},
        overall=_document(found.overall, _OVERALL),
        outside={"below": found.below, "above": found.above, "fraction": (found.below + found.above) / found.n},
        over_range=sample.over_range,
        left_over=answer.left_over,
        stability={
            "stable": answer.charts.stable,
            "charts": [answer.charts.location.kind, answer.charts.spread.kind],
            "rules": answer.charts.location.rules,
            "signals": [
                {"chart": chart.kind, **asdict(signal)}
                for chart in (answer.charts.location, answer.charts.spread)
                for signal in chart.signals
            ],
        },
        gauge_percent=answer.gauge_percent,
        gauge_study=answer.gauge,
        warnings=answer.warnings,
    )


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.lower, interval.upper)


def _print_page(page: Page, answer: CapabilityAnswer) -> None:
    found, sample, limits = answer.capability, answer.sample, answer.limits
    unit = sample.unit
    low = "none" if limits.low is None else quantity(limits.low, unit)
    high = "none" if limits.high is None else quantity(limits.high, unit)
    page.line(f"{sample.description}: capability of {counted(found.n, 'value')}")
    page.line(f"limits: {low} to {high}, {limits.origin}", indent=2)
    page.line(f"mean {quantity(found.mean, unit)}; outside: {found.below} below, {found.above} above", indent=2)
    within = found.within_sigma
    page.line(
        f"sigma within {quantity(within.sigma, unit)} by {within.method}"
        f" ({quantity(within.degrees_of_freedom, digits=4)} effective degrees of freedom)",
        indent=2,
    )
    page.line(f"overall s {quantity(found.overall.sigma, unit)} ({found.n - 1} degrees of freedom)", indent=2)
    level = f"{100 * found.within.actual_interval.confidence:g} % interval"
    rows = []
    for indices, names in (
        (found.within, ("Cp", "Cpl", "Cpu", "Cpk")),
        (found.overall, ("Pp", "Ppl", "Ppu", "Ppk")),
    ):
        rows += [
            (names[0], _shown(indices.potential), _range(indices.potential_interval)),
            (names[1], _shown(indices.lower_side), ""),
            (names[2], _shown(indices.upper_side), ""),
            (names[3], _shown(indices.actual), _range(indices.actual_interval)),
        ]
    page.table(("index", "estimate", level), rows, right=("estimate", level))
    signals = [*answer.charts.location.signals, *answer.charts.spread.signals]
    points = list(dict.fromkeys(signal.point for signal in signals))
    named = ", ".join(points[:NAMED_POINTS]) + (
        f" and {len(points) - NAMED_POINTS} more" * (len(points) > NAMED_POINTS)
    )
    charts = f"{answer.charts.location.kind} and {answer.charts.spread.kind} charts"
    page.line(f"stability by {charts}: " + ("stable" if answer.charts.stable else f"NOT STABLE at {named}"))
    if answer.left_over:
        page.line(f"{counted(answer.left_over, 'value')} at the end make no whole subgroup", indent=2)
    if answer.gauge is not None:
        by = f"{answer.gauge.studied_on} by {answer.gauge.studied_by}"
        page.line(f"gauge: {answer.gauge.percent:.4g} % of the {answer.gauge.of}, study of {by}")
    for warning in answer.warnings:
        page.line(f"note: {warning}")


def _shown(index: float | None) -> str:
    return "undefined (one limit)" if index is None else f"{index:.3f}"


def _range(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.lower:.3f} to {interval.upper:.3f}"
