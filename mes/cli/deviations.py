"""List the deviations in force: what each permits, how far it reaches, and how many units were made under it."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    every: Annotated[bool, typer.Option("--all", help="Also those that are over, used up or withdrawn.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import UTC, datetime

    from mes.command_options import one_form
    from mes.console_output import Page, moment, print_csv, print_document
    from mes.queries.deviations import deviations
    from mes.site_access import reading

    one_form(as_json, as_csv)
    with reading(home, database) as access:
        found = deviations(access.engine, datetime.now(UTC), ended=every)
        if as_json:
            print_document(access.site, deviations=found)
            return
        columns = ("deviation", "state", "part", "permits", "bounds", "made", "by", "approved", "reason")
        rows = [
            (
                one.number,
                one.state.lower(),
                one.part,
                "; ".join(one.permits),
                one.bounds,
                str(one.made),
                one.signed_by,
                moment(one.approved_at),
                one.reason,
            )
            for one in found
        ]
        if as_csv:
            print_csv(columns, rows)
            return
        page = Page(access.site)
        if rows:
            page.table(columns, rows, right=("made",))
        else:
            page.line("no deviation is in force")
