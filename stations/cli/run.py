"""Work units at a test station: scan, gate, run, record."""

import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption, locate
from stations.command_errors import explained

ConfigArgument = Annotated[Path, typer.Argument(help="The station's file, such as stations/configs/cable-test.toml.")]
SerialOption = Annotated[
    str | None, typer.Option("--serial", help="Serial number to work; without it, one a line from standard input.")
]
HeadlessOption = Annotated[bool, typer.Option("--headless", help="No screen: narrate on standard error.")]
SpeedOption = Annotated[
    float,
    typer.Option("--speed", min=0.1, max=1000.0, help="With the screen, how much faster a simulated bench works."),
]
OperatorOption = Annotated[str | None, typer.Option("--operator", help="Who works here, instead of the file's.")]
LimitsOption = Annotated[
    Path | None, typer.Option("--limits", help="Limit revision (TOML) to lay over the plan's limits.")
]
TouchstoneOption = Annotated[
    Path | None, typer.Option("--touchstone", help="Let the simulated analyser answer from this .s4p file.")
]
EepromOption = Annotated[
    Path | None, typer.Option("--eeprom", help="Let the simulated memories answer from this dump (JSON or 256 bytes).")
]


def command(
    config: ConfigArgument,
    serial: SerialOption = None,
    headless: HeadlessOption = False,
    operator: OperatorOption = None,
    limits: LimitsOption = None,
    touchstone: TouchstoneOption = None,
    eeprom: EepromOption = None,
    speed: SpeedOption = 1.0,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Work one unit, or one after the other, at the station that CONFIG describes.

    On a terminal the operator's screen opens; with --headless, --serial, --json or without a terminal, serial
    numbers are worked without one.

    Exit codes: 0 passed, 1 failed or refused, 2 usage or configuration, 3 centre or instrument not reachable,
    4 fixture or test error, 130 stopped. With several units, the worst of them; 0 after the screen.
    """
    from mes.ledger import open_ledger
    from stations.composition import open_test_station, station_clock
    from stations.config import load_station_config
    from stations.hand_run import RunEvents, has_terminal, work_units
    from stations.run_report import recovered_line

    screen = not (headless or as_json or serial is not None)
    if screen and not has_terminal():
        sys.stderr.write("station: no terminal for the screen; going on as with --headless\n")
        screen = False
    with explained():
        station_config = load_station_config(config).overridden(
            operator=operator, limits=limits, touchstone=touchstone, eeprom=eeprom
        )
        location = locate(home, db)
        ledger = open_ledger(location.url, simulated_site=station_config.simulated)
        try:
            events = RunEvents()
            with open_test_station(
                station_config,
                location=location,
                ledger=ledger,
                clock=station_clock(station_config, datetime.now(UTC), speed if screen else None),
                chance=random.SystemRandom(),
                listener=events,
            ) as station:
                for run in station.agent.recovered:
                    sys.stderr.write(f"station: {recovered_line(run)}\n")
                if screen:
                    from stations.tui.hand_screen import work_on_screen

                    code = work_on_screen(station, events, database=location.shown, speed=speed)
                else:
                    serials = iter([serial]) if serial is not None else (line for line in sys.stdin)
                    code = work_units(station, serials, location.shown, as_json=as_json)
        finally:
            ledger.close()
    raise typer.Exit(code)
