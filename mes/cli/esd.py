"""Record an operator's check against electrostatic discharge, or show what the newest one says."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


class Outcome(StrEnum):
    """How the check went, as it is typed."""

    PASSED = "passed"
    FAILED = "failed"


def command(
    operator: Annotated[str, typer.Argument(metavar="OPERATOR", help="Who was checked.")],
    outcome: Annotated[
        Outcome | None, typer.Argument(metavar="[passed|failed]", help="How it went; nothing: only show.")
    ] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="For how long it holds.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Until when, as the end of the shift.")
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from datetime import UTC, datetime, timedelta
    from math import isfinite

    from mes.command_line import CommandError, Exit
    from mes.command_options import instant, said
    from mes.console_output import Page, moment, print_document
    from mes.database import reading as one_state
    from mes.desk.acts import Desk
    from mes.desk.esd_checks import record_check
    from mes.gate.esd import newest_check
    from mes.site_access import reading, writing

    said("esd", OPERATOR=operator)
    given = (hours is not None) + (until is not None)
    if given != (outcome is Outcome.PASSED):
        raise CommandError("esd: a check that was passed holds for --hours or --until a moment; nothing else does")
    if hours is not None and not (isfinite(hours) and 0 < hours <= 24):
        raise CommandError(f"esd: --hours {hours:g}: give more than 0 and at most 24")
    if outcome is None:
        with reading(home, database) as access:
            now = datetime.now(UTC)
            with one_state(access.engine) as connection:
                newest = newest_check(connection, operator, now)
            valid = newest is not None and newest.valid_until is not None and now < newest.valid_until
            if as_json:
                print_document(access.site, operator=operator, valid=valid, newest=newest)
            elif newest is None:
                Page(access.site).line(f"operator {operator} was never checked against electrostatic discharge")
            else:
                held = f"passed, until {moment(newest.valid_until)}" if newest.valid_until else "failed"
                over = "" if valid or newest.valid_until is None else ", which is over"
                Page(access.site).line(f"operator {operator} was checked at {moment(newest.checked_at)}: {held}{over}")
        if not valid:
            raise typer.Exit(Exit.NO)
        return
    with writing(home, database) as access:
        lasts = None if hours is None else timedelta(hours=hours)
        id_, end = record_check(Desk(access.engine), operator, until=instant(until, "--until"), lasts=lasts)
        if as_json:
            print_document(access.site, check=id_, operator=operator, passed=end is not None, valid_until=end)
            return
        held = "failed; work that asks for it is refused" if end is None else f"passed, until {moment(end)}"
        Page(access.site).line(f"operator {operator}: check {id_} {held}")
