"""Pack units or containers into a container; the gate is asked about every unit."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    container: Annotated[str, typer.Argument(metavar="CONTAINER", help="Number of the container.")],
    items: Annotated[
        list[str],
        typer.Argument(metavar="SERIAL|CONTAINER…", help="What goes into it, as serial:X or container:X too."),
    ],
    by: Annotated[str, typer.Option("--by", help="Name of the person who packs.")],
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.packing import pack
    from mes.identification import one_item
    from mes.pages.goods import counted_goods, end_refused, print_refused, refused_document
    from mes.site_access import writing

    said("pack", CONTAINER=container, by=by)
    with writing(home, database) as access:
        meant = [one_item(access, item, part, maker, as_json=as_json) for item in items]
        done = pack(Desk(access.engine), container, meant, by)
        if as_json:
            print_document(
                access.site,
                container=container,
                packed=not done.refused,
                units=done.units,
                containers=done.containers,
                refused=refused_document(done.refused),
            )
        else:
            page = Page(access.site)
            if done.refused:
                print_refused(page, done.refused, f"container {container}: nothing was packed")
            else:
                page.line(f"{counted_goods(done.units, done.containers)} packed into container {container} by {by}")
        end_refused(done.refused)
