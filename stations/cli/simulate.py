"""Serve a station's simulated bench on sockets and serial lines, for anybody's program."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import CommandError, JsonOption
from stations.command_errors import explained

ConfigArgument = Annotated[Path, typer.Argument(help="The station's file; it has [simulation].")]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on; every client there is let in.")]
PortOption = Annotated[
    int | None,
    typer.Option("--port-base", min=1, max=65000, help="First port; the others follow. Without it, free ports."),
]
SpeedOption = Annotated[
    float, typer.Option("--speed", min=0.01, max=10000.0, help="How much faster than the wall clock the bench lives.")
]
SerialOption = Annotated[
    list[str] | None,
    typer.Option("--serial", "--unit", help="Unit in the fixture, repeatable where it holds several."),
]
DefectOption = Annotated[
    list[str] | None,
    typer.Option("--defect", help="What is wrong with every unit, as in the file: 'kind = \"Open\", pair = 3'."),
]
WiresOption = Annotated[
    str,
    typer.Option(
        "--wires",
        metavar="real|tcp|pty",
        help="Which wire each resource names: as on a real bench, all sockets, or all serial lines.",
    ),
]
ResourcesOption = Annotated[
    Path | None, typer.Option("--resources", help="Write the resources to this file, for station run --on.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Do not tell who talks to what.")]


def command(
    config: ConfigArgument,
    host: HostOption = "127.0.0.1",
    port_base: PortOption = None,
    speed: SpeedOption = 1.0,
    serial: SerialOption = None,
    defect: DefectOption = None,
    wires: WiresOption = "real",
    resources: ResourcesOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Serve the simulated bench that CONFIG describes, until Ctrl-C or SIGTERM.

    SCPI instruments have a raw socket each, serial ones a pseudo-terminal and a raw socket (socket://), two-wire buses
    a port of ours (sim-i2c+tcp://). The resource strings are printed first, then who comes and goes, on standard error.
    A line on standard input puts the unit of that serial number into the fixture, - takes it out.

    Any client may come at any time and sees a bench that lives in wall time. station run CONFIG --on FILE takes the
    bench for itself, time included.

    Exit codes: 0 ended by a signal, 2 wrong file, option or port.
    """
    from stations.config import load_station_config
    from stations.serve_loop import serve_bench, with_defects

    if wires not in ("real", "tcp", "pty"):
        raise CommandError(f"--wires {wires}: one of real, tcp and pty")
    with explained():
        station = with_defects(load_station_config(config), defect or ())
        code = serve_bench(
            station,
            datetime.now(UTC),
            serials=tuple(serial or ()),
            host=host,
            port_base=port_base,
            speed=speed,
            wires=wires,
            resources=resources,
            quiet=quiet,
            as_json=as_json,
        )
    raise typer.Exit(code)
