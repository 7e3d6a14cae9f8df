"""Show everything that ever happened to a unit; --csv: every measured value."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import one_form
    from mes.console_output import Page, print_csv, print_document
    from mes.identification import one_unit
    from mes.pages.rows import VALUE_COLUMNS, value_rows
    from mes.pages.unit import print_history
    from mes.queries.history import unit_history
    from mes.site_access import reading

    one_form(as_json, as_csv)
    with reading(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json, shown=True)
        history = unit_history(access.engine, unit.id)
        if as_json:
            print_document(
                access.site,
                unit=history.unit,
                built_into=history.built_into,
                built_from=history.built_from,
                whereabouts=history.whereabouts,
                aliases=[{"customer": one.customer, "alias": one.alias, "id": one.id} for one in history.aliases],
                formerly=[{"part": one.part, "revision": one.revision, "until": one.until} for one in history.formerly],
                timeline=history.timeline,
            )
        elif as_csv:
            print_csv(VALUE_COLUMNS, value_rows(history))
        else:
            print_history(Page(access.site), history)
