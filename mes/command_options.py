"""Options that several `mes` commands take, and how a typed moment is read. Imports nothing heavy: `--help` does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import CommandError

PartOption = Annotated[str | None, typer.Option("--part", help="Part number, where the number alone is ambiguous.")]
MakerOption = Annotated[str | None, typer.Option("--maker", help="Maker, where part and number are ambiguous.")]


def said(command: str, **texts: str) -> None:
    """Refuse what must be said and is empty; `by` and such are named as options, CODE and such as arguments."""
    for name, text in texts.items():
        if not text.strip():
            raise CommandError(f"{command}: {name if name.isupper() else '--' + name} is empty")


def who(command: str, by: str | None) -> str:
    """Who acts: the name given by --by, else the login name. Raises `CommandError` for none."""
    from getpass import getuser  # noqa: PLC0415 - only who acts needs it

    try:
        name = (getuser() if by is None else by).strip()
    except (KeyError, OSError) as error:
        raise CommandError(f"{command}: this account has no name; say who acts by --by NAME") from error
    if not name:
        raise CommandError(f"{command}: --by is empty; say who acts")
    return name


CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV on standard output, one row a line.")]
CsvInOption = Annotated[
    Path | None,
    typer.Option("--csv-in", metavar="FILE", help="Values of your own: tidy columns, - for standard input."),
]
MeasurandOption = Annotated[str | None, typer.Option("--measurand", help="Measurand, by its name in the plan.")]
PlanOption = Annotated[str | None, typer.Option("--plan", help="Only values of this plan.")]
OperationOption = Annotated[str | None, typer.Option("--operation", help="Only this operation.")]
StationOption = Annotated[str | None, typer.Option("--station", help="Only values of this station.")]
ProductOption = Annotated[str | None, typer.Option("--part", help="Only values of this part number.")]
LimitRevisionOption = Annotated[
    str | None, typer.Option("--limit-revision", help="Only values judged by this limit revision.")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Runs started from this date (UTC) or moment on.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="Runs started before this date (UTC) or moment.")
]
LowOption = Annotated[float | None, typer.Option("--low", help="Lower limit, in the unit of the values.")]
HighOption = Annotated[float | None, typer.Option("--high", help="Upper limit, in the unit of the values.")]
SimulatedOption = Annotated[bool, typer.Option("--simulated", help="Count simulated runs also at a real site.")]


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


def day(text: str | None, option: str) -> date | None:
    """A date from ISO 8601 text."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{option} {text!a}: is no date; write it as 2027-03-31") from error


def login_name(command: str, by: str | None) -> str:
    """Who acts: the name given, else that of the account. Raises `CommandError` when there is neither."""
    from getpass import getuser  # noqa: PLC0415 - `--help` needs no account

    try:
        who = (getuser() if by is None else by).strip()
    except (KeyError, OSError) as error:
        raise CommandError(f"{command}: this account has no name; say who acts by --by NAME") from error
    said(command, by=who)
    return who


@contextmanager
def told_plainly(what: str) -> Iterator[None]:
    """Turn what a record refuses (a name that is too long, bounds that contradict) into a `CommandError`."""
    from pydantic import ValidationError  # noqa: PLC0415 - `--help` needs no documents

    try:
        yield
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        key = ".".join(map(str, wrong["loc"]))
        told = str(wrong.get("ctx", {}).get("error", wrong["msg"]))
        raise CommandError(f"{what}: {f'{key}: ' if key else ''}{told}; nothing was recorded") from error


def one_form(as_json: bool, as_csv: bool) -> None:
    """Raises `CommandError` when two forms of answer were asked for at once."""
    if as_json and as_csv:
        raise CommandError("--json and --csv: two forms of one answer; choose one")
