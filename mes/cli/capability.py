"""Capability of a measurand: Cp and Cpk from sigma within, Pp and Ppk from overall s, with intervals and stability."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import (
    CsvInOption,
    CsvOption,
    HighOption,
    LimitRevisionOption,
    LowOption,
    MeasurandOption,
    OperationOption,
    PlanOption,
    ProductOption,
    SimulatedOption,
    SinceOption,
    StationOption,
    UntilOption,
)


def command(
    measurand: MeasurandOption = None,
    part: ProductOption = None,
    plan: PlanOption = None,
    operation: OperationOption = None,
    station: StationOption = None,
    limit_revision: LimitRevisionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    csv_in: CsvInOption = None,
    low: LowOption = None,
    high: HighOption = None,
    within: Annotated[
        str | None,
        typer.Option(
            "--within",
            help="Sigma within from moving-range, range (of subgroups) or pooled. [default: range with subgroups]",
        ),
    ] = None,
    subgroup_size: Annotated[
        int | None, typer.Option("--subgroup-size", min=2, max=25, help="So many values in a row make a subgroup.")
    ] = None,
    confidence: Annotated[float, typer.Option("--confidence", help="Of the intervals.")] = 0.95,
    gauge_percent: Annotated[
        float | None,
        typer.Option("--gauge-percent", min=0, help="%GRR that a gauge study of this measurand found (`mes gauge`)."),
    ] = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.command_options import instant, one_form
    from mes.pages.capability import judged, print_capability
    from mes.queries.values import ValueScope
    from mes.study_sample import sampled

    one_form(as_json, as_csv)
    if within not in (None, "moving-range", "range", "pooled"):
        raise CommandError(f"--within {within}: there are moving-range, range and pooled")
    scope = ValueScope(
        measurand, part, plan, operation, station, limit_revision, instant(since, "--since"), instant(until, "--until")
    )
    with sampled(csv_in, scope, home, database, simulated=simulated) as (site, sample):
        answer = judged(sample, low, high, within, subgroup_size, confidence, gauge_percent)
        print_capability(site, answer, "json" if as_json else "csv" if as_csv else "page")
