"""Work units at a test station: scan, gate, run, record."""

import json
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption, locate
from stations.command_errors import explained

if TYPE_CHECKING:
    from stations.config import StationConfig

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


def command(
    config: ConfigArgument,
    serial: SerialOption = None,
    headless: HeadlessOption = False,
    operator: OperatorOption = None,
    limits: LimitsOption = None,
    touchstone: TouchstoneOption = None,
    eeprom: EepromOption = None,
    speed: SpeedOption = 1.0,
    step: StepOption = None,
    loop: LoopOption = None,
    pause_on: PauseOption = None,
    trace: TraceOption = None,
    record: RecordOption = None,
    sanitise: SanitiseOption = False,
    replay: ReplayOption = None,
    as_csv: CsvOption = False,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Work one unit, or one after the other, at the station that CONFIG describes.

    On a terminal the operator's screen opens; with --headless, --serial, --json or without a terminal, serial
    numbers are worked without one.

    --step, --loop and --pause-on make it an engineering run: no gate is asked, nothing is recorded and nothing counts.
    --replay plays a recording and ends with 0 for the identical record, with 1 and a diff for anything else.

    Exit codes: 0 passed, 1 failed or refused, 2 usage or configuration, 3 centre or instrument not reachable,
    4 fixture or test error, 130 stopped. With several units, the worst of them; 0 after the screen.
    """
    from stations.config import load_station_config

    engineering = bool(step or loop or pause_on is not None)
    if db is not None and (engineering or replay is not None):
        raise CommandError("an engineering run and a replay are recorded in no database: give them without --db")
    _check(serial, trace, record, replay, engineering=engineering, loop=loop, pause_on=pause_on, sanitise=sanitise)
    if as_csv and (as_json or not engineering):
        raise CommandError("--csv goes with --loop or --step, and not with --json; see station run --help")
    with explained():
        station_config = load_station_config(config).overridden(
            operator=operator, limits=limits, touchstone=touchstone, eeprom=eeprom
        )
        if replay is not None:
            code = _replay(station_config, replay, trace, as_json=as_json)
        elif engineering:
            code = _engineer(
                station_config,
                serial,
                steps=tuple(step or ()),
                count=loop or 1,
                pause=pause_on is not None,
                home=home,
                trace=trace,
                record=record,
                sanitise=sanitise,
                form="csv" if as_csv else "json" if as_json else "page",
            )
        else:
            code = _work(
                station_config,
                serial,
                screen=not (headless or as_json or serial is not None),
                speed=speed,
                home=home,
                db=db,
                trace=trace,
                record=record,
                sanitise=sanitise,
                as_json=as_json,
            )
    raise typer.Exit(code)


def _check(
    serial: str | None,
    trace: Path | None,
    record: Path | None,
    replay: Path | None,
    *,
    engineering: bool,
    loop: int | None,
    pause_on: str | None,
    sanitise: bool,
) -> None:
    if replay is not None and (serial is not None or record is not None or engineering):
        raise CommandError("--replay plays what was recorded: give it without --serial, --record, --step and --loop")
    if record is not None and serial is None:
        raise CommandError("--record takes one run: give its unit by --serial")
    if sanitise and record is None:
        raise CommandError("--sanitise says what --record leaves out: give --record FILE")
    if pause_on not in (None, "fail"):
        raise CommandError(f"--pause-on {pause_on}: there is only one thing to pause on: --pause-on fail")
    if record is not None and (loop or pause_on):
        raise CommandError("--record takes one run as it goes: give it without --loop and --pause-on")
    if pause_on is not None and serial is None:
        raise CommandError("--pause-on waits for Enter on standard input: give the unit by --serial")
    if trace is not None and trace in (record, replay):
        raise CommandError(f"--trace {trace}: is the recording itself; give another file")


def _work(
    config: "StationConfig",
    serial: str | None,
    *,
    screen: bool,
    speed: float,
    home: Path | None,
    db: str | None,
    trace: Path | None,
    record: Path | None,
    sanitise: bool,
    as_json: bool,
) -> int:
    """Work units for the record."""
    from contextlib import ExitStack

    from mes.ledger import open_ledger
    from stations.composition import open_test_station, station_clock
    from stations.hand_run import RunEvents, has_terminal, work_units
    from stations.run_report import recovered_line
    from stations.watched_bench import WatchedBench

    if screen and not has_terminal():
        sys.stderr.write("station: no terminal for the screen; going on as with --headless\n")
        screen = False
    location = locate(home, db)
    now = datetime.now(UTC)
    with ExitStack() as stack:
        ledger = open_ledger(location.url, simulated_site=config.simulated)
        stack.callback(ledger.close)
        clock = station_clock(config, now, speed if screen else None)
        watched = stack.enter_context(WatchedBench(clock, trace=trace, record=record, sanitised=sanitise))
        events = RunEvents()
        events.listener = watched.listen
        station = stack.enter_context(
            open_test_station(
                config,
                location=location,
                ledger=ledger,
                clock=clock,
                chance=random.SystemRandom(),
                listener=events,
                watch=watched.watch,
            )
        )
        for run in station.agent.recovered:
            sys.stderr.write(f"station: {recovered_line(run)}\n")
        if screen:
            from stations.tui.hand_screen import work_on_screen

            return work_on_screen(station, events, database=location.shown, speed=speed)
        serials = iter([serial]) if serial is not None else (line for line in sys.stdin)
        return work_units(
            station,
            serials,
            location.shown,
            as_json=as_json,
            make_stop=watched.make_stop,
            worked_one=lambda worked: watched.finish(worked.run),
        )


def _engineer(
    config: "StationConfig",
    serial: str | None,
    *,
    steps: tuple[str, ...],
    count: int,
    pause: bool,
    home: Path | None,
    trace: Path | None,
    record: Path | None,
    sanitise: bool,
    form: str,
) -> int:
    """Work units for an engineer: nothing is recorded."""
    from contextlib import ExitStack

    from stations.composition import station_clock
    from stations.engineering_loop import work_for_engineer
    from stations.engineering_run import open_engineering_station
    from stations.identity import IdMaker
    from stations.pause import require_terminal
    from stations.watched_bench import WatchedBench

    if pause:
        require_terminal()
    with ExitStack() as stack:
        clock = station_clock(config, datetime.now(UTC))
        watched = stack.enter_context(WatchedBench(clock, trace=trace, record=record, sanitised=sanitise, steps=steps))
        station = stack.enter_context(
            open_engineering_station(
                config,
                home=locate(home, None).home,
                clock=clock,
                new_id=IdMaker(clock, random.SystemRandom()),
                steps=steps,
                watch=watched.watch,
            )
        )
        serials = iter([serial]) if serial is not None else (line for line in sys.stdin)
        return work_for_engineer(station, watched, serials, count=count, pause=pause, form=form)


def _replay(config: "StationConfig", path: Path, trace: Path | None, *, as_json: bool) -> int:
    """Play a recording and print the record that came of it again."""
    from stations.replay import replay, replay_document, replay_lines
    from stations.watched_bench import open_trace

    with open_trace(trace, None) as told:
        played = replay(config, path, trace=told)
    lines = [json.dumps(replay_document(played, path))] if as_json else replay_lines(played, path)
    sys.stdout.write("\n".join(lines) + "\n")
    return Exit.OK
