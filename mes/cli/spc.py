"""Control charts of a measurand or of first runs: I-MR, mean and range, proportion; points out of order are named."""

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
    chart: Annotated[
        str | None,
        typer.Option(
            "--chart",
            help="individuals, mean (with ranges) or proportion. [default: mean where a file has subgroups]",
        ),
    ] = None,
    subgroup_size: Annotated[
        int | None, typer.Option("--subgroup-size", min=2, max=25, help="So many values in a row make a subgroup.")
    ] = None,
    rules: Annotated[
        str, typer.Option("--rules", help="1, nelson, western-electric, or rules by name, with commas.")
    ] = "1",
    low: LowOption = None,
    high: HighOption = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.command_options import instant, one_form
    from mes.pages.chart import chart_rules, charted, charted_first_runs, print_charts
    from mes.queries.values import ValueScope
    from mes.site_access import reading
    from mes.study_sample import answers_told, counts_simulated, sampled

    one_form(as_json, as_csv)
    if chart not in (None, "individuals", "mean", "proportion"):
        raise CommandError(f"--chart {chart}: there are individuals, mean and proportion")
    if (low is not None or high is not None) and chart != "proportion":
        raise CommandError(
            "--low and --high: limits of a unit are not those of a chart; they go with --chart proportion"
        )
    scope = ValueScope(
        measurand, part, plan, operation, station, limit_revision, instant(since, "--since"), instant(until, "--until")
    )
    chosen = chart_rules(rules)
    form = "json" if as_json else "csv" if as_csv else "page"
    if csv_in is None and measurand is None and chart == "proportion":
        with answers_told(), reading(home, database) as access:
            answer = charted_first_runs(access, scope, counts_simulated(access, simulated), chosen)
            print_charts(access.site, answer, form)
        return
    needed = ("subgroup",) if chart == "proportion" or (chart == "mean" and subgroup_size is None) else ()
    with sampled(csv_in, scope, home, database, needed=needed, simulated=simulated) as (site, sample):
        print_charts(site, charted(sample, chart, subgroup_size, low, high, chosen), form)
