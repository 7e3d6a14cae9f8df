"""Give a unit the serial number that a customer calls it by, or list what customers call it."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    customer: Annotated[str | None, typer.Option("--customer", help="Who calls it so.")] = None,
    number: Annotated[str | None, typer.Option("--serial", metavar="NUMBER", help="The customer's number.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Name of the person who says so.")] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.command_options import said
    from mes.console_output import Page, moment, print_document
    from mes.database import reading as one_state
    from mes.desk.acts import Desk
    from mes.desk.aliases import give_alias
    from mes.identification import one_unit
    from mes.queries.naming import aliases_of_unit
    from mes.site_access import reading, writing

    if customer is None and number is None and by is None:
        with reading(home, database) as access:
            unit = one_unit(access, serial, part, maker, as_json=as_json)
            with one_state(access.engine) as connection:
                found = aliases_of_unit(connection, unit.id)
            if as_json:
                told = [{"customer": one.customer, "alias": one.alias, "id": one.id} for one in found]
                print_document(access.site, unit=unit, aliases=told)
                return
            page = Page(access.site)
            if found:
                rows = [(one.customer, one.alias, moment(one.given_at), str(one.id)) for one in found]
                page.table(("customer", "number", "since", "alias"), rows)
            else:
                page.line(f"no customer calls {unit} by a number of its own")
        return
    if customer is None or number is None or by is None:
        raise CommandError("alias: give --customer, --serial and --by together, or none of them for a list")
    said("alias", customer=customer, serial=number, by=by)
    with writing(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json)
        id_ = give_alias(Desk(access.engine), unit, customer, number, by)
        if as_json:
            print_document(access.site, alias=id_, unit=unit, customer=customer, number=number)
            return
        Page(access.site).line(f"{unit} is {number} at {customer} from now on (alias {id_})")
