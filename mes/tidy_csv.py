"""Tidy values from a CSV file: one value a line, the other columns saying what it belongs to.

What `station run --loop --csv` prints can be read as it is, and so can a textbook's table that somebody typed in.
"""

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from mes.command_line import CommandError

COLUMNS = ("value", "part", "appraiser", "trial", "subgroup", "reference", "measurand")
"""The columns that are read; others may stand beside them."""


@dataclass(frozen=True, slots=True)
class TidyRow:
    """One line: `text` is the value as written; a column that the file does not have is None."""

    line: int
    text: str
    part: str | None
    appraiser: str | None
    trial: str | None
    subgroup: str | None
    reference: str | None

    def value(self, file: str) -> float:
        """The value as a finite number. Raises `CommandError` with the line."""
        return _number(self.text, file, self.line, "value")

    def reference_value(self, file: str) -> float:
        """The reference as a finite number. Raises `CommandError` with the line."""
        return _number(self.reference or "", file, self.line, "reference")


def read_tidy(path: Path, needed: tuple[str, ...], measurand: str | None = None) -> tuple[TidyRow, ...]:
    """The rows of a file, or of standard input for ``-``; of one measurand where the file has that column.

    Raises `CommandError` when it cannot be read, lacks a needed column, has a line of another length, an empty cell in
    a needed column, no row at all, or several measurands of which none was chosen.
    """
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: cannot be read: {error}") from error
    rows = tuple(_rows(text, str(path), needed, measurand))
    if not rows:
        raise CommandError(
            f"{path}: has no line of values" + ("" if measurand is None else f" of measurand {measurand}")
        )
    return rows


def _rows(text: str, file: str, needed: tuple[str, ...], measurand: str | None) -> Iterator[TidyRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in needed if name not in names]
        if missing or len(set(names)) < len(names):
            raise CommandError(
                f"{file}: needs the columns {', '.join(needed)} in its first line, once each, and has"
                f" {', '.join(names) or 'none'}"
            )
        chosen = measurand
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise CommandError(
                    f"{file} line {reader.line_num}: has {len(cells)} cells where the first line has {len(names)}"
                )
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
            if "measurand" in row:
                if measurand is None and chosen not in (None, row["measurand"]):
                    raise CommandError(
                        f"{file} line {reader.line_num}: measurand {row['measurand']} after {chosen}; choose one with"
                        " --measurand"
                    )
                chosen = chosen or row["measurand"]
                if row["measurand"] != chosen:
                    continue
            for name in needed:
                if not row[name]:
                    raise CommandError(f"{file} line {reader.line_num}: {name} is empty")
            yield TidyRow(
                reader.line_num,
                row["value"],
                *(row.get(name) for name in ("part", "appraiser", "trial", "subgroup", "reference")),
            )
    except csv.Error as error:
        raise CommandError(f"{file} line {reader.line_num}: is no CSV: {error}") from error


def _number(text: str, file: str, line: int, column: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise CommandError(f"{file} line {line}: {column} {text!a} is no number") from error
    if not isfinite(number):
        raise CommandError(f"{file} line {line}: {column} {text} is not finite; leave the line out if nothing was read")
    return number
