"""How work orders are shown: one with its units, or all with their counts, which is also what goes to ERP and PLM.

The columns of the exchange are named as ISA-95 names them in B2MML V0600 (OperationsRequest: ID, EndTime,
RequestState; its OpMaterialRequirement: MaterialDefinitionID, Quantity). What B2MML has no element for keeps a name of
our own: revision, customer and the counts.
"""

from collections.abc import Sequence
from typing import Final

from mes.command_line import CommandError, Exit
from mes.console_output import Page, counted, moment, print_csv, print_document
from mes.queries.orders import OrderProgress, order_report
from mes.site_access import SiteAccess

COLUMNS: Final = {
    "ID": "number",
    "MaterialDefinitionID": "part",
    "MaterialDefinitionRevision": "revision",
    "Quantity": "quantity",
    "EndTime": "due",
    "Customer": "customer",
    "RequestState": "state",
    "Started": "started",
    "Passed": "passed",
    "Finished": "finished",
    "Scrapped": "scrapped",
    "Destroyed": "destroyed",
    "Open": "open",
}
"""The columns of the exchange, and what `mes orders --json` calls them."""

_COUNTS = ("quantity", "started", "passed", "finished", "scrapped", "destroyed", "open")
STATES: Final = {"OPEN": "Released", "CLOSED": "Closed"}
"""The states of an order as RequestState says them."""


def show_orders(access: SiteAccess, found: Sequence[OrderProgress], *, as_json: bool, as_csv: bool) -> None:
    """Print orders with their counts."""
    if as_json:
        print_document(access.site, orders=found)
        return
    if as_csv:
        print_csv(
            tuple(COLUMNS),
            [
                [STATES[one.state] if name == "state" else getattr(one, name) for name in COLUMNS.values()]
                for one in found
            ],
        )
        return
    page = Page(access.site)
    if not found:
        page.line("no work order; release one by `mes order NUMBER release`, or read a file by `mes orders --import`")
        return
    page.table(
        ("order", "state", "part", "rev", *("released", *_COUNTS[1:]), "due", "customer"),
        [
            (
                one.number,
                one.state.lower() + page.mark(one.simulated),
                one.part,
                one.revision,
                *(str(getattr(one, name)) for name in _COUNTS),
                "" if one.due is None else one.due.isoformat(),
                one.customer or "",
            )
            for one in found
        ],
        right=("released", *_COUNTS[1:]),
    )


def show_order(access: SiteAccess, number: str, *, as_json: bool, as_csv: bool) -> None:
    """Print an order with its events and units. Raises `CommandError` when there is none."""
    report = order_report(access.engine, number)
    if report is None:
        if as_json:
            print_document(access.site, order=None)
        raise CommandError(f"order {number}: was never released; `mes orders` lists those that were", Exit.NO)
    if as_json:
        print_document(access.site, order=report.order, events=report.events, units=report.units)
        return
    columns = ("serial", "state", "assigned", "newest run", "verdict")
    rows = [
        (
            one.unit.serial,
            "DESTROYED" if one.destroyed else one.unit.state.value,
            moment(one.assigned_at),
            one.operation or "",
            (one.verdict or "") if one.ending in (None, "COMPLETED") else f"{one.verdict}, {one.ending}",
        )
        for one in report.units
    ]
    if as_csv:
        print_csv(columns, rows)
        return
    order, page = report.order, Page(access.site)
    due = "" if order.due is None else f", due {order.due}"
    customer = "" if order.customer is None else f", for {order.customer}"
    page.line(
        f"order {number}: {order.quantity} of {order.part} revision {order.revision}, {order.state.lower()}"
        f"{due}{customer}{page.mark(order.simulated)}",
        style="bold",
    )
    told = ", ".join(f"{getattr(order, name)} {name}" for name in _COUNTS[1:])
    page.line(f"{counted(order.units, 'unit')}: {told}", indent=2)
    surplus = order.units - order.scrapped - order.quantity
    if surplus > 0:
        page.line(f"{counted(surplus, 'unit')} too many: the gate refuses those that were assigned last", indent=2)
    surplus = order.units - order.scrapped - order.quantity
    if surplus > 0:
        page.line(f"{counted(surplus, 'unit')} too many: the gate refuses those that were assigned last", indent=2)
    for event in report.events:
        changes = (("quantity", event.quantity), ("due", event.due), ("customer", event.customer))
        what = ", ".join(f"{name} {value}" for name, value in changes if value is not None)
        why = f" ({event.reason})" if event.reason else ""
        page.line(f"{moment(event.at)}  {event.act.lower()} by {event.by}{f': {what}' if what else ''}{why}", indent=2)
    page.heading("units")
    if rows:
        page.table(columns, rows, indent=2)
    else:
        page.line("none yet: assign some by `mes order NUMBER assign SERIAL`, or name the order at a station", indent=2)
