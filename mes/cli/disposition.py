"""Decide about a unit, signed: scrap, waiver, return to an operation, or use as is."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


class Choice(StrEnum):
    """What may be decided, as it is typed."""

    SCRAP = "scrap"
    WAIVER = "waiver"
    RETURN = "return"
    USE_AS_IS = "use-as-is"


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    choice: Annotated[Choice, typer.Argument(help="What is decided.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who decides.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    meaning: Annotated[str, typer.Option("--meaning", help="What the signature means.")] = "disposition by quality",
    operation: Annotated[
        str | None, typer.Option("--operation", help="Whose result is waived, or to which the unit returns.")
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.command_options import said
    from mes.console_output import Page, counted, print_document
    from mes.desk.acts import Desk
    from mes.desk.rework import dispose
    from mes.identification import one_unit
    from mes.records import Signature
    from mes.site_access import writing
    from mes.vocabulary import DispositionKind

    said("disposition", by=by, reason=reason, meaning=meaning)
    kind = DispositionKind[choice.name]
    if (kind in (DispositionKind.WAIVER, DispositionKind.RETURN)) != (operation is not None):
        raise CommandError("disposition: waiver and return name an --operation, scrap and use-as-is none")
    with writing(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json)
        signature = Signature(name=by, meaning=meaning)
        made = dispose(Desk(access.engine), unit, kind, operation, reason, signature)
        if as_json:
            again = [result.model_dump() for result in made.disturbed]
            print_document(access.site, disposition=made.id, unit=unit, closed=made.closed, disturbed=again)
            return
        page = Page(access.site)
        of = "" if operation is None else f" ({operation})"
        closed = counted(len(made.closed), "defect")
        page.line(f"disposition {made.id} of {unit}: {choice.value}{of} by {by}, {closed} closed")
        for result in made.disturbed:
            page.line(f"{result.unit} has to pass {result.operation} again", indent=2)
