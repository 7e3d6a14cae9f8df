"""List the numbers that were given out: to whom, how many are units by now, and what their ranges still have."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only of this part or MAC range.", show_default=False)
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="SERIAL", help="Only those of this unit.")] = None,
    number: Annotated[
        str | None, typer.Option("--number", help="Only the one of this serial number or MAC address.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Given out from this date (UTC) or moment on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Given out before this date (UTC) or moment.")
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form
    from mes.console_output import Page, counted, moment, print_csv, print_document
    from mes.queries.allocations import Narrowed, allocations, ranges
    from mes.site_access import reading

    one_form(as_json, as_csv)
    narrowed = Narrowed(name, unit, number, instant(since, "--since"), instant(until, "--until"))
    with reading(home, database) as access:
        found = allocations(access.engine, narrowed)
        counters = ranges(access.engine, name)
        if as_json:
            print_document(access.site, ranges=counters, allocations=found)
            return
        columns = ("given out", "what", "of", "count", "first", "last", "used", "unit", "by", "request", "void")
        rows = [
            (
                moment(one.allocated_at),
                one.numbering.value.lower(),
                one.name,
                str(one.count),
                one.numbers[0],
                one.numbers[-1],
                "" if one.used is None else str(one.used),
                one.unit or "",
                one.allocated_by,
                str(one.request),
                "void" if one.void else "",
            )
            for one in found
        ]
        if as_csv:
            print_csv(columns, rows)
            return
        page = Page(access.site)
        for one in counters:
            week = f" in week {one.series}" if one.series else ""
            warning = ": LOW, load a larger range" if one.low else ""
            what = "serials of" if one.numbering.value == "SERIAL" else "MAC addresses"
            page.line(f"{what} {one.name}{week}: {one.given} given out, {one.left} left{warning}")
        if not counters:
            page.line("no range is loaded" + (f" for {name}" if name else "") + "; load one as [[serial_range]]")
        if rows:
            page.table(columns, rows, right=("count", "used"))
        else:
            page.line("nothing was given out" + (" that fits" if narrowed != Narrowed() else " yet"))
        if voids := sum(one.void for one in found):
            page.line(f"{counted(voids, 'allocation')} void; the numbers are not given out again")
