"""Units worked one by one by a person at a terminal: the loop behind `station run`."""

import json
import sys
from collections.abc import Iterable

from mes.command_line import Exit
from stations.composition import TestStation
from stations.config import SimulationConfig
from stations.lease import StopSwitch
from stations.run_report import exit_code, run_document, run_lines
from stations.stop_signals import StopSignals


def work_units(station: TestStation, serials: Iterable[str], database: str, *, as_json: bool) -> Exit:
    """Work each serial number and print what came of it; the worst exit code of them all.

    With `as_json` one document a unit goes to standard output, each on a line of its own. A scan that is no
    serial number ends the loop with `ScanRefused`.
    """
    worst = Exit.OK
    for serial in serials:
        stop = StopSwitch()
        with StopSignals(stop):
            if station.simulated is not None and station.config.simulation is not None:
                _insert(station, station.config.simulation, serial)
            worked = station.agent.work(serial, stop)
        if as_json:
            sys.stdout.write(json.dumps(run_document(station, worked, database)) + "\n")
        else:
            sys.stdout.write("\n".join(run_lines(station, worked)) + "\n")
        sys.stdout.flush()
        worst = max(worst, exit_code(worked))
        if stop.reason is not None:
            break
    return worst


def _insert(station: TestStation, simulation: SimulationConfig, scan: str) -> None:
    from stations.simulation import SimulatedSite, parse_defects  # noqa: PLC0415 - only for a simulated bench

    if station.simulated is None:
        return
    serial = station.product.check_serial(scan)
    site = SimulatedSite(simulation.seed, station.product)
    station.simulated.insert(site.unit(station.fixture.UNIT, serial, parse_defects(simulation)))
