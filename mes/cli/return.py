"""Take a shipped unit back under a return authorisation; it enters its route again and keeps its history."""  # noqa: N999 - the command's name, which users type

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    authorisation: Annotated[
        str, typer.Option("--authorisation", metavar="NUMBER", help="Return authorisation number.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why it came back.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who takes it in.")],
    customer: Annotated[
        str | None, typer.Option("--customer", help="Who sends it. [default: to whom it was shipped]")
    ] = None,
    operation: Annotated[
        str | None, typer.Option("--operation", help="Where it enters its route again. [default: at the first test]")
    ] = None,
    again: Annotated[
        list[str] | None,
        typer.Option("--again", metavar="OPERATION", help="Only this test is passed again; may be repeated."),
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.returning import Authorisation, take_back
    from mes.identification import one_unit
    from mes.site_access import writing

    said("return", authorisation=authorisation, reason=reason, by=by)
    if operation is not None and again:
        raise CommandError("return: give --operation or --again, not both")
    with writing(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json)
        papers = Authorisation(authorisation, reason, customer)
        back = take_back(Desk(access.engine), unit, papers, by, operation=operation, again=again or ())
        if as_json:
            print_document(
                access.site,
                returned=back.id,
                unit=unit,
                authorisation=authorisation,
                customer=back.customer,
                again=back.again,
            )
            return
        page = Page(access.site)
        page.line(f"{unit} came back from {back.customer} under {authorisation} (record {back.id})")
        for name in back.again:
            page.line(f"{unit} has to pass {name} again", indent=2)
