"""Units worked one by one by a person at a terminal: the loop behind `station run`."""

import json
import os
import sys
from collections.abc import Callable, Iterable

from mes.command_line import Exit
from stations.agent import Worked
from stations.composition import PreparedStation, TestStation
from stations.errors import ConfigurationError, ScanRefused
from stations.events import Event
from stations.lease import StopSwitch
from stations.run_report import exit_code, run_document, run_lines
from stations.stop_signals import StopSignals


class RunEvents:
    """Where the agent tells a run's events, and whoever shows them listens; made before either of them."""

    def __init__(self) -> None:
        self.listener: Callable[[Event], None] | None = None

    def __call__(self, event: Event) -> None:
        """Pass an event on."""
        if self.listener is not None:
            self.listener(event)


def work_units(
    station: TestStation,
    serials: Iterable[str],
    database: str,
    *,
    as_json: bool,
    make_stop: Callable[[], StopSwitch] = StopSwitch,
    worked_one: Callable[[Worked], None] = lambda _: None,
) -> Exit:
    """Work each serial number and print what came of it; the worst exit code of them all.

    With `as_json` one document a unit goes to standard output, each on a line of its own. A scan that is no
    serial number is told on standard error, counts as wrong usage, and the next one is taken. `worked_one` is told of
    each unit before it is printed.
    """
    worst = Exit.OK
    for serial in filter(str.strip, serials):
        stop = make_stop()
        try:
            with StopSignals(stop):
                insert_simulated(station, serial)
                worked = station.agent.work(serial, stop)
        except ScanRefused as refused:
            sys.stderr.write(f"station: {refused}\n")
            worst = max(worst, Exit.USAGE)
            continue
        worked_one(worked)
        if as_json:
            sys.stdout.write(json.dumps(run_document(station, worked, database)) + "\n")
        else:
            sys.stdout.write("\n".join(run_lines(station, worked)) + "\n")
        sys.stdout.flush()
        worst = max(worst, exit_code(worked))
        if stop.reason is not None:
            break
    return worst


def insert_simulated(station: TestStation | PreparedStation, scan: str) -> None:
    """Put the unit of this serial number into the fixture of a simulated bench; a real one waits for a hand."""
    simulation = station.config.simulation
    if station.simulated is None or simulation is None:
        return
    kind = station.kind if isinstance(station, PreparedStation) else type(station.fixture)
    from stations.simulation import SimulatedSite  # noqa: PLC0415 - only for a simulated bench

    serial = station.product.check_serial(scan)
    site = SimulatedSite(simulation.seed, station.product)
    try:
        unit = site.unit(kind.UNIT, serial, defects=site.parse_defects(simulation))
    except ValueError as error:
        # A defect at a place that this product does not have, or that is born later than this fixture's unit.
        raise ConfigurationError(f"{station.config.path}: simulation.defects: {error}") from error
    station.simulated.insert(unit)


def has_terminal() -> bool:
    """Whether there is a terminal to draw a screen on and a person's keys to read."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"
