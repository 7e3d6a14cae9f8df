"""Tables as SONiC's command line prints them (the \"simple\" style of tabulate, texts to the right)."""

from collections.abc import Sequence


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as SONiC prints one: columns to the right, two blanks between, a line of dashes."""
    widths = [max(len(row[k]) for row in (headers, *rows)) for k in range(len(headers))]
    lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in (headers, *rows)]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
