"""A table on standard output as comma-separated values (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
import sys
from collections.abc import Iterable, Sequence

from mes.console_output import inert

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The rows under their column names; what a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    sys.stdout.write(out.getvalue())
    sys.stdout.flush()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return "" if value is None else value
    shown = inert(value)
    return "'" + shown if shown.startswith(_FORMULA) else shown
