"""Options that several `mes` commands take, and how a typed moment is read. Imports nothing heavy: `--help` does."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from mes.command_line import CommandError

PartOption = Annotated[str | None, typer.Option("--part", help="Part number, where the number alone is ambiguous.")]
MakerOption = Annotated[str | None, typer.Option("--maker", help="Maker, where part and number are ambiguous.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print comma-separated values with a line of column names.")]


def one_form(*, as_json: bool, as_csv: bool) -> None:
    """Refuse --json and --csv together."""
    if as_json and as_csv:
        raise CommandError("give --json or --csv, not both")


def said(command: str, **texts: str) -> None:
    """Refuse what must be said and is empty; `by` and such are named as options, CODE and such as arguments."""
    for name, text in texts.items():
        if not text.strip():
            raise CommandError(f"{command}: {name if name.isupper() else '--' + name} is empty")


def instant(text: str | None, option: str) -> datetime | None:
    """A moment from ISO 8601 text with a time zone, or the start of a day in UTC from a date alone."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{option} {text!a}: not a moment; write it as 2026-03-31 or 2026-03-31T14:05:00Z"
        ) from error
    if parsed.tzinfo is None:
        if len(text) > len("2026-03-31"):
            raise CommandError(f"{option} {text!a}: has no time zone; end it with Z for UTC, or with +08:00")
        return parsed.replace(tzinfo=UTC)
    try:
        return parsed.astimezone(UTC)
    except OverflowError as error:
        raise CommandError(f"{option} {text!a}: lies outside the calendar; give a later year") from error
