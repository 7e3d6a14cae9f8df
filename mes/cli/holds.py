"""List the holds that stand, with how many units each catches."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    every: Annotated[bool, typer.Option("--all", help="Also holds that were released.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import one_form
    from mes.console_output import Page, moment, print_csv, print_document
    from mes.queries.holds import holds
    from mes.site_access import reading

    one_form(as_json, as_csv)
    with reading(home, database) as access:
        found = holds(access.engine, released=every)
        if as_json:
            print_document(access.site, holds=found)
            return
        columns = ("hold", "on", "caught", "reason", "by", "placed", "released")
        rows = [
            (
                str(one.id),
                one.on,
                str(one.caught),
                one.reason,
                one.placed_by,
                moment(one.placed_at),
                moment(one.released_at),
            )
            for one in found
        ]
        if as_csv:
            print_csv(columns, rows)
            return
        page = Page(access.site)
        if rows:
            page.table(columns, rows, right=("caught",))
        else:
            page.line("nothing is held")
