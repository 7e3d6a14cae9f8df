"""Load products, routes, codes, skills, calendars and sampling plans from TOML files; shows the difference first."""

from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="Definition files, read as one; a station's product file is one too."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who releases this. [default: your login name]")] = None,
    example: Annotated[
        str | None, typer.Option("--example", help="Load an example that ships: cable, power_shelf or network_kit.")
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from getpass import getuser

    from mes.command_line import CommandError, Exit
    from mes.console_output import Page, counted, print_document
    from mes.database import reading as one_state
    from mes.definitions.changes import Action, Change
    from mes.definitions.faults import DefinitionsRefused
    from mes.definitions.loading import apply, compare
    from mes.definitions.reading import read_file
    from mes.desk.acts import Desk
    from mes.examples import example_file
    from mes.site_access import reading, writing

    def told(change: Change) -> dict[str, object]:
        differences = change.differences
        return {
            "file": change.file,
            "name": change.name,
            "action": change.action.value,
            "against": change.against or None,
            "differences": differences,
        }

    paths = list(files or ())
    if example is not None:
        try:
            paths.append(example_file(example))
        except LookupError as error:
            raise CommandError(f"load: {error}") from error
    if not paths:
        raise CommandError("load: no file is named; give definition files, or --example cable")
    try:
        who = (getuser() if by is None else by).strip()
    except (KeyError, OSError) as error:
        raise CommandError("load: this account has no name; say who releases this by --by NAME") from error
    if not who:
        raise CommandError("load: --by is empty; say who releases this")
    try:
        read = [read_file(path) for path in paths]
        with (reading if dry_run else writing)(home, database) as access:
            if dry_run:
                with one_state(access.engine) as connection:
                    made = compare(connection, read)
            else:
                with Desk(access.engine).act() as act:
                    made = apply(act, read, who)
            site = access.site
    except DefinitionsRefused as refused:
        named = counted(len(refused.faults), "fault")
        raise CommandError(f"load: {named}, nothing was released\n{refused}", Exit.USAGE) from refused
    new = [change for change in made if change.action is not Action.UNCHANGED]
    if as_json:
        print_document(site, applied=not dry_run, released_by=who, changes=[told(change) for change in made])
        return
    page = Page(site)
    for change in made:
        against = f" against {change.against}" if change.action is Action.REVISED else ""
        page.line(f"{change.name}: {change.action.value.lower()}{against}", style="bold")
        for difference in change.differences:
            page.line(str(difference), indent=2)
    if not new:
        page.line("the site has all of this already: nothing to do")
    elif dry_run:
        page.line(f"{counted(len(new), 'change')} to apply; nothing was written, run without --dry-run to release")
    else:
        page.line(f"{counted(len(new), 'change')} released by {who}")
