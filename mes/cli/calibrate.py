"""Record a calibration with its as-found and as-left values; found out of tolerance starts containment."""

from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.vocabulary import EquipmentKind


def command(
    serial: Annotated[str | None, typer.Argument(metavar="[SERIAL]", help="Serial number of the equipment.")] = None,
    points: Annotated[
        Path | None, typer.Option("--points", metavar="FILE", help="Certificate as TOML, or its points as CSV.")
    ] = None,
    point: Annotated[
        list[str] | None,
        typer.Option(
            "--point",
            metavar="POINT",
            help="One point: FUNCTION,RANGE,UNIT,NOMINAL,TOLERANCE,AS_FOUND[,AS_LEFT[,UNCERTAINTY]]; may be repeated.",
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Name of the person who records.")] = "",
    certificate: Annotated[str | None, typer.Option("--certificate", help="Number of the certificate.")] = None,
    performed_by: Annotated[str | None, typer.Option("--performed-by", help="Laboratory or person.")] = None,
    due: Annotated[
        str | None,
        typer.Option("--due", metavar="DATE", help="Last day of validity, in UTC. [default: none; not to be used]"),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it was calibrated. [default: now]")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model. [default: as runs name it]")] = None,
    kind: Annotated[EquipmentKind | None, typer.Option("--kind", help="What it is. [default: INSTRUMENT]")] = None,
    fixture: Annotated[
        str | None, typer.Option("--fixture", help="Fixture of a shunt or lead that no run names by itself.")
    ] = None,
    hold: Annotated[
        str | None,
        typer.Option("--hold", metavar="REASON", help="Found out of tolerance: hold all that is in doubt, at once."),
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from datetime import date

    from mes.command_line import CommandError
    from mes.command_options import instant, said
    from mes.desk.acts import Desk
    from mes.desk.calibrating import calibrate
    from mes.desk.certificate import Certificate, read_certificate, typed_points
    from mes.pages.calibration import print_calibrated
    from mes.site_access import writing

    said("calibrate", by=by, **({} if hold is None else {"hold": hold}))
    try:
        last_day = None if due is None else date.fromisoformat(due)
    except ValueError as error:
        raise CommandError(f"--due {due!a}: is no date; write it as 2027-03-31") from error
    typed = typed_points(point or ())
    read = None if points is None else read_certificate(points)
    every = (*(read.points if read else ()), *typed)
    if not every:
        raise CommandError("calibrate: no point is given; give --points FILE, or --point for each")
    if read is not None and serial is not None and read.serial not in (None, serial):
        raise CommandError(f"{points}: is the certificate of {read.serial}, not of {serial}")
    options = {
        "serial": serial,
        "model": model,
        "kind": kind,
        "certificate": certificate,
        "performed_by": performed_by,
        "calibrated_at": instant(at, "--at"),
        "due": last_day,
        "fixture": fixture,
    }
    given = {name: value for name, value in options.items() if value is not None}
    whole = (read or Certificate(points=every)).model_copy(update=given | {"points": every})
    with writing(home, database) as access:
        done = calibrate(Desk(access.engine), whole, by, hold=hold)
        print_calibrated(access, done, as_json=as_json)
