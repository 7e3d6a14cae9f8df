"""The options of `station run`: what each is called, what it takes, and the help that a person reads."""

from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import CommandError

ConfigArgument = Annotated[Path, typer.Argument(help="The station's file, such as stations/configs/cable-test.toml.")]
SerialOption = Annotated[
    list[str] | None,
    typer.Option(
        "--serial",
        help="Serial number to work, repeatable: together where the plan takes several units in one run, else one"
        " after the other. Without it, a run a line from standard input.",
    ),
]
OnOption = Annotated[
    Path | None,
    typer.Option("--on", help="Run on the bench that station simulate serves, by the file of its --resources."),
]
NoResumeOption = Annotated[
    bool, typer.Option("--no-resume", help="End a run that a power cut left open as ABORTED; do not go on with it.")
]
HeadlessOption = Annotated[bool, typer.Option("--headless", help="No screen: narrate on standard error.")]
SpeedOption = Annotated[
    float,
    typer.Option("--speed", min=0.1, max=1000.0, help="With the screen, how much faster a simulated bench works."),
]
OperatorOption = Annotated[str | None, typer.Option("--operator", help="Who works here, instead of the file's.")]
OrderOption = Annotated[str | None, typer.Option("--order", help="Work order that units are made for, by its number.")]
LimitsOption = Annotated[
    Path | None, typer.Option("--limits", help="Limit revision (TOML) to lay over the plan's limits.")
]
TouchstoneOption = Annotated[
    Path | None, typer.Option("--touchstone", help="Let the simulated analyser answer from this .s4p file.")
]
EepromOption = Annotated[
    Path | None, typer.Option("--eeprom", help="Let the simulated memories answer from this dump (JSON or 256 bytes).")
]
LldpOption = Annotated[
    Path | None, typer.Option("--lldp", help="Let simulated nodes answer LLDP commands from this folder of captures.")
]
StepOption = Annotated[
    list[str] | None,
    typer.Option("--step", help="Run this step alone, for an engineer: no gate is asked, nothing counts. Repeatable."),
]
LoopOption = Annotated[
    int | None,
    typer.Option(
        "--loop",
        min=1,
        max=100_000,
        help="Repeat the run N times, for a gauge study: no gate is asked, nothing counts.",
    ),
]
PauseOption = Annotated[
    str | None,
    typer.Option("--pause-on", metavar="fail", help="Hold the bench as it is at a failed step, until Enter."),
]
TraceOption = Annotated[
    Path | None, typer.Option("--trace", help="Write every byte on every bus to this file, as JSON Lines.")
]
RecordOption = Annotated[
    Path | None, typer.Option("--record", help="Record the run of --serial at the wire, to be played again.")
]
SanitiseOption = Annotated[
    bool, typer.Option("--sanitise", help="With --record: make up the instruments' serial numbers in the file.")
]
ReplayOption = Annotated[
    Path | None,
    typer.Option("--replay", help="Play a recording of this station: no instrument, no simulator, nothing recorded."),
]
CsvOption = Annotated[
    bool, typer.Option("--csv", help="With --loop or --step: print value,part,trial,measurand, one value a line.")
]


def check_options(
    serials: tuple[str, ...],
    trace: Path | None,
    record: Path | None,
    replay: Path | None,
    *,
    engineering: bool,
    loop: int | None,
    pause_on: str | None,
    sanitise: bool,
    on: Path | None = None,
) -> None:
    """Raise `CommandError` for options that do not go together."""
    if replay is not None and on is not None:
        raise CommandError("--replay needs no bench: give it without --on")
    if replay is not None and (serials or record is not None or engineering):
        raise CommandError("--replay plays what was recorded: give it without --serial, --record, --step and --loop")
    if record is not None and len(serials) != 1:
        raise CommandError("--record takes one run of one unit: give it by --serial")
    if sanitise and record is None:
        raise CommandError("--sanitise says what --record leaves out: give --record FILE")
    if pause_on not in (None, "fail"):
        raise CommandError(f"--pause-on {pause_on}: there is only one thing to pause on: --pause-on fail")
    if record is not None and (loop or pause_on):
        raise CommandError("--record takes one run as it goes: give it without --loop and --pause-on")
    if pause_on is not None and not serials:
        raise CommandError("--pause-on waits for Enter on standard input: give the unit by --serial")
    if trace is not None and trace in (record, replay):
        raise CommandError(f"--trace {trace}: is the recording itself; give another file")
