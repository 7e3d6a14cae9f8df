"""Record the run of one unit at the wires of its station, to be played again or to hold a simulator against."""

from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from stations.cli import run
from stations.run_options import ConfigArgument, OnOption, SanitiseOption, StepOption

ToOption = Annotated[Path, typer.Option("--to", help="The recording; there must be no such file yet.")]
SerialOption = Annotated[str, typer.Option("--serial", help="The unit to work.")]


def command(
    config: ConfigArgument,
    to: ToOption,
    serial: SerialOption,
    step: StepOption = None,
    sanitise: SanitiseOption = False,
    on: OnOption = None,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Work one unit as station run does, and write every byte and every moment of it to a file.

    The same as station run --record; with --step the run counts nowhere. station run --replay plays the file again,
    station conform puts its questions to the simulator.

    Exit codes: as station run.
    """
    run.command(
        config,
        serial=[serial],
        step=step,
        record=to,
        sanitise=sanitise,
        on=on,
        headless=True,
        home=home,
        db=db,
        as_json=as_json,
    )
