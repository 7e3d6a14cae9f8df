"""Scrap a unit, signed: the short form of `mes disposition SERIAL scrap`."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who decides.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    meaning: Annotated[str, typer.Option("--meaning", help="What the signature means.")] = "disposition by quality",
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.cli.disposition import Choice
    from mes.cli.disposition import command as dispose

    dispose(
        serial,
        Choice.SCRAP,
        by,
        reason,
        meaning,
        part=part,
        maker=maker,
        home=home,
        database=database,
        as_json=as_json,
    )
