"""Run a simulated cable line: bundle test, assembly, final test."""

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption, Location, locate
from stations.command_errors import explained

if TYPE_CHECKING:
    from stations.factory import CableLine, LineCount
    from stations.line_recovery import LineRecovery

HeadlessOption = Annotated[bool, typer.Option("--headless", help="No console: progress on standard error.")]
UnitsOption = Annotated[int, typer.Option("--units", min=1, max=1_000_000, help="How many units to build.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same history.")]
RateOption = Annotated[float, typer.Option("--defect-rate", min=0.0, max=1.0, help="Share of units that get a defect.")]
SpeedOption = Annotated[
    float, typer.Option("--speed", min=0.1, max=1e6, help="Simulated seconds a second, behind the console.")
]


def command(
    headless: HeadlessOption = False,
    units: UnitsOption = 40,
    seed: SeedOption = 7,
    defect_rate: RateOption = 0.08,
    speed: SpeedOption = 60.0,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build and test UNITS simulated cables on three stations, into a fresh database of a simulated site.

    In a terminal the quality console opens while the line works behind it; leaving it stops the line. Without a
    terminal, with --headless or with --json the line runs as fast as it can. Without --db the database is the next
    free demo-N.db in the home folder. Exit codes: 0 when the line ran to its end or its console was left, 130 when
    it was stopped.
    """
    from mes.ledger import create_ledger
    from mes.vocabulary import SiteKind
    from stations.demo import LEFT, run_with_console
    from stations.factory import CableLine
    from stations.lease import StopSwitch
    from stations.stop_signals import StopSignals

    with explained():
        recovery = _recover(locate(home, None).home)
    location = locate(home, db) if db is not None else _next_demo(locate(home, None))
    watched = not headless and not as_json
    if watched and not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("station: this is no terminal, so the demonstration goes on headless\n")
        watched = False
    stop = StopSwitch()
    began = time.monotonic()
    with explained(), StopSignals(stop):
        ledger = create_ledger(location.url, "demo", SiteKind.SIMULATED)
        try:
            line = CableLine(
                units=units,
                seed=seed,
                defect_rate=defect_rate,
                speed=speed if watched else None,
                location=location,
                ledger=ledger,
                stop=stop,
            )
            count = run_with_console(line, stop, location.url) if watched else _run_beside_bar(line)
        finally:
            ledger.close()
    seconds = round(time.monotonic() - began, 2)
    document = _document(count, seed, seconds, location, recovery)
    sys.stdout.write(document if as_json else _summary(count, seconds, location))
    if stop.reason not in (None, LEFT):
        told = f"{stop.reason} after {count.finished} of {units} units; what was run is recorded"
        raise CommandError(told, Exit.ABORTED)


def _recover(home: Path) -> "LineRecovery":
    """End what demonstrations that were killed left open, and say so."""
    from stations.factory import LINES, TEST_STATIONS
    from stations.line_recovery import recover_lines
    from stations.run_report import recovered_line

    recovery = recover_lines(home, home / LINES, TEST_STATIONS, random.SystemRandom())
    for database, run in recovery.runs:
        sys.stderr.write(f"station: {recovered_line(run)}; see mes unit {run.unit.serial} --db {database}\n")
    for problem in recovery.problems:
        sys.stderr.write(f"station: an earlier demonstration is not recovered: {problem}\n")
    return recovery


def _run_beside_bar(line: "CableLine") -> "LineCount":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[verdicts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("simulated cable line", total=line.count.units, verdicts="")

        def show(count: "LineCount") -> None:
            bar.update(task, completed=count.finished, verdicts=f"{count.passed} passed, {count.failed} failed")

        line.progress = show
        return line.run()


def _next_demo(location: Location) -> Location:
    """The next free demo-N.db in the home folder, taken at once so that two demonstrations never share one."""
    try:
        location.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"home {location.home}: cannot be made: {error.strerror}; give another --home") from error
    number = 1
    while True:
        path = location.home / f"demo-{number}.db"
        try:
            path.open("xb").close()
        except FileExistsError:
            number += 1
        except OSError as error:
            problem = f"home {location.home}: cannot be written: {error.strerror}; give another --home"
            raise CommandError(problem) from error
        else:
            return locate(location.home, str(path))


def _document(count: "LineCount", seed: int, seconds: float, location: Location, recovery: "LineRecovery") -> str:
    from stations.run_report import recovered_document

    document = {
        "schema": 1,
        "simulated": True,
        "seed": seed,
        "units": count.units,
        "finished": count.finished,
        "runs": count.runs,
        "passed": count.passed,
        "failed": count.failed,
        "errors": count.errors,
        "aborted": count.aborted,
        "defective": count.defective,
        "escapes": count.escapes,
        "overkills": count.overkills,
        "seconds": seconds,
        "database": location.shown,
        "recovered": [{**recovered_document(run), "database": database} for database, run in recovery.runs],
    }
    return json.dumps(document) + "\n"


def _summary(count: "LineCount", seconds: float, location: Location) -> str:
    return (
        f"SIMULATED cable line: {count.finished} of {count.units} units finished in {seconds:g} s\n"
        f"  {count.runs} test runs: {count.passed} passed, {count.failed} failed, {count.errors} errors,"
        f" {count.aborted} aborted\n"
        f"  {count.defective} units had a defect; {count.escapes} escaped, {count.overkills} good ones failed\n"
        f"  database {location.shown}\n"
        f"next: mes yield --db {location.shown}\n"
    )
