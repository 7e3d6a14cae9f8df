"""Show the audit trail of a unit or of a hold: who did what, when, why and with which signature."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption, PartOption


def command(
    subject: Annotated[str, typer.Argument(metavar="SERIAL|HOLD", help="Serial number of a unit, or id of a hold.")],
    contents: Annotated[bool, typer.Option("--contents", help="Of a unit: also of everything inside it now.")] = False,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="From this moment on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Up to this moment.")] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from uuid import UUID

    from mes.command_line import CommandError, Exit
    from mes.command_options import instant, one_form
    from mes.console_output import Page, moment, print_csv, print_document
    from mes.identification import one_unit
    from mes.queries.trail import UnknownHold, hold_trail, unit_trail
    from mes.site_access import reading

    one_form(as_json, as_csv)
    begin, end = instant(since, "--since"), instant(until, "--until")
    try:
        hold = UUID(subject)
    except ValueError:
        hold = None
    with reading(home, database) as access:
        if hold is not None:
            try:
                found = hold_trail(access.engine, hold)
            except UnknownHold as error:
                raise CommandError(str(error), Exit.NO) from error
        else:
            unit = one_unit(access, subject, part, maker, as_json=as_json, shown=True)
            found = unit_trail(access.engine, unit.id, contents=contents)
        kept = [entry for entry in found if (begin is None or entry.at >= begin) and (end is None or entry.at < end)]
        if as_json:
            print_document(access.site, subject=subject, trail=kept)
            return
        if as_csv:
            columns = ("at", "who", "on", "act", "why", "signature", "record", "void")
            print_csv(columns, [(e.at, e.who, e.on, e.act, e.why, e.signature, e.record, e.void) for e in kept])
            return
        page = Page(access.site)
        for entry in kept:
            void = "  VOID" if entry.void else ""
            page.line(f"{moment(entry.at)}  {entry.who}: {entry.on}: {entry.act}{void}", style="bold")
            if entry.why:
                page.line(f"why: {entry.why}", indent=6)
            if entry.signature:
                page.line(f"signed: {entry.signature}", indent=6)
        if not kept:
            page.line("nothing was done in this time")
