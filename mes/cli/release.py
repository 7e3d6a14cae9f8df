"""Release a hold, wholly or for single units, with name, reason and meaning."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id, or its beginning; see `mes holds`.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who releases.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may go on.")],
    meaning: Annotated[str, typer.Option("--meaning", help="What the signature means.")] = "released by quality",
    serial: Annotated[
        list[str] | None, typer.Option("--serial", help="Only this unit and what is in it; may be repeated.")
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.console_output import Page, counted, print_document
    from mes.desk.acts import Desk
    from mes.desk.containing import release_hold
    from mes.identification import one_unit
    from mes.records import Signature
    from mes.site_access import writing

    for name, text in (("--by", by), ("--reason", reason), ("--meaning", meaning)):
        if not text.strip():
            raise CommandError(f"release: {name} is empty; a release is signed with name, reason and meaning")
    with writing(home, database) as access:
        units = [one_unit(access, number, part, maker, as_json=as_json) for number in serial or ()]
        released = release_hold(Desk(access.engine), hold, units, reason, Signature(name=by, meaning=meaning))
        if as_json:
            print_document(
                access.site, hold=released.hold_id, whole=not units, units=[u.model_dump() for u in released.units]
            )
            return
        what = "the whole hold" if not units else counted(len(released.units), "unit")
        page = Page(access.site)
        page.line(f"hold {released.hold_id}: {what} released by {by} ({meaning})")
        for unit in released.units:
            page.line(str(unit), indent=2)
