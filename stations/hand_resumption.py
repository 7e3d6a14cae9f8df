"""What `station run` makes of a run that a power cut ended, before it takes the first scan: go on with it, or end it.

Whoever gives serial numbers says what is in the fixture: with those of the open run it goes on and they are worked by
that; with others its units were taken out, and it ends as ABORTED.
"""

import json
import sys
from collections.abc import Sequence

from mes.command_line import Exit
from stations.composition import TestStation
from stations.hand_run import Scans, insert_simulated, print_unit
from stations.lease import StopSwitch
from stations.resumption import gap_s
from stations.run_report import finished_exit, finished_lines, recovered_line, resumed_document
from stations.stop_signals import StopSignals


def open_scans(station: TestStation) -> Scans:
    """The serial numbers of the run that can be gone on with; empty for none."""
    return tuple(one.started.unit.serial for one in station.agent.resumable)


def worked_by_resuming(station: TestStation, runs: Sequence[Scans]) -> Scans | None:
    """Which of these runs is the open one, whatever the order of its scans."""
    units = set(open_scans(station))
    return next((scans for scans in runs if {scan.strip() for scan in scans} == units), None)


def abandon_for(station: TestStation, runs: Sequence[Scans]) -> None:
    """End the open run because these are worked instead.

    Raises `ScanRefused` or `PlanError` for what cannot be: a slip of the pen ends no burn-in.
    """
    for scans in runs:
        station.plan.check_units(len(scans))
        for scan in scans:
            station.product.check_serial(scan)
    abandon(station, "--serial names other units")


def abandon(station: TestStation, why: str) -> None:
    """End the open run as ABORTED and say so on standard error."""
    sys.stderr.write(f"station: the run of {', '.join(open_scans(station))} that was cut off does not go on: {why}\n")
    for run in station.agent.abandon():
        sys.stderr.write(f"station: {recovered_line(run)}\n")


def go_on(
    station: TestStation,
    database: str,
    *,
    as_json: bool,
    stop: StopSwitch,
) -> Exit:
    """Go on with the open run and print what came of each of its units; the worst exit code of them all.

    Its beginning is told on standard error. Raises as `Agent.resume`.
    """
    scans, first = open_scans(station), station.agent.resumable[0]
    where = f"after step {first.steps[-1].name}" if first.steps else "before its first step ended"
    sys.stderr.write(
        f"station: going on with the run of {', '.join(scans)}, {station.plan.operation}, cut off {where},"
        f" after a gap of {gap_s(first, station.producer.clock.utc()):.0f} s (--no-resume ends it as ABORTED)\n"
    )
    with StopSignals(stop):
        insert_simulated(station, *scans)
        runs = station.agent.resume(stop)
    forwarded = station.producer.forward()
    worst = Exit.OK
    for run in runs:
        if as_json:
            print_unit(json.dumps(resumed_document(station, run, forwarded, database)))
        else:
            print_unit("\n".join(finished_lines(station, run, forwarded)))
        worst = max(worst, finished_exit(run, forwarded))
    return worst
