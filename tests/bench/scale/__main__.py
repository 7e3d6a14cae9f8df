"""`make bench-scale`: a site loaded decade by decade through the real ledger, and each question of page 8 at each size.

What it would take is told before it begins, and refused when there is no room for it.
"""

import argparse
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from sqlalchemy import func, select

from mes.models import table_of
from mes.models.unit import Unit
from tests.bench.__main__ import machine
from tests.bench.scale.growth import Cost, Point, print_growth
from tests.bench.scale.hall import Hall
from tests.bench.scale.questions import QUESTIONS
from tests.bench.scale.site import SITES, Load, ScaleSite, opened

RESULT = Path("benchmarks-scale.json")
INGEST = "ingest"
ASKED = {question.name: (question.says, question.goal, question.p99) for question in QUESTIONS}

_SECONDS_A_RUN, _BYTES_A_RUN = 0.0016, {"sqlite": 13_000, "postgres": 10_000}
"""Of a run of 100 measurands with its share of units and parts, on two quiet cores."""

_MOST = {"sqlite": 1e6, "postgres": 1e7}
"""Beyond this nobody keeps a site: page 8 asks no more of either."""


def decades(to: float) -> list[int]:
    """The sizes up to this one: powers of ten from 10,000 on, and what was asked for last."""
    sizes = [10**power for power in range(4, 8) if 10**power < to]
    return [*sizes, int(to)]


def load_to(site: ScaleSite, sizes: Sequence[int], size: int, tell: Any) -> Load:
    """Load waves until the site has about so many runs; what they took, also those of a load that is gone on with."""
    waves = [site.hall.waves(one) for one in sizes]
    last = site.hall.waves(size)
    first = max((wave for wave in waves if wave < last), default=0)
    for number in range(site.loaded.waves, last):
        load = site.wave(number, first, last)
        tell(
            f"{site.name}: {site.loaded.runs:,} runs, {load.runs / load.seconds:,.0f} runs/s, {load.size / 1e9:.2f} GB"
        )
    taken = site.loaded.loads[first:last]
    return Load(
        *(
            sum(getattr(load, name) for load in taken)
            for name in ("runs", "records", "seconds", "own_seconds", "worked")
        )
    )


def measured(site: ScaleSite, load: Load, only: Sequence[str], repeats: int, tell: Any) -> Point:
    """Every question that is asked for, at this size."""
    site.settle()
    with site.engine.connect() as connection:
        units = connection.execute(select(func.count()).select_from(table_of(Unit))).scalar_one()
    point = Point(
        site.name,
        site.loaded.runs,
        units,
        site.size(),
        os.getloadavg()[0],
        site.loaded.runs * site.hall.measurands,
        load.runs / load.seconds if load.seconds else None,
        load.records / load.seconds if load.seconds else None,
        load.worked / load.runs if load.runs else None,
    )
    for question in QUESTIONS:
        if only and question.name not in only:
            continue
        chance = random.Random(f"{question.name}/{site.loaded.waves}/{time.time_ns()}")
        _, *took = question.ask(site, chance, repeats + 1)
        point.costs[question.name] = Cost.of([one.seconds for one in took], [one.worked for one in took])
        tell(f"{site.name}: {question.says}: {1e3 * point.costs[question.name].median:.1f} ms")
    return point


def estimate(
    databases: Sequence[str], to: dict[str, float], loaded: dict[str, int], measurands: int
) -> tuple[float, float]:
    """Seconds and bytes that the load will take, beyond what is loaded."""
    share = 0.4 + 0.6 * measurands / 100
    missing = {name: max(0.0, to[name] - loaded.get(name, 0)) for name in databases}
    seconds = sum(missing[name] * _SECONDS_A_RUN * share for name in databases)
    return seconds, sum(missing[name] * _BYTES_A_RUN[name] * share for name in databases)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    # In the working folder and not under /tmp, which is in memory on many machines.
    with TemporaryDirectory(prefix=".bench-scale-", dir=Path.cwd()) as name:
        # The server may run as another user, who must be able to reach its folder.
        Path(name).chmod(0o755)
        yield Path(name)


def figures(
    folder: Path,
    databases: Sequence[str],
    to: dict[str, float],
    hall: Hall,
    only: Sequence[str],
    repeats: int,
    tell: Any,
) -> Iterator[Point]:
    """A point for each database and size, as they come."""
    for name in databases:
        own = folder / name
        own.mkdir(exist_ok=True)
        with opened(name, own, hall) as site:
            sizes = decades(to[name])
            for size in sizes:
                if site.loaded.waves > hall.waves(size):
                    tell(f"{site.name}: kept with {site.loaded.runs:,} runs, {size:,} are past")
                    continue
                load = load_to(site, sizes, size, tell)
                yield measured(site, load, only, 1 if INGEST in only and len(only) == 1 else repeats, tell)


def main(arguments: Sequence[str] | None = None) -> None:
    """Load and ask; tables and plots on standard output, progress on standard error."""
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    parser.add_argument("--to", type=float, default=1e6, help="runs to load, at most 1e7 (SQLite: 1e6). [1e6]")
    parser.add_argument("--db", choices=tuple(SITES), action="append", help="this database only")
    parser.add_argument("--only", choices=(INGEST, *ASKED), action="append", help="this question only; several times")
    parser.add_argument("--measurands", type=int, default=100, help="of a test of a cable. [100]")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=12, help="of a question; one that tells a p99 has 25 times it")
    parser.add_argument("--resume", type=Path, metavar="FOLDER", help="keep the databases there, and go on with them")
    parser.add_argument("--max-gb", type=float, default=40.0, help="refuse to take more room. [40]")
    parser.add_argument("--max-hours", type=float, default=6.0, help="refuse to take longer by estimate. [6]")
    given = parser.parse_args(arguments)
    databases = given.db or list(SITES)
    to = {name: min(given.to, _MOST[name]) for name in databases}
    # Below ten thousand runs a lot cannot be in ten thousand units: smaller waves, for a look at whether all works.
    hall = Hall(125 if given.to >= 1e4 else max(1, round(given.to / 84)), given.measurands, given.seed)
    told = Console(stderr=True)

    def tell(line: str) -> None:
        told.print(f"{datetime.now(UTC):%H:%M:%S} {line}", highlight=False)

    with _folder(given.resume) as folder:
        seconds, size = estimate(databases, to, _loaded(folder, databases), given.measurands)
        free = shutil.disk_usage(folder).free
        tell(
            f"about {seconds / 60:.0f} min of loading and {size / 1e9:.1f} GB in {folder} ({free / 1e9:.0f} GB free), "
            "on two quiet cores; then the questions"
        )
        if size > min(given.max_gb * 1e9, 0.9 * free) or seconds > given.max_hours * 3600:
            sys.exit("bench-scale: too much: give a smaller --to, fewer --measurands, or more --max-gb and --max-hours")
        about = machine()
        points = list(figures(folder, databases, to, hall, given.only or (), given.repeats, tell))
    document = {
        "schema": 1,
        "day": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "hall": {"racks": hall.racks, "measurands": hall.measurands, "seed": hall.seed},
        "points": [point.document() for point in points],
    }
    RESULT.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    console = Console(width=200)
    for name in dict.fromkeys(point.database for point in points):
        print_growth(name, [point for point in points if point.database == name], ASKED, console)


def _loaded(folder: Path, databases: Sequence[str]) -> dict[str, int]:
    notes = {name: folder / name / "loaded.json" for name in databases}
    return {name: json.loads(note.read_text(encoding="utf-8"))["runs"] for name, note in notes.items() if note.exists()}


if __name__ == "__main__":
    main()
