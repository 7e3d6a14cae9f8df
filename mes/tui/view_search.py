"""What was found for the beginning of a number, as rows."""

from mes.queries.search import Found
from mes.tui.view_table import Cell, Column, Entry, table
from mes.tui.view_text import Line, Listing, Row, Target, Tone, folded, line_of

MORE_KEY = "more"
"""The row that loads the next page."""


def result_listing(text: str, found: tuple[Found, ...], *, more: bool, nearest: tuple[str, ...], width: int) -> Listing:
    """The units and lots that begin with `text`; when there are none, which numbers come nearest."""
    if not found:
        return Listing(line_of(f"nothing begins with {text}", Tone.HEADING), tuple(_nearest(nearest, width)))
    columns = (
        Column("number", least=12, most=60),
        Column("", tone=Tone.MUTED),
        Column("state", rank=1),
        Column("part", rank=2, least=8),
        Column("maker", rank=3, least=6, tone=Tone.MUTED),
    )
    entries = [
        Entry(
            (
                Cell(row.number),
                Cell(row.kind),
                Cell("" if row.state is None else row.state.value.replace("_", " ").lower()),
                Cell(row.part),
                Cell(row.maker),
            ),
            key=str(row.id),
            target=Target(row.kind, row.id),
        )
        for row in found
    ]
    listing = table(columns, entries, width)
    if not more:
        return listing
    further = Row(line_of("… more: Enter here loads the next page, more characters narrow it", Tone.MUTED), MORE_KEY)
    return Listing(listing.heading, (*listing.rows, further))


def _nearest(nearest: tuple[str, ...], width: int) -> list[Row]:
    if not nearest:
        lines: list[Line] = folded("and no number comes near it: check the scan", width, Tone.MUTED)
    else:
        lines = folded("nearest: " + ", ".join(nearest), width, Tone.MUTED)
    return [Row(line) for line in lines]
