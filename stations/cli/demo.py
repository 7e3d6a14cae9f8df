"""Run a simulated factory: cables, power supplies with their shelves, and network kits."""

import json
import random
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption, Location, locate
from stations.command_errors import explained

if TYPE_CHECKING:
    from stations.factory import Factory
    from stations.line_recovery import LineRecovery
    from stations.lines.count import LineCount

HeadlessOption = Annotated[bool, typer.Option("--headless", help="No console: progress on standard error.")]
UnitsOption = Annotated[int, typer.Option("--units", min=1, max=1_000_000, help="How many units each line builds.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same history.")]
RateOption = Annotated[float, typer.Option("--defect-rate", min=0.0, max=1.0, help="Share of units that get a defect.")]
LinesOption = Annotated[str, typer.Option("--lines", help="Which lines work, separated by commas.")]
SpeedOption = Annotated[
    float, typer.Option("--speed", min=0.1, max=1e6, help="Simulated seconds a second, behind the console.")
]


def command(
    headless: HeadlessOption = False,
    units: UnitsOption = 40,
    seed: SeedOption = 7,
    defect_rate: RateOption = 0.08,
    lines: LinesOption = "cable,power,network",
    speed: SpeedOption = 60.0,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build and test simulated units on up to four lines, into a fresh database of a simulated site.

    The cable line builds UNITS cables on three stations; the power line UNITS supplies, and of every six that pass a
    shelf, on four. The network line tests UNITS switches and optics, half each, on two stations, and builds and tests
    kits of two of each and four cables on two more; its cables come from the cable line, which therefore always works
    with it. With --lines rack all of them work, and every kit and shelf that pass are built into a rack.

    In a terminal the quality console opens while the lines work behind it; leaving it stops them. Without a
    terminal, with --headless or with --json they run as fast as they can. Without --db the database is the next
    free demo-N.db in the home folder. Exit codes: 0 when the lines ran to their end or their console was left, 130
    when they were stopped.
    """
    from mes.ledger import create_ledger
    from mes.vocabulary import SiteKind
    from stations.demo import LEFT, run_with_console
    from stations.factory import Factory
    from stations.lease import StopSwitch
    from stations.stop_signals import StopSignals

    chosen = _lines(lines)
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
        ledger = create_ledger(location.url, "demo", SiteKind.SIMULATED, attachments=location.attachments)
        try:
            factory = Factory(
                lines=chosen,
                units=units,
                seed=seed,
                defect_rate=defect_rate,
                speed=speed if watched else None,
                location=location,
                ledger=ledger,
                stop=stop,
            )
            count = run_with_console(factory, stop, location.url) if watched else _run_beside_bar(factory)
        finally:
            ledger.close()
    seconds = round(time.monotonic() - began, 2)
    document = _document(factory.counts, count, units, seed, seconds, location, recovery)
    sys.stdout.write(document if as_json else _summary(factory, count, seconds, location))
    if stop.reason not in (None, LEFT):
        told = f"{stop.reason} after {count.finished} of {count.units} units; what was run is recorded"
        raise CommandError(told, Exit.ABORTED)


def _lines(given: str) -> tuple[str, ...]:
    from stations.factory import LINES

    chosen = tuple(filter(None, (name.strip() for name in given.split(","))))
    unknown = [name for name in chosen if name not in LINES]
    if unknown or not chosen:
        what = f"no line {', '.join(unknown)}" if unknown else "no line is named"
        raise CommandError(f"--lines {given!r}: {what}; the lines are {', '.join(LINES)}", Exit.USAGE)
    return chosen


def _recover(home: Path) -> "LineRecovery":
    """End what demonstrations that were killed left open, and say so."""
    from stations.factory import SPOOLS, STATIONS
    from stations.line_recovery import recover_lines
    from stations.run_report import recovered_line

    recovery = recover_lines(home, home / SPOOLS, STATIONS, random.SystemRandom())
    for database, run in recovery.runs:
        sys.stderr.write(f"station: {recovered_line(run)}; see mes unit {run.unit.serial} --db {database}\n")
    for problem in recovery.problems:
        sys.stderr.write(f"station: an earlier demonstration is not recovered: {problem}\n")
    return recovery


def _run_beside_bar(factory: "Factory") -> "LineCount":
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
        task = bar.add_task(f"simulated {factory.title}", total=factory.count.units, verdicts="")

        def show(count: "LineCount") -> None:
            # Shelves and kits are not known beforehand: they take parts that pass.
            verdicts = f"{count.passed} passed, {count.failed} failed"
            bar.update(task, completed=count.finished, total=count.units, verdicts=verdicts)

        factory.progress = show
        return factory.run()


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


def _document(
    counts: "Mapping[str, LineCount]",
    count: "LineCount",
    units: int,
    seed: int,
    seconds: float,
    location: Location,
    recovery: "LineRecovery",
) -> str:
    from stations.run_report import recovered_document

    document = {
        "schema": 1,
        "simulated": True,
        "seed": seed,
        **count.document(),
        # What was asked for, of each line; how many units that made, with shelves and kits, is told line by line.
        "units": units,
        "lines": {name: line.document() for name, line in counts.items()},
        "seconds": seconds,
        "database": location.shown,
        "recovered": [{**recovered_document(run), "database": database} for database, run in recovery.runs],
    }
    return json.dumps(document) + "\n"


def _summary(factory: "Factory", count: "LineCount", seconds: float, location: Location) -> str:
    kinds = {"shelves": count.shelves, "kits": count.kits, "racks": count.racks}
    built = " and ".join(f"{number} of them {kind}" for kind, number in kinds.items() if number)
    made = f", {built}," if built else ""
    return (
        f"SIMULATED {factory.title}: {count.finished} of {count.units} units{made} finished in {seconds:g} s\n"
        f"  {count.runs} test runs: {count.passed} passed, {count.failed} failed, {count.errors} errors,"
        f" {count.aborted} aborted\n"
        f"  {count.defective} units had a defect; {count.escapes} escaped, {count.overkills} good ones failed\n"
        f"  database {location.shown}\n"
        f"next: mes yield --db {location.shown}\n"
    )
