"""Take units or containers out of a container."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    container: Annotated[str, typer.Argument(metavar="CONTAINER", help="Number of the container.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who unpacks.")],
    items: Annotated[
        list[str] | None,
        typer.Argument(metavar="SERIAL|CONTAINER…", help="What comes out of it, as serial:X or container:X too."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is directly in it.")] = False,
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
    from mes.desk.packing import unpack
    from mes.identification import one_item
    from mes.pages.goods import counted_goods
    from mes.site_access import writing

    said("unpack", CONTAINER=container, by=by)
    if bool(items) == everything:
        raise CommandError("unpack: name what comes out, or say --all")
    with writing(home, database) as access:
        meant = [one_item(access, item, part, maker, as_json=as_json) for item in items or ()]
        done = unpack(Desk(access.engine), container, meant, by)
        if as_json:
            print_document(access.site, container=container, units=done.units, containers=done.containers)
            return
        taken = counted_goods(done.units, done.containers)
        Page(access.site).line(f"{taken} taken out of container {container} by {by}")
