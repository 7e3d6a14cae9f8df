"""Count, mean, spread and range of a measurand by day, station or limit revision, from what is kept at ingest."""

from enum import StrEnum
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
    StationOption,
)


class Dimension(StrEnum):
    """What the rows are told apart by, as it is typed."""

    day = "day"
    station = "station"
    limit_revision = "limit-revision"
    plan_revision = "plan-revision"
    source = "source"


def command(
    measurand: Annotated[str, typer.Argument(metavar="MEASURAND", help="Measurand, by its name in the plan.")],
    by: Annotated[
        list[Dimension] | None, typer.Option("--by", help="One row each; may be repeated. [default: one row]")
    ] = None,
    part: ProductOption = None,
    plan: PlanOption = None,
    operation: OperationOption = None,
    station: StationOption = None,
    limit_revision: LimitRevisionOption = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="First day, in UTC.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Day after the last, in UTC.")] = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import datetime
    from math import isfinite

    from mes.command_line import CommandError
    from mes.command_options import instant, one_form
    from mes.console_output import Page, counted, print_csv, print_document, quantity
    from mes.queries.kept_moments import MergedMoments, kept_moments, merged_by
    from mes.queries.values import ValueScope, measurands_like
    from mes.site_access import reading
    from mes.study_sample import counts_simulated

    def day(text: str | None, option: str) -> datetime | None:
        at = instant(text, option)
        if at is not None and (at.hour, at.minute, at.second, at.microsecond) != (0, 0, 0, 0):
            raise CommandError(f"{option} {text}: moments are kept by whole days in UTC; give a date, as 2026-03-31")
        return at

    def told(value: float) -> float | None:
        return value if isfinite(value) else None

    def figures(one: MergedMoments) -> tuple[int, float | None, float | None, float, float]:
        moments = one.moments
        spread = None if moments.n < 2 else told(moments.standard_deviation)
        return moments.n, told(moments.mean), spread, one.minimum, one.maximum

    one_form(as_json, as_csv)
    scope = ValueScope(
        measurand, part, plan, operation, station, limit_revision, day(since, "--since"), day(until, "--until")
    )
    dimensions = tuple(dict.fromkeys(one.name for one in by or ()))
    with reading(home, database) as access:
        kept = kept_moments(access.engine, scope, simulated=counts_simulated(access, simulated))
        kinds = sorted({(one.plan, one.part, one.operation, one.unit) for one in kept})
        if len(kinds) > 1:
            listed = "; ".join(f"plan {p} of part {of} at {where} in {unit}" for p, of, where, unit in kinds)
            raise CommandError(
                f"measurand {measurand}: measured by several plans: {listed}; choose with --plan, --part or --operation"
            )
        if not kept:
            near = measurands_like(access.engine, measurand)
            if measurand not in near:
                raise CommandError(
                    f"measurand {measurand}: no plan in {access.name} has it"
                    + (f"; nearest are {', '.join(near)}" if near else "; no plan was released yet")
                )
        unit = kinds[0][3] if kinds else ""
        groups = merged_by(kept, dimensions)
        columns = ("n", "mean", "standard_deviation", "minimum", "maximum")
        if as_csv:
            rows = [(*one.group, *figures(one)) for one in groups]
            print_csv((*dimensions, *columns), rows)
            return
        if as_json:
            print_document(
                access.site,
                measurand=measurand,
                unit=unit,
                since=scope.since,
                until=scope.until,
                by=dimensions,
                rows=[
                    dict(zip((*dimensions, *columns), (*one.group, *figures(one)), strict=True))
                    | {"origin": one.moments.origin, "mean_less_origin": told(one.moments.offset)}
                    | {"squared_deviations": told(one.moments.m2)}
                    for one in groups
                ],
            )
            return
        page = Page(access.site)
        if not kept:
            page.line(f"{measurand}: no value of a completed run in these days; widen the window, or drop an option")
            return
        (whole,) = merged_by(kept, ())
        page.line(f"{measurand}: {counted(whole.moments.n, 'value')} of completed runs, retests with them")

        def shown(value: float | None) -> str:
            return "undefined" if value is None else quantity(value, unit)

        page.table(
            (*(name.replace("_", " ") for name in dimensions), "n", "mean", "s", "min", "max"),
            [(*one.group, str(figures(one)[0]), *map(shown, figures(one)[1:])) for one in groups],
            right=("n", "mean", "s", "min", "max"),
        )
