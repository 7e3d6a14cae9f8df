"""Release how many cycles a fixture lasts; its next run after that is refused at the gate."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    fixture: Annotated[str, typer.Argument(metavar="FIXTURE", help="Name of the fixture.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who releases.")],
    cycles_max: Annotated[
        int | None, typer.Option("--max", min=1, max=2**31 - 1, help="Cycles that it lasts. [default: no limit]")
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.calibrating import limit_cycles
    from mes.site_access import writing

    said("cycles", FIXTURE=fixture, by=by)
    with writing(home, database) as access:
        record = limit_cycles(Desk(access.engine), fixture, cycles_max, by)
        if as_json:
            print_document(access.site, limit=record.id, fixture=fixture, cycles_max=cycles_max)
            return
        lasts = "has no limit of cycles" if cycles_max is None else f"lasts {cycles_max} cycles"
        Page(access.site).line(f"fixture {fixture} {lasts} (released by {by})")
