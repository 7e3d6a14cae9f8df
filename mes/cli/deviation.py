"""Show a deviation and the units made under it, or approve one, or withdraw it."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


class Act(StrEnum):
    """What to do with the deviation."""

    APPROVE = "approve"
    WITHDRAW = "withdraw"


def command(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the deviation.")],
    act: Annotated[Act | None, typer.Argument(metavar="[ACT]", help="[default: show it]")] = None,
    part: Annotated[str | None, typer.Option("--part", help="Part whose units are made under it.")] = None,
    allow_part: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-part", metavar="POSITION=PART[:LOT]", help="Part, or one lot of it, that a position takes."
        ),
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="OPERATION", help="Test that need not be done.")
    ] = None,
    allow_revision: Annotated[
        list[str] | None,
        typer.Option("--allow-revision", metavar="PART:REVISION", help="Superseded or unreleased revision to use."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="First day, in UTC.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day, in UTC.")] = None,
    quantity: Annotated[int | None, typer.Option("--quantity", min=1, help="How many units may be made.")] = None,
    serials: Annotated[
        list[str] | None, typer.Option("--serial", metavar="FIRST[..LAST]", help="Units that may be made.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Name of the person who signs.")] = None,
    meaning: Annotated[str | None, typer.Option("--meaning", help="What the signature means.")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import UTC, datetime

    from mes.command_line import CommandError
    from mes.command_options import day, one_form, said, told_plainly
    from mes.console_output import Page
    from mes.desk.acts import Desk
    from mes.desk.deviating import Bounds, approve_deviation, serial_range, withdraw_deviation
    from mes.pages.deviation import show_deviation
    from mes.records import Permit, PermitKind, Signature
    from mes.site_access import reading, writing

    one_form(as_json, as_csv)
    terms = (part, allow_part, skip, allow_revision, since, until, quantity, serials)
    if act is not Act.APPROVE and any(terms):
        raise CommandError("deviation: only approving says what is permitted and how far it reaches")
    if act is None:
        with reading(home, database) as access:
            show_deviation(access, number, datetime.now(UTC), as_json=as_json, as_csv=as_csv)
        return
    said("deviation", NUMBER=number, by=by or "", reason=reason or "")
    done = "approved" if act is Act.APPROVE else "withdrawn"

    def halves(text: str, between: str, option: str, form: str) -> tuple[str, str]:
        first, sign, second = text.partition(between)
        if not (first.strip() and sign and second.strip()):
            raise CommandError(f"{option} {text!a}: write it as {form}")
        return first.strip(), second.strip()

    with told_plainly(f"deviation {number}"):
        signature = Signature(name=by or "", meaning=meaning or f"deviation {done}")
        permits = []
        for text in allow_part or ():
            position, named = halves(text, "=", "--allow-part", "POSITION=PART or POSITION=PART:LOT")
            component, _, lot = named.partition(":")
            permits.append(Permit(kind=PermitKind.PART, position=position, part=component, lot=lot or None))
        permits += [Permit(kind=PermitKind.OPERATION, operation=name) for name in skip or ()]
        for text in allow_revision or ():
            component, revision = halves(text, ":", "--allow-revision", "PART:REVISION")
            permits.append(Permit(kind=PermitKind.REVISION, part=component, revision=revision))
        with writing(home, database) as access:
            if act is Act.APPROVE:
                if part is None or not permits:
                    raise CommandError("deviation: say --part, and --allow-part, --skip or --allow-revision")
                ranges = tuple(serial_range(text) for text in serials or ())
                bounds = Bounds(day(since, "--since"), day(until, "--until"), quantity, ranges)
                approve_deviation(Desk(access.engine), number, part, permits, bounds, reason or "", signature)
            else:
                withdraw_deviation(Desk(access.engine), number, reason or "", signature)
            if as_json or as_csv:
                show_deviation(access, number, datetime.now(UTC), as_json=as_json, as_csv=as_csv)
                return
            Page(access.site).line(f"deviation {number}: {done} by {by} ({signature.meaning})")
