"""Note that units or containers were put somewhere else on the site."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    items: Annotated[
        list[str], typer.Argument(metavar="SERIAL|CONTAINER…", help="What was moved, as serial:X or container:X too.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="LOCATION", help="Where it is now.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who moved it.")],
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.goods import sorted_out
    from mes.desk.shipping import move
    from mes.identification import one_item
    from mes.pages.goods import counted_goods
    from mes.site_access import writing

    said("move", to=to, by=by)
    with writing(home, database) as access:
        meant = [one_item(access, item, part, maker, as_json=as_json) for item in items]
        move(Desk(access.engine), meant, to, by)
        units, containers = sorted_out(meant)
        if as_json:
            print_document(access.site, location=to, units=units, containers=containers)
            return
        Page(access.site).line(f"{counted_goods(units, containers)} moved to {to} by {by}")
