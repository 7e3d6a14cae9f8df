"""Show yields by part and operation, with every numerator and denominator."""  # noqa: N999 - the command's name, which users type

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Units first seen from this date (UTC) or moment on.")
    ] = None,
    operation: Annotated[str | None, typer.Option("--operation", help="Only this operation.")] = None,
    simulated: Annotated[bool, typer.Option("--simulated", help="Count simulated runs also at a real site.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import instant
    from mes.console_output import Page, inert, moment, percent, print_document
    from mes.quality.yields import Yield, operation_yields, route_yields
    from mes.site_access import reading
    from mes.vocabulary import SiteKind

    def fraction(y: Yield) -> dict[str, object]:
        return {"passed": y.passed, "seen": y.seen, "value": y.value}

    def shown(y: Yield) -> str:
        return f"{percent(y.value)} ({y.passed}/{y.seen})"

    start = instant(since, "--since")
    with reading(home, database) as access:
        with_simulated = simulated or access.site.kind is SiteKind.SIMULATED
        rows = operation_yields(access.engine, since=start, operation=operation, simulated=with_simulated)
        routes = route_yields(access.engine, since=start, simulated=with_simulated) if operation is None else ()
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
                rolled_throughput=routes,
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
        if routes:
            page.heading("rolled throughput yield over the route")
            for route in routes:
                missing = f"  (no unit yet at {', '.join(route.missing)})" if route.missing else ""
                chain = " x ".join(route.operations) or "no test in its route"
                page.line(f"{inert(route.part)}: {percent(route.value)}  = {chain}{missing}", indent=2)
