"""Run a simulated cable line: bundle test, assembly, final test."""

import json
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption, Location, locate
from stations.command_errors import explained

if TYPE_CHECKING:
    from stations.factory import LineCount

HeadlessOption = Annotated[bool, typer.Option("--headless", help="No screen: progress on standard error.")]
UnitsOption = Annotated[int, typer.Option("--units", min=1, max=1_000_000, help="How many units to build.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same history.")]
RateOption = Annotated[float, typer.Option("--defect-rate", min=0.0, max=1.0, help="Share of units that get a defect.")]


def command(
    headless: HeadlessOption = False,
    units: UnitsOption = 40,
    seed: SeedOption = 7,
    defect_rate: RateOption = 0.08,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build and test UNITS simulated cables on three stations, into a fresh database of a simulated site.

    Without --db the database is the next free demo-N.db in the home folder. Exit codes: 0 when the line ran to its
    end, 130 when it was stopped.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from mes.ledger import create_ledger
    from mes.vocabulary import SiteKind
    from stations.factory import CableLine, LineCount
    from stations.lease import StopSwitch
    from stations.stop_signals import StopSignals

    location = locate(home, db) if db is not None else _next_demo(locate(home, None))
    stop = StopSwitch()
    began = time.monotonic()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[verdicts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with explained(), StopSignals(stop):
        ledger = create_ledger(location.url, "demo", SiteKind.SIMULATED)
        try:
            with bar:
                task = bar.add_task("simulated cable line", total=units, verdicts="")

                def show(count: LineCount) -> None:
                    bar.update(task, completed=count.finished, verdicts=f"{count.passed} passed, {count.failed} failed")

                line = CableLine(
                    units=units,
                    seed=seed,
                    defect_rate=defect_rate,
                    location=location,
                    ledger=ledger,
                    stop=stop,
                    progress=show,
                )
                count = line.run()
        finally:
            ledger.close()
    seconds = round(time.monotonic() - began, 2)
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
        "defective": count.defective,
        "escapes": count.escapes,
        "overkills": count.overkills,
        "seconds": seconds,
        "database": location.url,
    }
    sys.stdout.write(json.dumps(document) + "\n" if as_json else _summary(count, seconds, location))
    if stop.reason is not None:
        raise CommandError(
            f"{stop.reason} after {count.finished} of {units} units; what was run is recorded", Exit.ABORTED
        )


def _next_demo(location: Location) -> Location:
    """The next free demo-N.db in the home folder."""
    number = 1
    while (path := location.home / f"demo-{number}.db").exists():
        number += 1
    return Location(location.home, f"sqlite:///{path}")


def _summary(count: "LineCount", seconds: float, location: Location) -> str:
    return (
        f"SIMULATED cable line: {count.finished} of {count.units} units finished in {seconds:g} s\n"
        f"  {count.runs} test runs: {count.passed} passed, {count.failed} failed, {count.errors} errors\n"
        f"  {count.defective} units had a defect; {count.escapes} escaped, {count.overkills} good ones failed\n"
        f"  database {location.url}\n"
        f"next: mes yield --db {location.url}\n"
    )
