"""Show the as-built tree of a unit, now or at any moment."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment, as 2026-03-31T14:05:00Z. [default: now]")
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form
    from mes.console_output import Page, moment, print_csv, print_document
    from mes.genealogy import tree
    from mes.identification import one_unit
    from mes.pages.rows import COMPONENT_COLUMNS, component_rows
    from mes.pages.unit import print_components
    from mes.site_access import reading

    one_form(as_json, as_csv)
    when = instant(at, "--at")
    with reading(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json, shown=True)
        built = tree(access.engine, unit.id, at=when)
        if as_json:
            print_document(access.site, at=when, unit=built.unit, components=built.components)
            return
        if as_csv:
            print_csv(COMPONENT_COLUMNS, component_rows(built.components))
            return
        page = Page(access.site)
        page.line(f"{unit}  revision {unit.revision}  as built " + ("now" if when is None else f"at {moment(when)}"))
        if not built.components:
            page.line("nothing is installed in it" + ("" if when is None else " at that moment"), indent=2)
        print_components(page, built.components, 2, runs=True)
