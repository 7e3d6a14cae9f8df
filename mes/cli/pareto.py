"""Show which measurands fail most, with units, runs and the share that the first ones make up."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import (
    CsvOption,
    LimitRevisionOption,
    OperationOption,
    PlanOption,
    ProductOption,
    SimulatedOption,
    SinceOption,
    StationOption,
    UntilOption,
)


def command(
    part: ProductOption = None,
    plan: PlanOption = None,
    operation: OperationOption = None,
    station: StationOption = None,
    limit_revision: LimitRevisionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    length: Annotated[int, typer.Option("--length", min=1, help="How many measurands the page shows.")] = 20,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from itertools import accumulate

    from mes.command_options import instant, one_form
    from mes.console_output import Page, counted, percent, print_csv, print_document
    from mes.queries.failing import failing_measurands
    from mes.queries.values import ValueScope
    from mes.site_access import reading
    from mes.study_sample import counts_simulated

    one_form(as_json, as_csv)
    scope = ValueScope(
        None, part, plan, operation, station, limit_revision, instant(since, "--since"), instant(until, "--until")
    )
    with reading(home, database) as access:
        found = failing_measurands(access.engine, scope, simulated=counts_simulated(access, simulated))
        failures = sum(row.runs for row in found.measurands)
        # Of all failures and not of runs: a run that fails twice counts twice on both sides, so the last is 100 %.
        shares = [so_far / failures for so_far in accumulate(row.runs for row in found.measurands)]
        columns = ("part", "operation", "measurand", "runs", "units", "first_runs", "cumulative_share")
        rows = [
            (row.part, row.operation, row.measurand, row.runs, row.units, row.first_runs, share)
            for row, share in zip(found.measurands, shares, strict=True)
        ]
        if as_csv:
            print_csv(columns, rows)
            return
        if as_json:
            print_document(
                access.site,
                runs=found.runs,
                failed_runs=found.failed_runs,
                failures=failures,
                measurands=[dict(zip(columns, row, strict=True)) for row in rows],
            )
            return
        page = Page(access.site)
        if not found.runs:
            page.line("no run has ended in this window: there is nothing to count")
            return
        page.line(
            f"{counted(found.runs, 'run')}, {found.failed_runs} failed in {counted(len(rows), 'measurand')};"
            " a run counts in each measurand that it failed in"
        )
        if rows:
            page.table(
                ("part", "operation", "measurand", "units", "first runs", "runs", "so far"),
                [
                    (a, b, name, str(units), str(first), str(runs), percent(share))
                    for a, b, name, runs, units, first, share in rows[:length]
                ],
                right=("units", "first runs", "runs", "so far"),
            )
        if len(rows) > length:
            page.line(f"{len(rows) - length} more: --length {len(rows)}, --json or --csv")
