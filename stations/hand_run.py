"""Units worked by a person at a terminal: the loop behind `station run`.

A plan of one unit takes them one after the other, a plan of several takes those that were given together in one run.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from mes.command_line import Exit
from mes.records import RunFinished
from stations.composition import PreparedStation, TestStation
from stations.errors import PlanError, ScanRefused
from stations.events import Event
from stations.golden_report import checked_document, checked_exit, checked_lines
from stations.lease import StopSwitch
from stations.plan_revision import PlanRevision
from stations.run_report import exit_code, run_document, run_lines
from stations.stop_signals import StopSignals
from stations.worked import Worked

Scans = tuple[str, ...]
"""What was scanned for one run, in the order of the fixture's places."""


class RunEvents:
    """Where the agent tells a run's events, and whoever shows them listens; made before either of them."""

    def __init__(self) -> None:
        self.listener: Callable[[Event], None] | None = None

    def __call__(self, event: Event) -> None:
        """Pass an event on."""
        if self.listener is not None:
            self.listener(event)


def runs_of(serials: Sequence[str], plan: PlanRevision) -> list[Scans]:
    """The runs of serial numbers that were given at once: all in one where the plan takes several."""
    return [tuple(serials)] if plan.units[1] > 1 else [(serial,) for serial in serials]


def runs_of_lines(lines: Iterable[str], plan: PlanRevision) -> Iterator[Scans]:
    """A run a line; where the plan takes several units, their numbers stand on it between blanks or commas."""
    for line in lines:
        # Not \s: GS and RS of a scanned label are blanks to it.
        if scans := re.findall(r"[^ \t\r\n,]+", line) if plan.units[1] > 1 else [line] * bool(line.strip()):
            yield tuple(scans)


def work_units(
    station: TestStation,
    runs: Iterable[Scans],
    database: str,
    *,
    as_json: bool,
    make_stop: Callable[[], StopSwitch] = StopSwitch,
    finished: Callable[[RunFinished | None], None] = lambda _: None,
) -> Exit:
    """Work the units of each run and print what came of each; the worst exit code of them all.

    With `as_json` one document a unit goes to standard output, each on a line of its own. A scan that is no
    serial number, and more units than the plan takes, are told on standard error, count as wrong usage, and the next
    run is taken. `finished` is told of each unit's run before it is printed.
    """
    worst = Exit.OK
    for scans in runs:
        stop = make_stop()
        try:
            with StopSignals(stop):
                station.plan.check_units(len(scans))
                insert_simulated(station, *scans)
                if len(scans) == 1 and station.agent.is_check(scans[0]):
                    worst = max(worst, _check(station, scans[0], stop, as_json=as_json))
                    if stop.reason is not None:
                        break
                    continue
                together = station.agent.work_together(scans, stop)
        except (ScanRefused, PlanError) as refused:
            sys.stderr.write(f"station: {refused}\n")
            worst = max(worst, Exit.USAGE)
            continue
        for worked in together:
            finished(worked.run)
            print_unit(_shown(station, worked, database, as_json=as_json))
            worst = max(worst, exit_code(worked))
        if stop.reason is not None:
            break
    return worst


def _check(station: TestStation, scan: str, stop: StopSwitch, *, as_json: bool) -> Exit:
    """Run the golden or the known-bad unit and print what came of it."""
    checked = station.agent.check(scan, stop)
    config = station.config
    print_unit(json.dumps(checked_document(config, checked)) if as_json else "\n".join(checked_lines(config, checked)))
    return checked_exit(checked)


def _shown(station: TestStation, worked: Worked, database: str, *, as_json: bool) -> str:
    return json.dumps(run_document(station, worked, database)) if as_json else "\n".join(run_lines(station, worked))


def print_unit(said: str) -> None:
    """Say on standard output what came of a unit, at once."""
    sys.stdout.write(said + "\n")
    sys.stdout.flush()


def insert_simulated(station: TestStation | PreparedStation, *scans: str) -> None:
    """Put the units of these serial numbers into the fixture of a simulated bench; a real one waits for a hand.

    Raises `ScanRefused`, and `ConfigurationError` for defects that such a unit cannot have.
    """
    if station.served is not None:
        station.served.insert(station.product.check_serial(scan) for scan in scans)
    if station.simulated is None:
        return
    from stations.simulated_unit import simulated_unit  # noqa: PLC0415 - only for a simulated bench

    kind = station.kind if isinstance(station, PreparedStation) else type(station.fixture)
    station.simulated.insert(simulated_unit(station.config, station.product, kind, scans))


def has_terminal() -> bool:
    """Whether there is a terminal to draw a screen on and a person's keys to read."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"
