"""Show one lot of material: its deliveries, where it is, and its holds."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption, PartOption


def command(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="Lot number.")],
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import UTC, datetime

    from mes.command_options import one_form
    from mes.console_output import Page, print_csv, print_document
    from mes.identification import one_lot
    from mes.pages.lot import print_lot
    from mes.queries.lots import lot_report
    from mes.site_access import reading

    one_form(as_json, as_csv)
    today = datetime.now(UTC).date()
    with reading(home, database) as access:
        found = lot_report(access.engine, one_lot(access, lot, part, maker, as_json=as_json).id, today)
        if as_json:
            seats = [
                {
                    "unit": seat.unit.model_dump(),
                    "position": seat.position,
                    "quantity": seat.quantity,
                    "installed_at": seat.installed_at,
                }
                for seat in found.seats
            ]
            print_document(
                access.site,
                today=today,
                lot=found.level,
                deliveries=found.deliveries,
                seats=seats,
                uses=found.uses,
                holds=found.holds,
            )
        elif as_csv:
            print_csv(
                ("maker", "part", "serial", "position", "quantity", "unit", "installed_at"),
                [
                    (
                        seat.unit.maker,
                        seat.unit.part,
                        seat.unit.serial,
                        seat.position,
                        seat.quantity,
                        found.level.lot.unit,
                        seat.installed_at,
                    )
                    for seat in found.seats
                ],
            )
        else:
            print_lot(Page(access.site), found)
