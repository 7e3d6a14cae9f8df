"""Show how deeply a unit is traced (IPC-1782B: M1 to M4, P1 to P4), and which fields are missing."""

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
    from mes.console_output import Page, print_csv, print_document
    from mes.identification import one_unit
    from mes.pages.level import COLUMNS, level_document, level_rows, print_levels
    from mes.quality.traceability_level import attained
    from mes.queries.as_built import built_unit
    from mes.site_access import reading

    one_form(as_json, as_csv)
    when = instant(at, "--at")
    with reading(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json, shown=True)
        found = attained(built_unit(access.engine, unit.id, at=when))
        if as_json:
            print_document(access.site, at=when, **level_document(found))
        elif as_csv:
            print_csv(COLUMNS, level_rows(found))
        else:
            print_levels(Page(access.site), found, when)
