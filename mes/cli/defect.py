"""Record a defect that was found on a unit; it stops at its gates until the defect was dealt with.

A process indicator of the loaded code tables stops nothing.
"""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="Defect code.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who found it.")],
    position: Annotated[str | None, typer.Option("--position", help="Where on the unit.")] = None,
    operation: Annotated[str | None, typer.Option("--operation", help="Operation at which it was found.")] = None,
    note: Annotated[str, typer.Option("--note", help="What was seen.")] = "",
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.rework import find_defect
    from mes.identification import one_unit
    from mes.site_access import writing

    said("defect", CODE=code, by=by)
    with writing(home, database) as access:
        unit = one_unit(access, serial, part, maker, as_json=as_json)
        found = find_defect(Desk(access.engine), unit, code, position, operation, note, by)
        if as_json:
            print_document(access.site, defect=found.id, unit=unit, indicator=found.indicator)
            return
        stops = "it is refused at its gates until it is dealt with"
        told = "a process indicator, which stops nothing" if found.indicator else stops
        Page(access.site).line(f"defect {found.id} of {unit}: {code}; {told}")
