"""Ship units and containers to a customer; one unit that the gate refuses keeps all of them here."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    items: Annotated[
        list[str], typer.Argument(metavar="CONTAINER|SERIAL…", help="What leaves, as serial:X or container:X too.")
    ],
    customer: Annotated[str, typer.Option("--customer", help="For whom it is.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who ships.")],
    order: Annotated[str | None, typer.Option("--order", help="Order reference of the customer.")] = None,
    delivery_note: Annotated[str | None, typer.Option("--delivery-note", help="Number of the delivery note.")] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.shipping import Destination, ship
    from mes.identification import one_item
    from mes.pages.goods import counted_goods, end_refused, print_refused, refused_document
    from mes.site_access import writing

    papers = {"order": order, "delivery-note": delivery_note}
    said("ship", customer=customer, by=by, **{name: text for name, text in papers.items() if text is not None})
    with writing(home, database) as access:
        meant = [one_item(access, item, part, maker, as_json=as_json) for item in items]
        done = ship(Desk(access.engine), meant, Destination(customer, order, delivery_note), by)
        if as_json:
            print_document(
                access.site,
                shipped=done.shipment is not None,
                shipment=done.shipment,
                customer=customer,
                order_reference=order,
                delivery_note=delivery_note,
                units=done.units,
                containers=done.containers,
                refused=refused_document(done.refused),
            )
        else:
            page = Page(access.site)
            if done.refused:
                print_refused(page, done.refused, "nothing was shipped")
            else:
                goods = counted_goods(done.units, done.containers, inside=True)
                page.line(f"shipment {done.shipment}: {goods} left for {customer} (by {by})")
        end_refused(done.refused)
