"""List lots of material: what is left, what expires, what was overdrawn, and where it came from."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    part: Annotated[str | None, typer.Option("--part", help="Only lots of this part number.")] = None,
    maker: Annotated[str | None, typer.Option("--maker", help="Only lots of this maker.")] = None,
    expiring: Annotated[
        int | None,
        typer.Option("--expiring", metavar="DAYS", min=0, help="Only what expires within so many days, or has."),
    ] = None,
    overdrawn: Annotated[
        bool, typer.Option("--overdrawn", help="Only lots of which more was built in than was received.")
    ] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import UTC, datetime

    from mes.command_options import one_form
    from mes.console_output import Page, print_csv, print_document
    from mes.pages.lot import COLUMNS, lot_row, print_lots
    from mes.queries.lots import lots
    from mes.site_access import reading

    one_form(as_json, as_csv)
    today = datetime.now(UTC).date()
    with reading(home, database) as access:
        found = lots(access.engine, today, part=part, maker=maker, expiring_days=expiring, overdrawn=overdrawn)
        if as_json:
            print_document(access.site, today=today, lots=found)
        elif as_csv:
            print_csv(COLUMNS, map(lot_row, found))
        else:
            print_lots(Page(access.site), found)
