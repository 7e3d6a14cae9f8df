"""History from a file: lines a second into a site, and memory, which must not grow with the file.

Each repeat is a process of its own, as `mes import csv` is one, from opening the file to the last commit.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mes.database import create_site, open_engine
from mes.importers import load_importer
from mes.importing.arrived import Arrived
from mes.importing.transfer import Transfer
from mes.local_ledger import ledger_on
from mes.vocabulary import SiteKind
from tests.bench.bench_ingest import durable_server
from tests.bench.figure import Figure, alone

MEASURANDS = 10
_HEAD = """
name = "bench"
[unit]
part = "DAC-800G-150"
revision = "A"
serial = { column = "serial" }
[run]
operation = "final_test"
station = { column = "station" }
[time]
started = { column = "at" }
[outcome]
column = "result"
words = { OK = "PASSED", NOK = "FAILED" }
"""


def history(folder: Path, lines: int) -> tuple[Path, Path]:
    """A map, and a table of so many runs of ten measurands; every tenth unit is tested twice."""
    by, table = folder / "map.toml", folder / f"history-{lines}.csv"
    names = [f"r{place:02d}" for place in range(MEASURANDS)]
    by.write_text(
        _HEAD
        + "".join(
            f'[[measurand]]\nname = "{name}"\ncolumn = "{name}"\nunit = "mOhm"\nlow = 500\nhigh = 2000\n'
            for name in names
        ),
        encoding="utf-8",
    )
    chance = random.Random(7)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("serial", "at", "station", "result", *names))
        for i in range(lines):
            values = (f"{chance.gauss(1100, 30):.1f}" for _ in names)
            day, second = divmod(i, 86_400)
            at = f"2025-{1 + day // 28 % 12:02d}-{1 + day % 28:02d}T{second // 3600:02d}:{second // 60 % 60:02d}"
            writer.writerow((f"DAC{i * 10 // 11:08d}", f"{at}:{second % 60:02d}Z", f"b{i % 4}", "OK", *values))
    return by, table


def imported(by: Path, table: Path, url: str) -> dict[str, float]:
    """Seconds of an import into a new site behind this URL, its lines, and the most memory that this process had."""
    create_site(url, "bench", SiteKind.REAL)
    engine = open_engine(url)
    try:
        began = time.perf_counter()
        summary = Transfer(
            load_importer("csv").open_history(table, by, None),
            Arrived(engine),
            ledger_on(engine),
            simulated=False,
            refuse=lambda _line: None,
            remark=lambda _remark: None,
            progress=lambda _summary, _line: None,
        ).run()
        seconds = time.perf_counter() - began
    finally:
        engine.dispose()
    # Kibibytes, on Linux.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "runs": summary.runs, "peak": peak}


def measured(by: Path, table: Path, url: str) -> dict[str, float]:
    """The same from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_import", str(by), str(table), url],
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    few, many = (500, 2_000) if quick else (10_000, 100_000)
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name, durable_server() as server:
        folder = Path(name)
        short, long = history(folder, few), history(folder, many)
        server.execute("CREATE DATABASE bench_import")
        small = measured(*short, f"sqlite:///{folder / 'few.db'}")
        sqlite = measured(*long, f"sqlite:///{folder / 'many.db'}")
        postgresql = measured(*long, server.url("bench_import"))
    mib = 1024 * 1024
    what = (
        f"one run of {MEASURANDS} measurands a line: read twice, checked, made into records, journalled, chained and"
        " folded in batches of 500 runs; ten units in eleven lines are new"
    )
    return [
        alone(f"import of {many:,} lines, SQLite", "lines/s", [sqlite["runs"] / sqlite["seconds"]], note=what),
        alone(
            f"import of {many:,} lines, PostgreSQL", "lines/s", [postgresql["runs"] / postgresql["seconds"]], note=what
        ),
        alone(f"most memory, {few:,} lines", "MiB", [small["peak"] / mib]),
        alone(
            f"most memory, {many:,} lines",
            "MiB",
            [sqlite["peak"] / mib],
            goal="no growth",
            met=lambda size: size * mib <= small["peak"] * 1.05,
            note="met is within 5 % of that of the short file",
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("map", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("url")
    given = parser.parse_args()
    print(json.dumps(imported(given.map, given.table, given.url)))  # noqa: T201 - the answer to the bench
