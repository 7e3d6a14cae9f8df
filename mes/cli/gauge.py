"""Study of a gauge: crossed R&R by ANOVA and by average and range, linearity, bias, agreement of attribute verdicts."""

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
    method: Annotated[
        str, typer.Option("--method", help="rr (both ways), linearity, bias, or attribute (verdicts in words).")
    ] = "rr",
    appraiser: Annotated[
        str, typer.Option("--appraiser", help="From the database: operator, station or fixture is the appraiser.")
    ] = "operator",
    low: LowOption = None,
    high: HighOption = None,
    reference: Annotated[
        float | None, typer.Option("--reference", help="For bias: the reference value, where no column says it.")
    ] = None,
    good: Annotated[
        str | None, typer.Option("--good", help="For attribute: the word of a good part; gives misses, false alarms.")
    ] = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.attribute_page import print_agreement
    from mes.bias_page import print_bias, print_linearity
    from mes.command_line import CommandError
    from mes.command_options import instant, one_form
    from mes.gauge_page import gauge_readings, print_gauge
    from mes.queries.values import ValueScope
    from mes.study_sample import answers_told, sampled

    one_form(as_json, as_csv)
    form = "json" if as_json else "csv" if as_csv else "page"
    if method not in ("rr", "linearity", "bias", "attribute"):
        raise CommandError(f"--method {method}: there are rr, linearity, bias and attribute")
    if appraiser not in ("operator", "station", "fixture"):
        raise CommandError(f"--appraiser {appraiser}: there are operator, station and fixture")
    if method in ("linearity", "attribute") and csv_in is None:
        raise CommandError(
            f"--method {method}: records hold no references and no attribute studies; give --csv-in FILE"
        )
    if method == "attribute" and csv_in is not None:
        with answers_told():
            print_agreement(csv_in, good, form)
        return
    needed = {"rr": ("part", "appraiser", "trial"), "linearity": ("reference",)}.get(method, ())
    if method == "bias" and reference is None:
        if csv_in is None:
            raise CommandError("--method bias: give --reference VALUE")
        needed = ("reference",)
    scope = ValueScope(
        measurand, part, plan, operation, station, limit_revision, instant(since, "--since"), instant(until, "--until")
    )
    with sampled(csv_in, scope, home, database, needed=needed, simulated=simulated, every_run=True) as (site, sample):
        if method == "rr":
            print_gauge(site, sample, gauge_readings(sample, appraiser), sample.limits(low, high), form)
        elif method == "linearity":
            print_linearity(site, sample, form)
        else:
            print_bias(site, sample, reference, form)
