"""Show yields by part and operation, or by station, fixture, day, limit revision; every count and interval."""  # noqa: N999 - the command's name, which users type

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption


class Dimension(StrEnum):
    """What yields are told apart by, as it is typed."""

    product = "product"
    operation = "operation"
    station = "station"
    fixture = "fixture"
    day = "day"
    limit_revision = "limit-revision"


def command(
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Units first seen from this date (UTC) or moment on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Units first seen before this date (UTC) or moment.")
    ] = None,
    by: Annotated[
        list[Dimension] | None,
        typer.Option("--by", help="One row each; may be repeated. [default: product and operation]"),
    ] = None,
    operation: Annotated[str | None, typer.Option("--operation", help="Only this operation.")] = None,
    part: Annotated[str | None, typer.Option("--part", help="Only units of this part number.")] = None,
    maker: MakerOption = None,
    station: Annotated[str | None, typer.Option("--station", help="Only units first seen, and runs, there.")] = None,
    fixture: Annotated[str | None, typer.Option("--fixture", help="Only units first seen, and runs, on it.")] = None,
    limit_revision: Annotated[
        str | None, typer.Option("--limit-revision", help="Only units first judged, and runs judged, by it.")
    ] = None,
    simulated: Annotated[bool, typer.Option("--simulated", help="Count simulated runs also at a real site.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form
    from mes.console_output import Page, inert, moment, percent, print_csv, print_document
    from mes.pages.yields import print_groups
    from mes.quality.yield_groups import YieldScope, yields_by
    from mes.quality.yields import RouteYield, Yield, operation_yields, route_yields
    from mes.site_access import reading
    from mes.statistics.interval import Interval
    from mes.statistics.proportions import clopper_pearson, rolled_interval
    from mes.vocabulary import SiteKind

    def interval(y: Yield) -> Interval | None:
        return clopper_pearson(y.passed, y.seen) if y.seen else None

    def fraction(y: Yield) -> dict[str, object]:
        return {"passed": y.passed, "seen": y.seen, "value": y.value, "interval": interval(y)}

    def shown(y: Yield) -> str:
        return f"{percent(y.value)} ({y.passed}/{y.seen})"

    def ends(limits: Interval | None) -> tuple[float | None, float | None]:
        return (None, None) if limits is None else (limits.lower, limits.upper)

    def between(limits: Interval | None) -> str:
        return "undefined" if limits is None else f"{100 * limits.lower:.2f} to {100 * limits.upper:.2f} %"

    one_form(as_json, as_csv)
    start, end = instant(since, "--since"), instant(until, "--until")
    narrowed = any(value is not None for value in (end, part, maker, station, fixture, limit_revision))
    with reading(home, database) as access:
        with_simulated = simulated or access.site.kind is SiteKind.SIMULATED
        if by or narrowed:
            dimensions = tuple(dict.fromkeys(one.name for one in by or (Dimension.product, Dimension.operation)))
            asked = YieldScope(start, end, maker, part, operation, station, fixture, limit_revision)
            groups = yields_by(access.engine, dimensions, asked, simulated=with_simulated)
            form = "json" if as_json else "csv" if as_csv else "page"
            print_groups(access.site, dimensions, asked, groups, with_simulated, form)
            return
        rows = operation_yields(access.engine, since=start, operation=operation, simulated=with_simulated)
        routes = route_yields(access.engine, since=start, simulated=with_simulated) if operation is None else ()
        counts = {(y.maker, y.part, y.operation): y.first_pass for y in rows}

        def rolled(route: RouteYield) -> Interval | None:
            if route.value is None:
                return None
            steps = [counts[route.maker, route.part, name] for name in route.operations]
            return rolled_interval([(y.passed, y.seen) for y in steps])

        if as_csv:
            columns = ("part", "operation", "yield", "passed", "seen", "value", "interval_lower", "interval_upper")
            table: list[tuple[object, ...]] = [
                (y.part, y.operation, name, one.passed, one.seen, one.value, *ends(interval(one)))
                for y in rows
                for name, one in (
                    ("first_pass", y.first_pass),
                    ("first_valid", y.first_valid),
                    ("final", y.final),
                    ("report", y.report),
                )
            ]
            table += [(r.part, "", "rolled_throughput", None, None, r.value, *ends(rolled(r))) for r in routes]
            print_csv(columns, table)
            return
        if as_json:
            print_document(
                access.site,
                since=start,
                simulated_runs=with_simulated,
                operations=[
                    {
                        "maker": y.maker,
                        "part": y.part,
                        "operation": y.operation,
                        "units": y.units,
                        "runs": y.runs,
                        "first_pass": fraction(y.first_pass),
                        "first_valid": fraction(y.first_valid),
                        "final": fraction(y.final),
                        "report": fraction(y.report),
                    }
                    for y in rows
                ],
                rolled_throughput=[
                    {
                        "maker": route.maker,
                        "part": route.part,
                        "operations": route.operations,
                        "missing": route.missing,
                        "value": route.value,
                        "interval": rolled(route),
                    }
                    for route in routes
                ],
            )
            return
        page = Page(access.site)
        scope = (f" at {operation}" if operation else "") + (f" since {moment(start)}" if start else "")
        if not rows:
            page.line(f"no run has ended{scope}: there is nothing to count yet")
            return
        page.line(f"yields by part and operation{scope}, runs {'with' if with_simulated else 'without'} simulated ones")
        page.table(
            ("part", "operation", "units", "first-pass yield", "first-valid yield", "final yield", "report yield"),
            [
                (
                    y.part,
                    y.operation,
                    str(y.units),
                    shown(y.first_pass),
                    shown(y.first_valid),
                    shown(y.final),
                    shown(y.report),
                )
                for y in rows
            ],
            right=("units", "first-pass yield", "first-valid yield", "final yield", "report yield"),
        )
        page.heading("first-pass yield, 95 % interval (Clopper-Pearson)")
        for y in rows:
            page.line(f"{inert(y.part)} {inert(y.operation)}: {between(interval(y.first_pass))}", indent=2)
        if routes:
            page.heading("rolled throughput yield over the route")
            for route in routes:
                missing = f"  (no unit yet at {', '.join(route.missing)})" if route.missing else ""
                chain = " x ".join(route.operations) or "no test in its route"
                page.line(f"{inert(route.part)}: {percent(route.value)}  = {chain}{missing}", indent=2)
                if route.value is not None:
                    page.line(f"95 % interval {between(rolled(route))}, conservative", indent=4)
