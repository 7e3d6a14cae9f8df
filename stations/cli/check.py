"""Open every instrument of a station: identity, firmware, calibration, safe state, interlock."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import Exit, HomeOption, JsonOption, locate
from stations.command_errors import explained

ConfigArgument = Annotated[Path, typer.Argument(help="The station's file, such as stations/configs/cable-test.toml.")]


ResetOption = Annotated[
    bool,
    typer.Option("--reset", help="I have inspected the bench: after a fault was latched, let it be armed again."),
]


def command(
    config: ConfigArgument, reset: ResetOption = False, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Look at the station that CONFIG describes, before units are worked there. Nothing is recorded.

    Each instrument is opened, identified against the file, brought to its safe state and read back, and closed; the
    days that its calibration has left are told. All of them are looked at, whatever is wrong with the first.

    Exit codes: 0 fit to work, 1 something is wrong, 2 the file cannot be read, 4 an agent works at this station.
    """
    from stations.composition import place_of, station_clock
    from stations.config import load_station_config
    from stations.engineering_run import require_idle
    from stations.fault_latch import FaultLatch
    from stations.fixture import load_fixture
    from stations.station_check import check_document, check_lines, check_station, latched

    with explained():
        station = load_station_config(config)
        at_home = locate(home, None).home
        if not station.simulated:
            require_idle(station.station, at_home)
        kind = load_fixture(station.fixture.kind)
        with place_of(station, kind, station_clock(station, datetime.now(UTC))) as place:
            check = check_station(station, kind, place)
        latch = FaultLatch.of(at_home, station.station)
        if reset and check.is_safe:
            latch.reset()
        check = latched(check, latch.fault)
    sys.stdout.write(json.dumps(check_document(check)) + "\n" if as_json else "\n".join(check_lines(check)) + "\n")
    if not check.fit:
        raise typer.Exit(Exit.NO)
