"""List instruments, fixtures and checks, with last good calibration, due date and cycles; or the history of one."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, SinceOption, UntilOption


def command(
    serial: Annotated[
        str | None,
        typer.Argument(metavar="[SERIAL]", help="Serial of an instrument, or name of a fixture: its history."),
    ] = None,
    due_before: Annotated[
        str | None,
        typer.Option("--due-before", metavar="DATE", help="Only what is due for calibration before this day."),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import date

    from mes.command_line import CommandError
    from mes.command_options import instant, one_form
    from mes.pages.equipment import print_equipment, print_history
    from mes.site_access import reading

    one_form(as_json, as_csv)
    form = "json" if as_json else "csv" if as_csv else "page"
    window = (instant(since, "--since"), instant(until, "--until"))
    try:
        day = None if due_before is None else date.fromisoformat(due_before)
    except ValueError as error:
        raise CommandError(f"--due-before {due_before!a}: is no date; write it as 2027-03-31") from error
    if serial is not None and day is not None:
        raise CommandError("equipment: --due-before chooses among all equipment; leave the serial out")
    if serial is None and window != (None, None):
        raise CommandError("equipment: --since and --until are for the history of one; name it")
    with reading(home, database) as access:
        if serial is None:
            print_equipment(access, form, day)
        else:
            print_history(access, serial, window, form)
