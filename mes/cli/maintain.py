"""Record what was done to an instrument or a fixture; with --renewed its cycles count from here."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.vocabulary import EquipmentKind


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Name of the fixture, or serial of other equipment.")],
    done: Annotated[str, typer.Option("--done", help="What was done.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who did it.")],
    renewed: Annotated[bool, typer.Option("--renewed", help="Its contacts are new: cycles count from here.")] = False,
    kind: Annotated[EquipmentKind, typer.Option("--kind", help="What it is.")] = EquipmentKind.FIXTURE,
    model: Annotated[str, typer.Option("--model", help="Model, of other equipment than a fixture.")] = "",
    meaning: Annotated[str, typer.Option("--meaning", help="What the signature means.")] = "done as recorded",
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it was done. [default: now]")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_options import instant, said
    from mes.console_output import Page, moment, print_document
    from mes.desk.acts import Desk
    from mes.desk.calibrating import maintain
    from mes.records import EquipmentIdentity, Signature
    from mes.site_access import writing

    said("maintain", SERIAL=serial, done=done, by=by, meaning=meaning)
    with writing(home, database) as access:
        equipment = EquipmentIdentity(kind=kind, model=model, serial=serial)
        signature = Signature(name=by, meaning=meaning)
        when = instant(at, "--at")
        record = maintain(Desk(access.engine), equipment, done, signature, renewed=renewed, at=when)
        if as_json:
            print_document(access.site, maintenance=record.id, serial=serial, at=record.at, renewed=renewed)
            return
        counts = "; its cycles count from here" if renewed else ""
        Page(access.site).line(f"{equipment}: {done} at {moment(record.at)} (record {record.id}, by {by}){counts}")
