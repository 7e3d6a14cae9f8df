"""What a person or a program reads on standard output: one JSON document, or a page of lines and tables.

Serial numbers and messages come from outside, so nothing in them may act on the terminal: text is never parsed as
markup, and characters that cannot be seen are written out (``\\x1b``). Data goes to standard output, narration to
standard error.
"""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TextIO
from uuid import UUID

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mes.ledger import Site
from mes.vocabulary import SiteKind

SCHEMA = 1
"""Schema version of the JSON documents that commands print."""


def inert(text: str) -> str:
    """The text with every character that cannot be seen written as its escape (``\\x1b``, ``\\u202e``)."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def moment(at: datetime | None) -> str:
    """A time in UTC to the millisecond, as people read it; empty for None."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}Z"


def quantity(value: float, unit: str = "", digits: int = 6) -> str:
    """A number to so many significant digits with its unit; the display rounds, verdicts do not."""
    rounded = f"{value:.{digits}g}"
    if "e" in rounded and 1e-6 <= abs(value) < 1e15:
        rounded = f"{Decimal(rounded):f}"
    return f"{rounded} {unit}".rstrip()


def lasting(seconds: float) -> str:
    """How long something took, to three digits in the unit that people say it in."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return quantity(seconds / length, unit, digits=3)
    return quantity(seconds, "s", digits=3)


def counted(number: int, noun: str) -> str:
    """A number of things with its noun in the right form; for nouns that take an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent(fraction: float | None) -> str:
    """A fraction in percent; the word "undefined" where nothing was counted."""
    return "undefined" if fraction is None else f"{100 * fraction:.2f} %"


def narrate(message: str) -> None:
    """Tell a person what is going on, on standard error."""
    _write(sys.stderr, inert(message) + "\n")


def print_document(site: Site | None, **fields: object) -> None:
    """Print one JSON document that says its schema version and whose figures these are; None: of no site."""
    whose = {} if site is None else {"simulated": site.kind is SiteKind.SIMULATED, "site": site.name}
    document = {"schema": SCHEMA, **whose, **fields}
    # ASCII only: JSON leaves DEL and the C1 controls as they are, and a terminal acts on those.
    _write(sys.stdout, json.dumps(plain_values(document), ensure_ascii=True, allow_nan=False, indent=2) + "\n")


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their column names as CSV (RFC 4180); None is an empty cell, numbers keep every digit.

    Text that a spreadsheet would take for a formula gets an apostrophe in front: a serial number runs nothing.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    _write(sys.stdout, table.getvalue())


def _cell(value: object) -> object:
    plain = plain_values(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, str):
        shown = inert(plain)
        return f"'{shown}" if shown.startswith(("=", "+", "-", "@", "\t", "\r")) else shown
    return plain


def plain_values(value: object) -> Any:
    """The value in the types of JSON: frozen rows as objects, times in UTC as ISO 8601, identities as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain_values(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain_values(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_values(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


class Page:
    """A readable answer: opens with the SIMULATED mark where the site is, then lines and tables in order.

    None for a site: the figures are the user's own.

    On a terminal tables are drawn and coloured (unless NO_COLOR is set); elsewhere they are aligned plain text.
    """

    def __init__(self, site: Site | None, out: TextIO | None = None) -> None:
        self._out = sys.stdout if out is None else out
        self._site_is_simulated = site is not None and site.kind is SiteKind.SIMULATED
        self._console = Console(file=self._out, markup=False, highlight=False, emoji=False, soft_wrap=True)
        if site is not None and self._site_is_simulated:
            self.line(f"SIMULATED site {site.name}: no figure here stands for a real unit", style="bold reverse")

    def mark(self, simulated: bool) -> str:
        """What to write behind a simulated fact at a real site; nothing where the whole page is marked already."""
        return "  SIMULATED" if simulated and not self._site_is_simulated else ""

    def line(self, text: str = "", *, style: str = "", indent: int = 0) -> None:
        """One line."""
        shown = " " * indent + inert(text)
        if self._console.is_terminal:
            self._console.print(Text(shown, style=style))
        else:
            _write(self._out, shown + "\n")

    def heading(self, text: str) -> None:
        """A line that opens a part of the page, after an empty one."""
        self.line()
        self.line(text, style="bold")

    def table(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = (), indent: int = 0
    ) -> None:
        """Rows under their column names; the columns named in `right` are aligned to the right."""
        cells = [[inert(cell) for cell in row] for row in rows]
        if self._console.is_terminal:
            table = Table(box=None, pad_edge=False, header_style="bold")
            for name in columns:
                table.add_column(Text(name), justify="right" if name in right else "left", overflow="fold")
            for row in cells:
                table.add_row(*(Text(cell) for cell in row))
            # Rich cuts a table that is wider than the terminal unless its lines may wrap; here cells fold instead.
            self._console.print(Padding(table, (0, 0, 0, indent)), soft_wrap=False)
            return
        widths = [max(cell_len(row[i]) for row in [list(columns), *cells]) for i in range(len(columns))]
        for row in [list(columns), *cells]:
            aligned = (
                " " * (width - cell_len(cell)) + cell if name in right else cell + " " * (width - cell_len(cell))
                for name, cell, width in zip(columns, row, widths, strict=True)
            )
            _write(self._out, (" " * indent + "  ".join(aligned)).rstrip() + "\n")


def _write(out: TextIO, text: str) -> None:
    # A terminal that cannot show Ω gets \u03a9 and the rest of the answer, not a traceback.
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write(text.encode(encoding, "backslashreplace").decode(encoding))
    out.flush()
