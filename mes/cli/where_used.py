"""Show every unit that holds a lot or a unit, directly or through others."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    lot: Annotated[str | None, typer.Option("--lot", help="Lot number.")] = None,
    serial: Annotated[str | None, typer.Option("--serial", help="Serial number of a unit.")] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment, as 2026-03-31T14:05:00Z. [default: now]")
    ] = None,
    ever: Annotated[bool, typer.Option("--ever", help="Also units that held it once and no longer do.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.command_options import instant
    from mes.console_output import Page, counted, moment, print_document
    from mes.genealogy import where_used
    from mes.identification import one_lot, one_unit
    from mes.site_access import reading

    if (lot is None) == (serial is None):
        raise CommandError("where-used: give exactly one of --lot LOT and --serial SERIAL")
    when = instant(at, "--at")
    with reading(home, database) as access:
        if lot is not None:
            lot_item = one_lot(access, lot, part, maker, as_json=as_json)
            item, kind = str(lot_item), "lot"
            uses = where_used(access.engine, lot_id=lot_item.id, at=when)
        else:
            unit_item = one_unit(access, str(serial), part, maker, as_json=as_json)
            item, kind = str(unit_item), "unit"
            uses = where_used(access.engine, unit_id=unit_item.id, at=when)
        shown = uses if ever else tuple(use for use in uses if use.inside)
        formerly = sum(not use.inside for use in uses)
        if as_json:
            subject = lot_item if lot is not None else unit_item
            print_document(access.site, **{kind: subject}, at=when, units=shown, formerly=formerly)
            return
        page = Page(access.site)
        page.line(f"{item} is used in {counted(sum(use.inside for use in uses), 'unit')} " + (moment(when) or "now"))
        if shown:
            page.table(
                ("depth", "part", "serial", "state", "top level", "inside"),
                [
                    (
                        str(use.depth),
                        use.unit.part,
                        use.unit.serial,
                        use.unit.state.value,
                        "yes" if use.top_level else "no",
                        "yes" if use.inside else "no, removed",
                    )
                    for use in shown
                ],
                right=("depth",),
            )
        if formerly and not ever:
            page.line(f"{formerly} more held it once and no longer do: show them with --ever")
