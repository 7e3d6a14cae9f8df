"""Show a work order and its units, or release, change or close it, or assign units to it."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption


class Act(StrEnum):
    """What to do with the order."""

    RELEASE = "release"
    CHANGE = "change"
    CLOSE = "close"
    ASSIGN = "assign"
    UNASSIGN = "unassign"


def command(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the order.")],
    act: Annotated[Act | None, typer.Argument(metavar="[ACT]", help="[default: show it]")] = None,
    serials: Annotated[
        list[str] | None, typer.Argument(metavar="[SERIAL...]", help="Units to assign or to take off.")
    ] = None,
    part: Annotated[str | None, typer.Option("--part", help="Part that is ordered, or of an ambiguous serial.")] = None,
    revision: Annotated[str | None, typer.Option("--revision", help="Its revision.")] = None,
    quantity: Annotated[int | None, typer.Option("--quantity", min=1, help="How many good units.")] = None,
    due: Annotated[str | None, typer.Option("--due", metavar="DATE", help="Day on which they are due.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="For whom.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Name of the person who acts.")] = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.command_options import day, one_form, said, told_plainly
    from mes.console_output import Page, counted
    from mes.desk.acts import Desk
    from mes.desk.ordering import OrderTerms, assign_units, change_order, close_order, release_order
    from mes.identification import one_unit
    from mes.pages.order import show_order
    from mes.site_access import reading, writing

    one_form(as_json, as_csv)
    given = {"--revision": revision, "--quantity": quantity, "--due": due, "--customer": customer}
    takes = (
        {
            Act.RELEASE: set(given),
            Act.CHANGE: {"--quantity", "--due", "--customer"},
        }.get(act, set())
        if act is not None
        else set()
    )
    for name, value in given.items():
        if value is not None and name not in takes:
            raise CommandError(f"order: {name} says nothing of {'showing' if act is None else act.value}; leave it out")
    if act is None:
        with reading(home, database) as access:
            show_order(access, number, as_json=as_json, as_csv=as_csv)
        return
    said("order", NUMBER=number, by=by or "")
    who = by or ""
    if (act in (Act.ASSIGN, Act.UNASSIGN)) != bool(serials):
        raise CommandError("order: give serial numbers to assign and to unassign, and to nothing else")
    when = day(due, "--due")
    with writing(home, database) as access, told_plainly(f"order {number}"):
        desk = Desk(access.engine)
        if act is Act.RELEASE:
            if part is None or revision is None or quantity is None:
                raise CommandError("order: a release says --part, --revision and --quantity")
            release_order(desk, OrderTerms(number, part, revision, quantity, when, customer), reason, who)
        elif act is Act.CHANGE:
            if (quantity, due, customer) == (None, None, None):
                raise CommandError("order: say what changes: --quantity, --due or --customer")
            change_order(desk, number, quantity, when, customer, reason, who)
        elif act is Act.CLOSE:
            close_order(desk, number, reason, who)
        else:
            units = [one_unit(access, serial, part, maker, as_json=as_json) for serial in serials or ()]
            assign_units(desk, number if act is Act.ASSIGN else None, units, reason, who)
        if as_json or as_csv:
            show_order(access, number, as_json=as_json, as_csv=as_csv)
            return
        what = counted(len(serials), "unit") + " " if serials else ""
        Page(access.site).line(f"order {number}: {what}{act.value.rstrip('e')}ed by {who}")
