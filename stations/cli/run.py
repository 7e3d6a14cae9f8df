"""Work units at a test station: scan, gate, run, record."""

import json
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption, locate
from stations.command_errors import explained
from stations.run_options import (
    ConfigArgument,
    CsvOption,
    EepromOption,
    HeadlessOption,
    LimitsOption,
    LldpOption,
    LoopOption,
    NoResumeOption,
    OnOption,
    OperatorOption,
    OrderOption,
    PauseOption,
    RecordOption,
    ReplayOption,
    SanitiseOption,
    SerialOption,
    SpeedOption,
    StepOption,
    TouchstoneOption,
    TraceOption,
    check_options,
)

if TYPE_CHECKING:
    from contextlib import ExitStack

    from stations.config import StationConfig
    from stations.served_bench import ServedBench
    from stations.served_resources import ServedResources


def command(
    config: ConfigArgument,
    serial: SerialOption = None,
    headless: HeadlessOption = False,
    operator: OperatorOption = None,
    order: OrderOption = None,
    limits: LimitsOption = None,
    touchstone: TouchstoneOption = None,
    eeprom: EepromOption = None,
    lldp: LldpOption = None,
    speed: SpeedOption = 1.0,
    on: OnOption = None,
    step: StepOption = None,
    loop: LoopOption = None,
    pause_on: PauseOption = None,
    trace: TraceOption = None,
    record: RecordOption = None,
    sanitise: SanitiseOption = False,
    replay: ReplayOption = None,
    as_csv: CsvOption = False,
    no_resume: NoResumeOption = False,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Work one unit, or one after the other, at the station that CONFIG describes.

    On a terminal the operator's screen opens; with --headless, --serial, --json or without a terminal, serial
    numbers are worked without one. A plan of several units takes those given by --serial, or on one line of standard
    input between blanks or commas, in one run. A run that a power cut left open goes on first, where the station's
    file allows it by resume_within_s.

    --step, --loop and --pause-on make it an engineering run: no gate is asked, nothing is recorded and nothing counts.
    --replay plays a recording and ends with 0 for the identical record, with 1 and a diff for anything else.

    Exit codes: 0 passed, 1 failed or refused, 2 usage or configuration, 3 centre or instrument not reachable,
    4 fixture or test error, 130 stopped. With several units, the worst of them; 0 after the screen.
    """
    from stations.config import load_station_config

    serials = tuple(serial or ())
    engineering = bool(step or loop or pause_on is not None)
    if db is not None and (engineering or replay is not None):
        raise CommandError("an engineering run and a replay are recorded in no database: give them without --db")
    check_options(
        serials, trace, record, replay, engineering=engineering, loop=loop, pause_on=pause_on, sanitise=sanitise, on=on
    )
    if as_csv and (as_json or not engineering):
        raise CommandError("--csv goes with --loop or --step, and not with --json; see station run --help")
    if no_resume and (engineering or replay is not None):
        raise CommandError("--no-resume ends a recorded run: give it without --step, --loop, --pause-on and --replay")
    with explained():
        station_config = load_station_config(config).overridden(
            operator=operator, order=order, limits=limits, touchstone=touchstone, eeprom=eeprom, lldp=lldp
        )
        resources = None
        if on is not None:
            from stations.served_resources import load_served_resources

            resources = load_served_resources(on)
            station_config = resources.applied_to(station_config)
        if replay is not None:
            code = _replay(station_config, replay, trace, as_json=as_json)
        elif engineering:
            code = _engineer(
                station_config,
                serials,
                steps=tuple(step or ()),
                count=loop or 1,
                pause=pause_on is not None,
                home=home,
                trace=trace,
                record=record,
                sanitise=sanitise,
                form="csv" if as_csv else "json" if as_json else "page",
                resources=resources,
            )
        else:
            code = _work(
                station_config,
                serials,
                screen=not (headless or as_json or serials),
                no_resume=no_resume,
                speed=speed,
                home=home,
                db=db,
                trace=trace,
                record=record,
                sanitise=sanitise,
                as_json=as_json,
                resources=resources,
            )
    raise typer.Exit(code)


def _work(
    config: "StationConfig",
    serials: tuple[str, ...],
    *,
    screen: bool,
    no_resume: bool,
    speed: float,
    home: Path | None,
    db: str | None,
    trace: Path | None,
    record: Path | None,
    sanitise: bool,
    as_json: bool,
    resources: "ServedResources | None",
) -> int:
    """Work units for the record."""
    from contextlib import ExitStack

    from stations.away_ledger import open_or_await
    from stations.composition import open_test_station, station_clock
    from stations.hand_resumption import abandon, abandon_for, go_on, worked_by_resuming
    from stations.hand_run import RunEvents, has_terminal, runs_of, runs_of_lines, work_units
    from stations.plan import load_plan
    from stations.run_report import recovered_line
    from stations.watched_bench import WatchedBench

    if screen and not has_terminal():
        sys.stderr.write("station: no terminal for the screen; going on as with --headless\n")
        screen = False
    if screen and load_plan(config.plan).units[1] > 1:
        raise CommandError(
            f"the screen works one unit at a time, and plan {config.plan} takes several in one run;"
            " give each by --serial, or --headless and all on one line of standard input"
        )
    location = locate(home, db)
    now = datetime.now(UTC)
    with ExitStack() as stack:
        ledger = open_or_await(location, simulated=config.simulated)
        stack.callback(ledger.close)
        served = _held(resources, now, speed if screen else None, stack)
        clock = station_clock(config, now, speed if screen else None) if served is None else served.clock
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
                served=served,
            )
        )
        for run in station.agent.recovered:
            sys.stderr.write(f"station: {recovered_line(run)}\n")
        if record is not None and any(station.agent.is_check(one) for one in serials):
            raise CommandError("--record takes a unit's run; record the golden or known-bad unit's with --step")
        runs = runs_of(serials, station.plan) if serials else []
        code = Exit.OK
        if station.agent.resumable:
            same = worked_by_resuming(station, runs)
            if no_resume:
                abandon(station, "--no-resume")
            elif serials and same is None:
                abandon_for(station, runs)
            elif record is not None:
                raise CommandError("--record takes a run from its beginning, and one is open: see --no-resume")
            else:
                stop = watched.make_stop()
                code = go_on(station, location.shown, as_json=as_json, stop=stop)
                if stop.reason is not None:
                    return code
                runs = [scans for scans in runs if scans != same]
        if screen:
            from stations.tui.hand_screen import work_on_screen

            return work_on_screen(station, events, database=location.shown, speed=speed)
        worked = work_units(
            station,
            runs if serials else runs_of_lines(sys.stdin, station.plan),
            location.shown,
            as_json=as_json,
            make_stop=watched.make_stop,
            finished=watched.finish,
        )
        return max(code, worked)


def _engineer(
    config: "StationConfig",
    serials: tuple[str, ...],
    *,
    steps: tuple[str, ...],
    count: int,
    pause: bool,
    home: Path | None,
    trace: Path | None,
    record: Path | None,
    sanitise: bool,
    form: str,
    resources: "ServedResources | None",
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
        served = _held(resources, now := datetime.now(UTC), None, stack)
        clock = station_clock(config, now) if served is None else served.clock
        watched = stack.enter_context(WatchedBench(clock, trace=trace, record=record, sanitised=sanitise, steps=steps))
        station = stack.enter_context(
            open_engineering_station(
                config,
                home=locate(home, None).home,
                clock=clock,
                new_id=IdMaker(clock, random.SystemRandom()),
                steps=steps,
                watch=watched.watch,
                served=served,
            )
        )
        return work_for_engineer(
            station, watched, serials or (line for line in sys.stdin), count=count, pause=pause, form=form
        )


def _held(
    resources: "ServedResources | None", now: datetime, speed: float | None, stack: "ExitStack"
) -> "ServedBench | None":
    """The served bench that the run works on, in its hands until the stack unwinds."""
    if resources is None:
        return None
    from stations.served_bench import ServedBench

    return stack.enter_context(ServedBench(resources, now, speed))


def _replay(config: "StationConfig", path: Path, trace: Path | None, *, as_json: bool) -> int:
    """Play a recording and print the record that came of it again."""
    from stations.replay import replay, replay_document, replay_lines
    from stations.watched_bench import open_trace

    with open_trace(trace, None) as told:
        played = replay(config, path, trace=told)
    lines = [json.dumps(replay_document(played, path))] if as_json else replay_lines(played, path)
    sys.stdout.write("\n".join(lines) + "\n")
    return Exit.OK
