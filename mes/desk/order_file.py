"""Work orders from a file of ERP or PLM: every line by itself taken, or refused with the reason, and never twice.

CSV with the columns of `mes orders --csv`, or JSON as a list of objects with those names, with the names of
`mes orders --json`, or with either under "orders" or "OperationsRequest". Columns of progress and unknown ones are
passed over, so that what was exported can be read again and changes nothing.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from mes.command_line import CommandError
from mes.desk.acts import Desk
from mes.desk.ordering import OrderTerms, settle_order
from mes.pages.order import COLUMNS

_CLOSED = ("closed", "completed", "complete", "cancelled", "canceled")
_OPEN = ("released", "open", "")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order of a file: what it says, or why it cannot be read. Lines count from 1, in JSON objects do."""

    line: int
    terms: OrderTerms | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TakenLine:
    """A line that was taken, and what became of its order."""

    line: int
    number: str
    outcome: Literal["RELEASED", "CHANGED", "CLOSED", "UNCHANGED"]


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that was not."""

    line: int
    number: str | None
    problem: str


def read_orders(path: Path) -> tuple[OrderLine, ...]:
    """The orders of a file. Raises `CommandError` when it is neither CSV nor JSON of orders at all."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: cannot be read: {error}") from error
    rows = _objects(path, text) if text.lstrip()[:1] in ("{", "[") else _table(path, text)
    lines = [_line(number, row) for number, row in rows]
    if not lines:
        raise CommandError(f"{path}: has no order; its columns are {', '.join(list(COLUMNS)[:7])}")
    return tuple(_without_repeats(lines))


def settle_lines(
    desk: Desk, lines: Sequence[OrderLine], file: str, by: str, *, keep: bool
) -> tuple[list[TakenLine], list[RefusedLine]]:
    """Make the orders what the lines say, each line by itself; without `keep` nothing is written."""
    taken: list[TakenLine] = []
    refused = [RefusedLine(line.line, None, line.problem) for line in lines if line.terms is None]
    try:
        with desk.act() as act:
            for line in lines:
                if line.terms is None:
                    continue
                try:
                    did = settle_order(act, line.terms, f"{file} line {line.line}", by)
                    taken.append(TakenLine(line.line, line.terms.number, did.value if did else "UNCHANGED"))
                except CommandError as error:
                    refused.append(RefusedLine(line.line, line.terms.number, str(error)))
                except ValidationError as error:
                    wrong = error.errors(include_url=False)[0]
                    told = f"order {line.terms.number}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
                    refused.append(RefusedLine(line.line, line.terms.number, told))
            if not keep:
                raise _NotKept
    except _NotKept:
        pass
    return taken, sorted(refused, key=lambda line: line.line)


class _NotKept(Exception):
    """Ends an act whose records are not to be kept."""


def _table(path: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [_field(name) for name in next(reader, [])]
        missing = [name for name in ("number", "part", "revision", "quantity") if name not in names]
        if missing:
            wanted = [column for column, field in COLUMNS.items() if field in missing]
            raise CommandError(f"{path}: its first line lacks the column(s) {', '.join(wanted)}")
        rows: list[tuple[int, dict[str, Any]]] = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row: dict[str, Any] = dict(zip(names, map(_plain, cells), strict=False))
            if len(cells) != len(names):
                row = {"": f"has {len(cells)} cells where the first line has {len(names)}"}
            rows.append((reader.line_num, row))
        return rows
    except csv.Error as error:
        raise CommandError(f"{path} line {reader.line_num}: is no CSV: {error}") from error


def _objects(path: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise CommandError(f"{path}: is no JSON: {error}") from error
    if isinstance(document, dict):
        document = next((document[name] for name in ("orders", "OperationsRequest") if name in document), None)
    if not isinstance(document, list):
        raise CommandError(f'{path}: is no list of orders; write [{{"ID": …}}, …], or that under "OperationsRequest"')
    return [
        (place, {_field(name): value for name, value in one.items()} if isinstance(one, dict) else {"": "is no object"})
        for place, one in enumerate(document, 1)
    ]


def _line(number: int, row: Mapping[str, Any]) -> OrderLine:
    if "" in row:
        return OrderLine(number, None, str(row[""]))
    try:
        terms = OrderTerms(
            _text(row, "number", needed=True),
            _text(row, "part", needed=True),
            _text(row, "revision", needed=True),
            _quantity(row.get("quantity")),
            _day(row.get("due")),
            _text(row, "customer") or None,
            _is_closed(_text(row, "state")),
        )
    except ValueError as error:
        return OrderLine(number, None, str(error))
    return OrderLine(number, terms)


def _without_repeats(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """The same number twice in a file means that one of them is wrong, and nobody knows which."""
    first: dict[str, int] = {}
    kept = []
    for line in lines:
        if line.terms is not None and (earlier := first.setdefault(line.terms.number, line.line)) != line.line:
            line = OrderLine(line.line, None, f"order {line.terms.number} stands in line {earlier} already")
        kept.append(line)
    return kept


def _field(name: str) -> str:
    known = {column.lower(): field for column, field in COLUMNS.items()} | {field: field for field in COLUMNS.values()}
    # A column that means nothing here keeps its name, which no field has.
    return known.get(name.strip().lower(), f"?{name}")


def _plain(cell: str) -> str:
    cell = cell.strip()
    # What our own CSV put in front of a text that a spreadsheet would take for a formula.
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def _text(row: Mapping[str, Any], field: str, *, needed: bool = False) -> str:
    value = row.get(field)
    column = next(column for column, name in COLUMNS.items() if name == field)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{column} {value!a} is no text")
    told = (value or "").strip()
    if needed and not told:
        raise ValueError(f"{column} is empty")
    if len(told) > 120:
        raise ValueError(f"{column} is longer than 120 characters")
    return told


def _quantity(value: Any) -> int:
    try:
        quantity = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Quantity {value!a} is no number") from error
    if isinstance(value, bool) or not quantity.is_integer() or not 1 <= quantity <= 10**9:
        raise ValueError(f"Quantity {value} is no whole number of units from 1 on")
    return int(quantity)


def _day(value: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError) as error:
        raise ValueError(f"EndTime {value!a} is no date; write it as 2026-06-30") from error


def _is_closed(state: str) -> bool:
    if state.lower() in _CLOSED:
        return True
    if state.lower() in _OPEN:
        return False
    raise ValueError(f"RequestState {state!a} is neither Released nor Closed: only what is released is made")
