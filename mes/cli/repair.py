"""Record a repair or rework of a unit: what was done, what was replaced, and which results must be had again."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="What was done, as a repair code.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who repaired.")],
    rework: Annotated[bool, typer.Option("--rework", help="Rework and no repair (IPC-1782 keeps them apart).")] = False,
    position: Annotated[str | None, typer.Option("--position", help="Position of the component changed.")] = None,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="NUMBER", help="Serial or lot number of what came out.")
    ] = None,
    install: Annotated[
        str | None, typer.Option("--install", metavar="SERIAL", help="Serial number of the unit that went in.")
    ] = None,
    install_lot: Annotated[
        str | None, typer.Option("--install-lot", metavar="LOT", help="Lot number of the material that went in.")
    ] = None,
    disturbs: Annotated[
        list[str] | None,
        typer.Option(
            "--disturbs",
            metavar="[PART:]OPERATION",
            help="Test to be passed again, by it and what it sits in; repeatable. [default: the code's, else every]",
        ),
    ] = None,
    disturbs_nothing: Annotated[
        bool, typer.Option("--disturbs-nothing", help="Every result stands: nothing was touched that a test has seen.")
    ] = False,
    note: Annotated[str, typer.Option("--note", help="What was done, in words.")] = "",
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
    from mes.desk.repairing import Change, repair
    from mes.identification import one_lot, one_unit
    from mes.site_access import writing
    from mes.vocabulary import LinkReason

    said("repair", ACTION=action, by=by)
    if remove is not None and position is None:
        raise CommandError("repair: give --position with --remove: where, and what came out")
    if position is not None and remove is None and install is None and install_lot is None:
        raise CommandError("repair: give --remove with --position, or what goes into it when it is empty")
    if (install is not None or install_lot is not None) and position is None:
        raise CommandError("repair: something that goes in takes a place: give --position, and --remove if it is taken")
    if install is not None and install_lot is not None:
        raise CommandError("repair: give --install or --install-lot, not both")
    if disturbs and disturbs_nothing:
        raise CommandError("repair: give --disturbs or --disturbs-nothing, not both")
    named = [] if disturbs_nothing else disturbs or None
    with writing(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json)
        change = None
        if position is not None:
            child = None if install is None else one_unit(access, install, None, None, as_json=as_json)
            lot = None if install_lot is None else one_lot(access, install_lot, None, None, as_json=as_json)
            change = Change(position, remove, child, lot)
        reason = LinkReason.REWORK if rework else LinkReason.REPAIR
        done = repair(Desk(access.engine), unit, action, reason, by, change=change, disturbs=named, description=note)
        if as_json:
            again = [result.model_dump() for result in done.disturbed]
            print_document(access.site, repair=done.id, unit=unit, closed=done.closed, disturbed=again)
            return
        page = Page(access.site)
        page.line(f"repair {done.id} of {unit}: {action}, {counted(len(done.closed), 'defect')} closed")
        for result in done.disturbed:
            page.line(f"{result.unit} has to pass {result.operation} again", indent=2)
