"""Show which share of a unit was made in a country, by cost and by count; unknown counts as foreign."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    country: Annotated[str, typer.Option("--country", help="Which country is domestic: ISO 3166-1 alpha-2, as US.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment, as 2026-03-31T14:05:00Z. [default: now]")
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    import re

    from mes.command_line import CommandError
    from mes.command_options import instant, one_form
    from mes.console_output import Page, counted, moment, percent, print_csv, print_document, quantity
    from mes.identification import one_unit
    from mes.quality.origin import unit_origin
    from mes.site_access import reading

    one_form(as_json, as_csv)
    if not re.fullmatch("[A-Z]{2}", country):
        raise CommandError(f"--country {country!a}: is no country code; write two capital letters, as US")
    when = instant(at, "--at")
    columns = ("position", "maker", "part", "number", "quantity", "country", "cost", "currency")
    with reading(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json, shown=True)
        found = unit_origin(access.engine, unit.id, country, at=when)
        origin = found.origin
        if as_json:
            shares = {
                name: None
                if share is None
                else {"domestic": share.domestic, "whole": share.whole, "value": share.value}
                for name, share in (("by_count", origin.by_count), ("by_cost", origin.by_cost))
            }
            print_document(
                access.site,
                unit=found.unit,
                at=when,
                country=country,
                **shares,
                currencies=origin.currencies,
                components=origin.components,
                unknown_origin=origin.unknown,
                unknown_cost=origin.uncosted,
            )
            return
        if as_csv:
            print_csv(
                columns,
                [
                    (
                        "/".join(one.path),
                        one.maker,
                        one.part,
                        one.number,
                        one.quantity,
                        one.country,
                        one.cost,
                        one.currency,
                    )
                    for one in origin.components
                ],
            )
            return
        page = Page(access.site)
        page.line(f"{found.unit}: content from {country} as built " + (moment(when) or "now"), style="bold")
        count, cost = origin.by_count, origin.by_cost
        page.line(f"by count  {percent(count.value)}  ({count.domestic:g} of {count.whole:g} components)", indent=2)
        if cost is None:
            page.line(f"by cost   undefined: costs are in {', '.join(origin.currencies)}", indent=2)
        else:
            currency = "".join(origin.currencies)
            told = f"({quantity(cost.domestic, currency)} of {quantity(cost.whole, currency)})"
            page.line(f"by cost   {percent(cost.value)}  {told}", indent=2)
        if origin.uncosted:
            page.line(f"{counted(len(origin.uncosted), 'component')} without a cost, in no figure by cost", indent=2)
        if origin.unknown:
            named = ", ".join(f"{one.part} {one.number} at {'/'.join(one.path)}" for one in origin.unknown)
            page.line(f"of unknown origin, counted as foreign: {named}", indent=2)
        if not origin.components:
            page.line("nothing is recorded in it", indent=2)
            return
        rows = [
            (
                "/".join(one.path),
                one.part,
                one.number,
                quantity(one.quantity),
                one.country or "unknown",
                "unknown" if one.cost is None else quantity(one.cost, one.currency or ""),
            )
            for one in origin.components
        ]
        page.table(("position", "part", "number", "quantity", "country", "cost"), rows, right=("quantity", "cost"))
