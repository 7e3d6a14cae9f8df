"""Tables whose columns are ruled: a header, a line of dashes that is as wide as each column, and rows below.

The rule says where every cell begins and ends. A row that writes where the rule has a gap was shifted or cut, and
would put one column's value under another's name.
"""

import re
from typing import Final

from drivers.errors import DocumentError

_DASHES: Final = re.compile(r"-+")
Row = tuple[int, dict[str, str]]


def is_rule(line: str) -> bool:
    """Whether a line is dashes and blanks alone."""
    return bool(line.strip()) and not line.strip("- ")


def read_table(document: str, lines: list[tuple[int, str]], columns: tuple[str, ...]) -> list[Row]:
    """The rows below header and rule, each with its line's number and its cells by column name.

    Raises `DocumentError` when the header is not of these columns, or a row writes outside of them.
    """
    if len(lines) < 2 or not is_rule(lines[1][1]):
        raise DocumentError(document, f"line {lines[0][0] if lines else 1}", "is no header with a rule below it")
    (place, header), (_, rule) = lines[:2]
    spans = [found.span() for found in _DASHES.finditer(rule)]
    _require_gaps(document, place, header, spans)
    names = tuple(header[start:end].strip() for start, end in spans)
    if names != columns:
        raise DocumentError(document, f"line {place}", f"has the columns {', '.join(names)}, not {', '.join(columns)}")
    rows: list[Row] = []
    for number, line in lines[2:]:
        _require_gaps(document, number, line, spans)
        rows.append((number, {n: line[a:b].strip() for n, (a, b) in zip(names, spans, strict=True)}))
    return rows


def _require_gaps(document: str, number: int, line: str, spans: list[tuple[int, int]]) -> None:
    outside = "".join(c for index, c in enumerate(line) if not any(a <= index < b for a, b in spans))
    if outside.strip():
        raise DocumentError(document, f"line {number}", f"{line[:60]!r} does not keep to the columns of its rule")
