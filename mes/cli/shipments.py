"""List what was shipped, to whom and by which papers, and what came back."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    customer: Annotated[str | None, typer.Option("--customer", help="Only what went to this customer.")] = None,
    delivery_note: Annotated[str | None, typer.Option("--delivery-note", help="Only this delivery note.")] = None,
    away: Annotated[bool, typer.Option("--away", help="Only what has not come back.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Shipped from this date (UTC) or moment on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Shipped before this date (UTC) or moment.")
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form
    from mes.console_output import Page, moment, print_csv, print_document
    from mes.database import reading as one_state
    from mes.queries.shipments import shipped_units
    from mes.site_access import reading

    one_form(as_json, as_csv)
    window = {"since": instant(since, "--since"), "until": instant(until, "--until")}
    with reading(home, database) as access:
        with one_state(access.engine) as connection:
            rows = shipped_units(connection, customer=customer, delivery_note=delivery_note, away=away, **window)
        if as_json:
            print_document(access.site, shipped=rows)
            return
        columns = ("shipped_at", "customer", "order", "delivery_note", "container", "part", "serial", "returned_at")
        told = [
            (
                row.shipped_at,
                row.customer,
                row.order_reference,
                row.delivery_note,
                row.container,
                row.unit.part,
                row.unit.serial,
                row.returned_at,
            )
            for row in rows
        ]
        if as_csv:
            print_csv((*columns, "shipment"), [(*cells, row.shipment) for cells, row in zip(told, rows, strict=True)])
            return
        page = Page(access.site)
        if told:
            shown = [(moment(at), *(cell or "" for cell in cells), moment(back)) for at, *cells, back in told]
            page.table([name.replace("_", " ") for name in columns], shown)
        else:
            page.line("nothing was shipped" + (" that is asked for" if any((customer, delivery_note, away)) else ""))
