"""Convert a unit to another part or revision, by a released rule or by signature; both numbers find it from then on."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    to: Annotated[str, typer.Option("--to", metavar="PART", help="Part number that it becomes.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who converts, and signs.")],
    revision: Annotated[
        str | None, typer.Option("--revision", help="Revision that it becomes. [default: the newest]")
    ] = None,
    meaning: Annotated[
        str | None, typer.Option("--meaning", help="What the signature means, where no released rule allows it.")
    ] = None,
    again: Annotated[
        list[str] | None,
        typer.Option("--again", metavar="OPERATION", help="Test that has to be passed again; may be repeated."),
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.converting import convert
    from mes.identification import one_unit
    from mes.records import Signature
    from mes.site_access import writing

    said("convert", to=to, reason=reason, by=by, **({} if meaning is None else {"meaning": meaning}))
    with writing(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json)
        signature = None if meaning is None else Signature(name=by, meaning=meaning)
        done = convert(Desk(access.engine), unit, to, revision, reason, by, signature=signature, again=again or ())
        if as_json:
            print_document(
                access.site,
                conversion=done.id,
                was={"maker": unit.maker, "part": unit.part, "serial": unit.serial, "revision": unit.revision},
                unit=done.unit.model_dump() | {"revision": done.revision},
                by_rule=done.by_rule,
                again=done.again,
            )
            return
        page = Page(access.site)
        allowed = "a released rule" if done.by_rule else f"signature of {by}"
        page.line(f"{unit} revision {unit.revision} is now {done.unit} revision {done.revision}, by {allowed}")
        for name in done.again:
            page.line(f"{done.unit} has to pass {name} again", indent=2)
