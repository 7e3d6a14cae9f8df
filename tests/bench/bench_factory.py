"""The simulated cable line as fast as it can: gates, three stations, spools, one SQLite database, one process."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from mes.command_line import Location, sqlite_url
from mes.ledger import create_ledger
from mes.vocabulary import SiteKind
from stations.factory import Factory
from stations.lease import StopSwitch
from tests.bench.figure import Figure, alone

_DEFECT_RATE = 1 / 12


@dataclass(frozen=True, slots=True)
class LineRate:
    """How fast one line was: its units and test runs, the seconds that it took and those that it simulated."""

    units: int
    runs: int
    seconds: float
    simulated_s: float


def worked(units: int, folder: Path, seed: int = 7) -> LineRate:
    """A whole line of so many units into a database of its own, from opening the stations to closing them."""
    location = Location(folder, sqlite_url(folder / "line.db"))
    ledger = create_ledger(location.url, "bench", SiteKind.SIMULATED)
    try:
        line = Factory(
            lines=("cable",),
            units=units,
            seed=seed,
            defect_rate=_DEFECT_RATE,
            location=location,
            ledger=ledger,
            stop=StopSwitch(),
        )
        began = time.perf_counter()
        count = line.run()
        seconds = time.perf_counter() - began
        simulated = line.clock.now()
    finally:
        ledger.close()
    if count.finished != units or count.errors:
        raise AssertionError(f"the line did not finish as it should: {count}")
    return LineRate(units, count.runs, seconds, simulated)


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    sizes, repeats = ((10, 40), 1) if quick else ((10, 40, 160), 2)
    told: list[Figure] = []
    rates: list[LineRate] = []
    for units in sizes:
        rates = []
        for _ in range(repeats):
            with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
                rates.append(worked(units, Path(name)))
        told.append(
            alone(
                f"simulated cable line, {units} units",
                "units/s",
                [rate.units / rate.seconds for rate in rates],
                goal="≥ 50 units/s",
                met=lambda rate: rate >= 50,
                note="a tested unit went through bundle test, assembly and final test (RF, ground, memories), two "
                "runs, or failed on the way; opening and closing the stations is in the time; one unit in twelve "
                "has a defect; every record synced to the disk",
            )
        )
    return [
        *told,
        alone("the same, test runs", "runs/s", [rate.runs / rate.seconds for rate in rates]),
        alone(
            "the same, simulated time by real time",
            "×",
            [rate.simulated_s / rate.seconds for rate in rates],
            goal="≥ 1,000 ×",
            met=lambda ratio: ratio >= 1000,
        ),
    ]
