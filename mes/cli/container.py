"""Show what is in a container, and in the containers in it; without a number the containers on the site."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    container: Annotated[str | None, typer.Argument(metavar="[CONTAINER]", help="Number of the container.")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import one_form
    from mes.console_output import Page, print_csv, print_document
    from mes.pages.goods import CONTENT_COLUMNS, content_rows, print_container
    from mes.queries.container import containers, report
    from mes.site_access import reading

    one_form(as_json, as_csv)
    with reading(home, database) as access:
        if container is not None:
            found = report(access.engine, container)
            if as_json:
                print_document(access.site, **found.document())
            elif as_csv:
                print_csv(CONTENT_COLUMNS, content_rows(found))
            else:
                print_container(Page(access.site), found)
            return
        rows = containers(access.engine)
        columns = ("container", "in", "units", "containers", "location", "customer")
        if as_json:
            print_document(access.site, containers=rows)
            return
        told = [(row.name, row.inside, row.units, row.containers, row.location, row.customer) for row in rows]
        if as_csv:
            print_csv(columns, told)
            return
        page = Page(access.site)
        if told:
            shown = [tuple("" if cell is None else str(cell) for cell in row) for row in told]
            page.table(columns, shown, right=("units", "containers"))
        else:
            page.line("nothing is packed; begin with `mes pack CONTAINER SERIAL`")
