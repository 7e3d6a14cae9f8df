"""Make the database of a site."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    name: Annotated[str, typer.Option("--name", help="Name of the site, shown on every answer.")],
    simulated: Annotated[bool, typer.Option("--simulated", help="Its figures stand for a simulation.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_line import CommandError, locate
    from mes.console_output import Page, print_document
    from mes.database import create_site
    from mes.site_access import display_name, troubles_told
    from mes.vocabulary import SiteKind

    if not name.strip():
        raise CommandError("site: --name is empty; give the name that people know the site by")
    url = locate(home, database).url
    shown = display_name(url)
    with troubles_told(shown):
        try:
            site = create_site(url, name, SiteKind.SIMULATED if simulated else SiteKind.REAL)
        except OSError as error:
            raise CommandError(f"site {name!a}: cannot be made: {error}; choose another --home or --db") from error
    if as_json:
        print_document(site, database=shown)
    else:
        Page(site).line(f"{site.kind.value.lower()} site {site.name} is ready in {shown}")
