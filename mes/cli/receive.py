"""Receive a lot of material: maker, supplier, date code, country, cost, last day; further deliveries add up."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    part: Annotated[str, typer.Argument(metavar="PART", help="Part number.")],
    lot: Annotated[str, typer.Argument(metavar="LOT", help="Lot number.")],
    quantity: Annotated[float, typer.Option("--quantity", help="How much arrived.")],
    unit: Annotated[str, typer.Option("--unit", help="Unit of the quantity, as pc or m.")],
    maker: Annotated[str, typer.Option("--maker", help="Who made it.")],
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
    from mes.desk import Desk
    from mes.queries.identity import find_lots
    from mes.records import LotIdentity, LotReceived
    from mes.site_access import writing

    try:
        last_day = None if expires is None else date.fromisoformat(expires)
    except ValueError as error:
        raise CommandError(f"--expires {expires!a}: is no date; write it as 2027-03-31") from error
    with writing(home, database) as access:
        known = find_lots(access.engine, lot, part=part, maker=maker)
        if known and known[0].unit != unit:
            raise CommandError(
                f"lot {known[0]}: is counted in {known[0].unit}, not in {unit}; give --unit {known[0].unit}"
            )
        with Desk(access.engine).act() as act:
            try:
                record = LotReceived(
                    **act.envelope(),
                    lot=LotIdentity(maker=maker, part=part, lot=lot),
                    quantity=quantity,
                    unit=unit,
                    supplier=supplier or maker,
                    date_code=date_code,
                    country_of_origin=country,
                    expires=last_day,
                    unit_cost=unit_cost,
                    currency=currency,
                )
            except ValidationError as error:
                wrong = error.errors(include_url=False)[0]
                key = ".".join(map(str, wrong["loc"])) or "lot"
                raise CommandError(f"receive: {key}: {wrong['msg']}; nothing was received") from error
            act.write([record])
        (held,) = find_lots(access.engine, lot, part=part, maker=maker)
        if as_json:
            print_document(access.site, lot=held, received=quantity)
            return
        total = "" if held.quantity == quantity else f"; {told(held.quantity, unit)} of it in all"
        Page(access.site).line(f"{held}: {told(quantity, unit)} received{total}")
