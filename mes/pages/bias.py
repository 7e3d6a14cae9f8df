"""Bias and linearity of a gauge, as a page, a document or CSV."""

from dataclasses import asdict

from mes.command_line import CommandError
from mes.console_output import Page, print_csv, print_document, quantity
from mes.ledger import Site
from mes.statistics.gauge_bias import bias_study, linearity_study
from mes.statistics.interval import Interval
from mes.study_sample import Sample


def print_bias(site: Site | None, sample: Sample, reference: float | None, form: str) -> None:
    """Print the bias at one reference value; `form` is page, json or csv. Raises `Unanswerable`."""
    if reference is None:
        file = str(sample.source.get("csv"))
        references = {row.reference_value(file) for row in sample.tidy}
        if len(references) != 1:
            raise CommandError(f"{file}: {len(references)} reference values; bias is at one, use --method linearity")
        (reference,) = references
    bias = bias_study(sample.values, reference)
    if form == "json":
        print_document(site, asked=sample.source, unit=sample.unit, over_range=sample.over_range, **asdict(bias))
        return
    if form == "csv":
        found = {k: v for k, v in asdict(bias).items() if k != "interval"}
        found |= {"interval_lower": bias.interval.lower, "interval_upper": bias.interval.upper}
        print_csv(("quantity", "value"), found.items())
        return
    page, unit = Page(site), sample.unit
    verdict = "acceptable" if bias.acceptable else "BIASED"
    page.line(f"{sample.description}: bias at {quantity(reference, unit)}, {bias.n} readings: {verdict}")
    page.line(f"mean {quantity(bias.mean, unit)}, bias {quantity(bias.bias, unit)}", indent=2)
    page.line(f"95 % interval of the bias {_shown(bias.interval)}; 0 must lie in it", indent=2)
    page.line(f"s {quantity(bias.repeatability, unit)}, t {quantity(bias.t)}, p {quantity(bias.p, digits=3)}", indent=2)


def print_linearity(site: Site | None, sample: Sample, form: str) -> None:
    """Print the line of bias over reference; `form` is page, json or csv. Raises `Unanswerable`."""
    file = str(sample.source.get("csv"))
    line = linearity_study(sample.values, [row.reference_value(file) for row in sample.tidy])
    if form == "json":
        print_document(site, asked=sample.source, unit=sample.unit, **asdict(line))
        return
    if form == "csv":
        columns = ("reference", "n", "bias", "fitted", "band_lower", "band_upper")
        print_csv(columns, ((r.reference, r.n, r.bias, r.fitted, r.band.lower, r.band.upper) for r in line.references))
        return
    page = Page(site)
    page.line(f"{sample.description}: linearity: " + ("acceptable" if line.acceptable else "NOT LINEAR or biased"))
    page.line(f"bias = {quantity(line.slope)} x reference + {quantity(line.intercept)}", indent=2)
    page.line(f"s {quantity(line.residual_standard_deviation)}, R² {100 * line.r_squared:.1f} %", indent=2)
    page.line(
        f"t of the slope {quantity(line.t_slope)} (p {quantity(line.p_slope, digits=3)}), of the intercept"
        f" {quantity(line.t_intercept)} (p {quantity(line.p_intercept, digits=3)})",
        indent=2,
    )
    page.table(
        ("reference", "readings", "bias", "fitted", "95 % band"),
        [
            (quantity(r.reference), str(r.n), quantity(r.bias), quantity(r.fitted), _shown(r.band))
            for r in line.references
        ],
        right=("reference", "readings", "bias", "fitted", "95 % band"),
    )


def _shown(interval: Interval) -> str:
    return f"{quantity(interval.lower)} to {quantity(interval.upper)}"
