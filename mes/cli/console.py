"""Watch the line live, search it, and look into any unit, on a screen."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption


def command(
    theme: Annotated[str | None, typer.Option("--theme", help="Theme of the screen. [default: rackline]")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
) -> None:
    """Open the quality console: the line as it moves, search over units and lots, everything about a unit.

    It only reads. q or Ctrl-C leaves it.
    """
    import sys
    import time
    from datetime import UTC, datetime

    from mes.command_line import CommandError, Exit, locate
    from mes.tui.app import ConsoleApp
    from mes.tui.database_link import DatabaseLink

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CommandError("console: needs a terminal; `mes yield` and `mes unit SERIAL` print without one")
    link = DatabaseLink(locate(home, database).url)
    try:
        try:
            link.pulse()
        except CommandError as error:
            # What can pass is waited for on the screen; a database that is not ours never becomes it.
            if error.code is not Exit.RETRY:
                raise
        app = ConsoleApp(link, now=lambda: datetime.now(UTC), clock=time.monotonic)
        if theme is not None:
            if theme not in app.available_themes:
                raise CommandError(f"theme {theme!a}: unknown; choose one of {', '.join(sorted(app.available_themes))}")
            app.theme = theme
        app.run()
        if app.return_code:
            raise SystemExit(app.return_code)
    finally:
        link.close()
