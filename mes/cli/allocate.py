"""Give out serial numbers of a part, or MAC addresses of a range: each once, also when the request is repeated."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption, PartOption


class Kind(StrEnum):
    """What is wanted, as it is typed."""

    SERIAL = "serial"
    MAC = "mac"


def command(
    kind: Annotated[Kind, typer.Argument(help="What is wanted.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Part of the serial numbers, or MAC range.")],
    count: Annotated[int, typer.Option("--count", help="How many; of MAC addresses, for how many units.")] = 1,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="SERIAL", help="Unit whose MAC addresses these are.")
    ] = None,
    request: Annotated[
        str | None,
        typer.Option("--request", metavar="ID", help="UUID of this request: made again, it gets the same numbers."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who asks. [default: your login name]")] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from uuid import UUID

    from mes.command_line import CommandError
    from mes.command_options import one_form, who
    from mes.console_output import Page, narrate, print_csv, print_document
    from mes.desk.acts import Desk
    from mes.desk.allocating import Wanted, allocate
    from mes.identification import intended_unit
    from mes.site_access import writing
    from mes.vocabulary import Numbering

    one_form(as_json, as_csv)
    person = who("allocate", by)
    try:
        id_ = None if request is None else UUID(request)
    except ValueError as error:
        raise CommandError(f"--request {request!a}: is no UUID; leave it out, or give one made for this") from error
    if unit is not None and (kind is Kind.SERIAL or count != 1):
        raise CommandError("--unit: MAC addresses for one unit; serial numbers make units, and --count is 1 then")
    with writing(home, database) as access:
        owner = None if unit is None else intended_unit(access, unit, part, maker, as_json=as_json)
        given = allocate(Desk(access.engine), Wanted(Numbering[kind.name], name, count, owner), person, id_)
        record = given.record
        if given.low:
            narrate(f"{name}: {given.left} are left, fewer than the range should have; load a larger one")
        if as_json:
            print_document(
                access.site,
                request=record.id,
                numbers=record.numbers,
                count=record.count,
                unit=None if owner is None else owner.model_dump(mode="json"),
                repeated=given.repeated,
                left=given.left,
                low=given.low,
            )
            return
        if as_csv:
            print_csv(("number",), [(number,) for number in record.numbers])
            return
        page = Page(access.site)
        again = "given out before, by this request" if given.repeated else f"given out to {person}"
        page.line(f"request {record.id}: {again}; {given.left} left", style="bold")
        for number in record.numbers:
            page.line(number, indent=2)
