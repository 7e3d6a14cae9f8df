"""`make bench`: every row in one run, as a table for a person and as `benchmarks.json` for whatever reads it."""

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3

from tests.bench.figure import Figure, table

BENCHES = (
    "executive",
    "slots",
    "families",
    "analyzer",
    "link",
    "serving",
    "spool",
    "ingest",
    "import",
    "factory",
    "memory",
    "help",
)
RESULT = Path("benchmarks.json")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("model name", 1)[-1].partition("\n")[0]
    return {
        "cpu": cpu.lstrip("\t :"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_before": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": pysqlite3.sqlite_version,
        "sqlite_of_the_interpreter": sqlite3.sqlite_version,
    }


def run(name: str, quick: bool) -> list[Figure]:
    """The rows of one bench, from a process of its own: what one leaves in memory must not slow the next."""
    code = (
        f"import json; from tests.bench.bench_{name} import figures; "
        f"print(json.dumps([figure.document() for figure in figures({quick})]))"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"bench {name} ended with {done.returncode}")
    return [Figure.from_document(row) for row in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    """Run what was asked for; print the table on standard output, progress on standard error."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer repeats: about a minute")
    parser.add_argument("--only", action="append", choices=BENCHES, help="this bench only; may be given several times")
    given = parser.parse_args()
    about = machine()
    day = datetime.now(UTC).date().isoformat()
    began = time.perf_counter()
    figures: list[Figure] = []
    for name in given.only or BENCHES:
        started = time.perf_counter()
        figures += run(name, given.quick)
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)  # noqa: T201 - progress
    seconds = time.perf_counter() - began
    document = {
        "schema": 1,
        "day": day,
        "quick": given.quick,
        "seconds": round(seconds, 1),
        "machine": about,
        "figures": [figure.document() for figure in figures],
    }
    RESULT.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    goals = [figure.met for figure in figures if figure.met is not None]
    print(  # noqa: T201 - the answer of the bench
        f"{day}, {about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}, "
        f"Python {about['python']}, SQLite {about['sqlite']}, load before {about['load_before']:.1f}; "
        f"{'quick run, ' if given.quick else ''}{seconds:.0f} s; {sum(goals)} of {len(goals)} goals met\n\n"
        + table(figures)
    )


if __name__ == "__main__":
    main()
