"""Receive a lot of material: maker, supplier, date code, country, cost, last day; further deliveries add up."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    part: Annotated[str | None, typer.Argument(metavar="[PART]", help="Part number.", show_default=False)] = None,
    lot: Annotated[str | None, typer.Argument(metavar="[LOT]", help="Lot number.", show_default=False)] = None,
    scan: Annotated[
        str | None, typer.Option("--scan", metavar="LABEL", help="Its label, which says what is not typed.")
    ] = None,
    quantity: Annotated[float | None, typer.Option("--quantity", help="How much arrived.")] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help="Unit of the quantity, as pc or m. [default: as in bills of material]")
    ] = None,
    maker: Annotated[str | None, typer.Option("--maker", help="Who made it.")] = None,
    supplier: Annotated[str | None, typer.Option("--supplier", help="Who sold it. [default: the maker]")] = None,
    date_code: Annotated[str | None, typer.Option("--date-code", help="Date code on the label.")] = None,
    country: Annotated[str | None, typer.Option("--country", help="Country of origin: ISO 3166-1 alpha-2.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", metavar="DATE", help="Last day of use, in UTC.")] = None,
    unit_cost: Annotated[float | None, typer.Option("--unit-cost", help="Cost of one unit of quantity.")] = None,
    currency: Annotated[str | None, typer.Option("--currency", help="Currency of the cost: ISO 4217, as USD.")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from datetime import date

    from pydantic import ValidationError

    from mes.command_line import CommandError
    from mes.console_output import Page, print_document
    from mes.console_output import quantity as told
    from mes.desk.acts import Desk
    from mes.desk.receiving import Typed, delivery
    from mes.queries.identity import find_lots
    from mes.records import LotReceived
    from mes.site_access import writing

    try:
        last_day = None if expires is None else date.fromisoformat(expires)
    except ValueError as error:
        raise CommandError(f"--expires {expires!a}: is no date; write it as 2027-03-31") from error
    with writing(home, database) as access:
        typed = Typed(part, lot, quantity, unit, maker, supplier, date_code, country, last_day)
        arrived = delivery(access, typed, scan)
        known = find_lots(access.engine, arrived["lot"].lot, part=arrived["lot"].part, maker=arrived["lot"].maker)
        if known and known[0].unit != arrived["unit"]:
            raise CommandError(
                f"lot {known[0]}: is counted in {known[0].unit}, not in {arrived['unit']}; give --unit {known[0].unit}"
            )
        with Desk(access.engine).act() as act:
            try:
                record = LotReceived(**act.envelope(), **arrived, unit_cost=unit_cost, currency=currency)
            except ValidationError as error:
                wrong = error.errors(include_url=False)[0]
                key = ".".join(map(str, wrong["loc"])) or "lot"
                raise CommandError(f"receive: {key}: {wrong['msg']}; nothing was received") from error
            act.write([record])
        (held,) = find_lots(access.engine, record.lot.lot, part=record.lot.part, maker=record.lot.maker)
        if as_json:
            print_document(access.site, lot=held, received=record.quantity)
            return
        total = "" if held.quantity == record.quantity else f"; {told(held.quantity, record.unit)} of it in all"
        Page(access.site).line(f"{held}: {told(record.quantity, record.unit)} received{total}")
