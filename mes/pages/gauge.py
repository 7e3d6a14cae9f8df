"""A crossed gauge study in both ways of calculating it, side by side: a page, a document or CSV."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from mes.console_output import Page, print_csv, print_document, quantity
from mes.ledger import Site
from mes.statistics.errors import Unanswerable
from mes.statistics.gauge_anova import POOLING_LEVEL, ComponentInterval, GaugeAnova, gauge_anova
from mes.statistics.gauge_ranges import GaugeRanges, gauge_ranges
from mes.statistics.gauge_study import GaugeReading, GaugeStudy, crossed_study
from mes.statistics.gauge_variation import GaugeVariation, gauge_verdict
from mes.statistics.interval import Interval
from mes.study_sample import Limits, Sample


def gauge_readings(sample: Sample, appraiser: str) -> list[GaugeReading]:
    """The readings of a sample: as its file names them; of stored runs the unit is the part, `appraiser` says who.

    Trials of stored runs are counted in the order of time, for each unit and appraiser.
    """
    if not sample.stored:
        return [
            GaugeReading(row.part or "", row.appraiser or "", row.trial or "", value)
            for row, value in zip(sample.tidy, sample.values, strict=True)
        ]
    seen: Counter[tuple[str, str]] = Counter()
    readings = []
    for stored, value in zip(sample.stored, sample.values, strict=True):
        who = str(getattr(stored, appraiser))
        seen[stored.serial, who] += 1
        readings.append(GaugeReading(stored.serial, who, str(seen[stored.serial, who]), value))
    return readings


def print_gauge(site: Site | None, sample: Sample, readings: Sequence[GaugeReading], limits: Limits, form: str) -> None:
    """Print the study; `form` is page, json or csv. Raises `Unanswerable`."""
    if sample.over_range:
        raise Unanswerable(
            f"{sample.description}: {sample.over_range} readings left the instrument's range and have no number; "
            "measure those parts again, or take others"
        )
    study = crossed_study(readings)
    anova = gauge_anova(study, limits.tolerance)
    ranges: GaugeRanges | None
    try:
        ranges, lacking = gauge_ranges(study, limits.tolerance), None
    except Unanswerable as reason:
        # The form has factors for small studies only; the analysis of variance stands without it.
        ranges, lacking = None, str(reason)
    if form == "json":
        print_document(site, **_document(sample, study, limits, anova, ranges, lacking))
    elif form == "csv":
        columns = (
            "method", "source", "standard_deviation", "lower_90", "upper_90", "aiag_lower_90", "aiag_upper_90",
            "percent_of_total", "percent_of_tolerance", "percent_contribution",
        )  # fmt: skip
        ways = [anova.variation] if ranges is None else [anova.variation, ranges.variation]
        print_csv(columns, [row for way in ways for row in _rows(way, anova if way is anova.variation else None)])
    else:
        _print_page(Page(site), sample, study, limits, anova, ranges, lacking)


def _sources(variation: GaugeVariation) -> dict[str, float]:
    return {
        "ev": variation.ev,
        "av": variation.av,
        "interaction": variation.interaction,
        "grr": variation.grr,
        "pv": variation.pv,
        "tv": variation.tv,
    }


def _intervals(anova: GaugeAnova | None, source: str) -> ComponentInterval | None:
    return None if anova is None else {"ev": anova.ev, "av": anova.av, "grr": anova.grr}.get(source)


def _rows(variation: GaugeVariation, anova: GaugeAnova | None) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for source, sigma in _sources(variation).items():
        limits = _intervals(anova, source)
        rows.append(
            (
                variation.method,
                source,
                sigma,
                *_ends(None if limits is None else limits.interval),
                *_ends(None if limits is None else limits.aiag),
                variation.percent_of_total(sigma),
                variation.percent_of_tolerance(sigma),
                100.0 * (sigma / variation.tv) ** 2,
            )
        )
    return rows


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.lower, interval.upper)


def _components(variation: GaugeVariation, anova: GaugeAnova | None) -> dict[str, object]:
    found: dict[str, object] = {}
    for source, sigma in _sources(variation).items():
        limits = _intervals(anova, source)
        found[source] = {
            "standard_deviation": sigma,
            "variance": sigma * sigma,
            "percent_of_total": variation.percent_of_total(sigma),
            "percent_of_tolerance": variation.percent_of_tolerance(sigma),
            "percent_contribution": 100.0 * (sigma / variation.tv) ** 2,
            **({} if limits is None else {"interval": limits.interval, "aiag_interval": limits.aiag}),
        }
    return found | {"ndc": variation.ndc, "ndc_unrounded": variation.ndc_unrounded}


def _verdicts(variation: GaugeVariation) -> dict[str, str]:
    return {
        "for_test_limits": gauge_verdict(variation.percent_of_tolerance(variation.grr)),
        "for_process_control": gauge_verdict(variation.percent_of_total(variation.grr)),
    }


def _document(
    sample: Sample,
    study: GaugeStudy,
    limits: Limits,
    anova: GaugeAnova,
    ranges: GaugeRanges | None,
    lacking: str | None,
) -> dict[str, object]:
    by_hand: dict[str, object] = {"undefined": lacking}
    if ranges is not None:
        quantities = asdict(ranges)
        del quantities["variation"]
        by_hand = quantities | _components(ranges.variation, None) | {"verdicts": _verdicts(ranges.variation)}
    return {
        "asked": sample.source,
        "unit": sample.unit,
        "parts": study.parts,
        "appraisers": study.appraisers,
        "trials": study.trials,
        "limits": {"low": limits.low, "high": limits.high, "origin": limits.origin, "tolerance": limits.tolerance},
        "anova": {
            "table": anova.table,
            "pooled": anova.pooled,
            "pooling_level": POOLING_LEVEL,
            "pooled_error": anova.pooled_error,
            "negative_components": anova.negative_components,
            **_components(anova.variation, anova),
            "verdicts": _verdicts(anova.variation),
        },
        "average_and_range": by_hand,
    }


def _print_page(
    page: Page,
    sample: Sample,
    study: GaugeStudy,
    limits: Limits,
    anova: GaugeAnova,
    ranges: GaugeRanges | None,
    lacking: str | None,
) -> None:
    parts, appraisers = len(study.parts), len(study.appraisers)
    page.line(f"{sample.description}: {parts} parts, {appraisers} appraisers, {study.trials} trials")
    page.heading("analysis of variance")
    page.table(
        ("source", "df", "sum of squares", "mean square", "F", "p"),
        [
            (
                row.source,
                str(row.degrees_of_freedom),
                quantity(row.sum_of_squares),
                quantity(row.mean_square),
                "" if row.f is None else quantity(row.f),
                "" if row.p is None else quantity(row.p, digits=3),
            )
            for row in (*anova.table, *([anova.pooled_error] if anova.pooled_error else []))
        ],
        right=("df", "sum of squares", "mean square", "F", "p"),
    )
    page.line("interaction " + ("pooled with the error" if anova.pooled else "kept") + f" (level {POOLING_LEVEL:g})")
    if anova.negative_components:
        page.line(f"negative and set to 0: {', '.join(anova.negative_components)}")
    _print_variation(page, anova.variation, anova, sample.unit)
    page.heading("average and range")
    if ranges is None:
        page.line(str(lacking))
    else:
        page.line(
            f"mean range {quantity(ranges.mean_range, sample.unit)}, appraisers differ by"
            f" {quantity(ranges.x_difference, sample.unit)}, parts by {quantity(ranges.part_range, sample.unit)}"
        )
        if ranges.cells_beyond:
            limit = quantity(ranges.upper_range_limit, sample.unit)
            page.line(f"ranges beyond {limit}: {', '.join(ranges.cells_beyond)}")
        _print_variation(page, ranges.variation, None, sample.unit)
    if limits.tolerance is None:
        page.line("%tolerance is undefined: it needs two limits (--low and --high)")


def _print_variation(page: Page, variation: GaugeVariation, anova: GaugeAnova | None, unit: str) -> None:
    rows = []
    for source, sigma in _sources(variation).items():
        limits = _intervals(anova, source)
        tolerance = variation.percent_of_tolerance(sigma)
        rows.append(
            [
                source.upper() if source != "interaction" else source,
                quantity(sigma, unit),
                *(
                    []
                    if anova is None
                    else ["", ""]
                    if limits is None
                    else [_shown(limits.interval), _shown(limits.aiag)]
                ),
                f"{variation.percent_of_total(sigma):.2f}",
                "undefined" if tolerance is None else f"{tolerance:.2f}",
            ]
        )
    intervals = [] if anova is None else ["90 % interval", "as AIAG prints"]
    columns = ["variation", "standard deviation", *intervals, "%TV", "%tolerance"]
    page.table(columns, rows, right=columns[1:])
    ndc = "undefined" if variation.ndc is None else str(variation.ndc)
    verdicts = _verdicts(variation)
    page.line(
        f"distinct categories {ndc}; for test limits (%tolerance): {verdicts['for_test_limits']};"
        f" for process control (%TV): {verdicts['for_process_control']}"
    )


def _shown(interval: Interval | None) -> str:
    return "" if interval is None else f"{quantity(interval.lower, digits=4)} to {quantity(interval.upper, digits=4)}"
