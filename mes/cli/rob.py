"""Take a serialised component from one unit to serve another; the donor is refused until it is whole again."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    donor: Annotated[str, typer.Argument(metavar="DONOR", help="Serial number of the unit that gives.")],
    position: Annotated[str, typer.Argument(metavar="POSITION", help="Position of the donor that is robbed.")],
    recipient: Annotated[str, typer.Option("--for", metavar="SERIAL", help="Serial number of the unit that gets it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who does it.")],
    into: Annotated[
        str | None, typer.Option("--into", metavar="POSITION", help="Position of the recipient. [default: the same]")
    ] = None,
    component: Annotated[
        str | None, typer.Option("--component", metavar="SERIAL", help="Which one, where the position holds several.")
    ] = None,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="NUMBER", help="Serial or lot number that comes out for it.")
    ] = None,
    disturbs: Annotated[
        list[str] | None,
        typer.Option(
            "--disturbs",
            metavar="[PART:]OPERATION",
            help="Test to be passed again, by both and by what they sit in; may be repeated. [default: every test]",
        ),
    ] = None,
    part: Annotated[str | None, typer.Option("--part", help="Part number of donor and recipient.")] = None,
    maker: Annotated[str | None, typer.Option("--maker", help="Maker of donor and recipient.")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.robbing import Robbing, rob
    from mes.identification import one_unit
    from mes.site_access import writing

    said("rob", POSITION=position, reason=reason, by=by)
    with writing(home, database) as access:
        giver = one_unit(access, donor, part, maker, as_json=as_json)
        getter = one_unit(access, recipient, part, maker, as_json=as_json)
        what = Robbing(giver, position, getter, into or position, component, remove)
        done = rob(Desk(access.engine), what, reason, by, disturbs=disturbs or None)
        if as_json:
            again = [result.model_dump() for result in done.disturbed]
            print_document(
                access.site, robbed=done.id, component=done.component, donor=giver, recipient=getter, disturbed=again
            )
            return
        page = Page(access.site)
        page.line(
            f"{done.component} taken from {giver} at {position} for {getter} at {what.position} (record {done.id})"
        )
        page.line(f"{giver} is refused until it is whole again", indent=2)
        for result in done.disturbed:
            page.line(f"{result.unit} has to pass {result.operation} again", indent=2)
