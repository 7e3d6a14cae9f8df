"""Void a record of what was not so (a mis-scan, a run on the wrong unit): it stays, and counts nowhere."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


class Target(StrEnum):
    """What may be voided, as it is typed; the name is the record's kind."""

    run = "run"
    component_installed = "installation"
    component_removed = "removal"
    defect_found = "defect"
    repair_done = "repair"
    disposition_made = "disposition"
    equipment_calibrated = "calibration"
    equipment_maintained = "maintenance"
    station_checked = "check"
    numbers_allocated = "allocation"
    gauge_study_recorded = "gauge-study"
    sample_result = "sample-result"
    component_robbed = "robbery"
    unit_packed = "packing"
    unit_unpacked = "unpacking"
    unit_shipped = "shipment"
    unit_returned = "return"
    unit_moved = "move"
    alias_given = "alias"
    esd_checked = "esd-check"


def command(
    target: Annotated[Target, typer.Argument(help="What it is.")],
    record: Annotated[
        str,
        typer.Argument(metavar="ID", help="Its id, as `mes unit SERIAL --json` or `mes equipment SERIAL` tells it."),
    ],
    by: Annotated[str, typer.Option("--by", help="Name of the person who voids.")],
    reason: Annotated[str, typer.Option("--reason", help="What was wrong.")],
    meaning: Annotated[
        str, typer.Option("--meaning", help="What the signature means.")
    ] = "voided as recorded in error",
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from uuid import UUID

    from mes.command_line import CommandError
    from mes.command_options import said
    from mes.console_output import Page, print_document
    from mes.desk.acts import Desk
    from mes.desk.rework import void
    from mes.records import Signature
    from mes.site_access import writing

    said("void", by=by, reason=reason, meaning=meaning)
    try:
        id_ = UUID(record)
    except ValueError as error:
        raise CommandError(f"void {record!a}: is no id; `mes unit SERIAL --json` tells the ids of records") from error
    with writing(home, database) as access:
        voided = void(Desk(access.engine), target.name, id_, reason, Signature(name=by, meaning=meaning))
        if as_json:
            print_document(access.site, void=voided, target=target.value, record=id_)
            return
        Page(access.site).line(f"{target.value} {id_} is void and counts nowhere (record {voided}, by {by})")
