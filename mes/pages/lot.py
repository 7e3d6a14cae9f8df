"""Lots as a terminal and a spreadsheet show them."""

from mes.console_output import Page, counted, moment, quantity
from mes.queries.lots import LotLevel, LotReport

COLUMNS = (
    "part",
    "lot",
    "maker",
    "supplier",
    "date_code",
    "country",
    "received",
    "used",
    "left",
    "unit",
    "expires",
    "state",
)
"""Of the table and of the CSV form."""


def state_words(level: LotLevel) -> str:
    """What is wrong with a lot, or what is soon; empty for one that may be used."""
    found = ["OVERDRAWN"] if level.overdrawn else []
    if level.expired:
        found.append("EXPIRED")
    elif level.expires_in_days is not None:
        found.append("expires today" if level.expires_in_days == 0 else f"expires in {level.expires_in_days} d")
    return ", ".join(found)


def lot_row(level: LotLevel) -> tuple[object, ...]:
    """One lot in the order of `COLUMNS`."""
    lot = level.lot
    return (
        lot.part,
        lot.lot,
        lot.maker,
        lot.supplier,
        lot.date_code,
        lot.country_of_origin,
        lot.quantity,
        level.used,
        level.left,
        lot.unit,
        level.expires,
        state_words(level),
    )


def print_lots(page: Page, levels: tuple[LotLevel, ...]) -> None:
    """The lots as a table."""
    rows = [
        tuple(
            "" if cell is None else quantity(cell) if isinstance(cell, float) else str(cell) for cell in lot_row(level)
        )
        for level in levels
    ]
    if rows:
        page.table([name.replace("_", " ") for name in COLUMNS], rows, right=("received", "used", "left"))
    else:
        page.line("no lot was received that is meant")


def print_lot(page: Page, report: LotReport) -> None:
    """One lot in full."""
    level, lot = report.level, report.level.lot
    page.line(f"{lot}{page.mark(lot.simulated)}", style="bold")
    words = state_words(level)
    left = f"{quantity(level.left, lot.unit)} left of {quantity(lot.quantity, lot.unit)}"
    page.line(left + f", {quantity(level.used, lot.unit)} used" + (f"; {words}" if words else ""), indent=2)
    page.heading("deliveries")
    page.table(
        ("received", "quantity", "supplier", "date code", "country", "expires", "unit cost", "by"),
        [
            (
                moment(one.received_at),
                quantity(one.quantity, lot.unit),
                one.supplier,
                one.date_code or "",
                one.country_of_origin or "",
                "" if one.expires is None else one.expires.isoformat(),
                "" if one.unit_cost is None else quantity(one.unit_cost, one.currency or ""),
                one.source,
            )
            for one in report.deliveries
        ],
        right=("quantity", "unit cost"),
        indent=2,
    )
    page.heading("holds")
    for hold in report.holds:
        page.line(f"hold {hold.id} of {hold.placed_by} ({hold.reason}), {moment(hold.placed_at)}", indent=2)
    if not report.holds:
        page.line("none", indent=2)
    page.heading("where it is")
    if report.seats:
        page.table(
            ("unit", "position", "quantity", "since"),
            [
                (str(seat.unit), seat.position, quantity(seat.quantity, lot.unit), moment(seat.installed_at))
                for seat in report.seats
            ],
            right=("quantity",),
            indent=2,
        )
    else:
        page.line("in no unit", indent=2)
    tops = [use for use in report.uses if use.inside and use.top_level]
    once = [use for use in report.uses if not use.inside]
    if tops:
        page.line(f"{counted(len(tops), 'unit')} on top: {', '.join(str(use.unit) for use in tops)}", indent=2)
    if once:
        page.line(f"taken out of: {', '.join(str(use.unit) for use in once)}", indent=2)
