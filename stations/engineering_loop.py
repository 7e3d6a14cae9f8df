"""The loop behind an engineering run: unit after unit, each as often as asked."""

import sys
from collections.abc import Callable, Iterable
from typing import Final

from mes.command_line import Exit
from stations.engineering_report import (
    CSV_HEADER,
    csv_rows,
    document_line,
    unit_document,
    unit_exit,
    unit_lines,
)
from stations.engineering_run import EngineeringStation, Trial
from stations.errors import ScanRefused
from stations.events import Event
from stations.pause import PauseOnFailure
from stations.stop_signals import StopSignals
from stations.watched_bench import WatchedBench

_WORST_FIRST: Final = (Exit.ABORTED, Exit.STATION, Exit.USAGE, Exit.NO, Exit.OK)


def work_for_engineer(
    station: EngineeringStation,
    watched: WatchedBench,
    serials: Iterable[str],
    *,
    count: int,
    pause: bool,
    form: str,
) -> Exit:
    """Run the chosen steps `count` times on each unit and print what was measured; the worst exit code of them all.

    `form` is "page", "json" (one document a unit, each on a line of its own) or "csv" (values as they come, so that
    what was measured before a Ctrl-C is there). STOP ends the repetition under way and all that follow.
    """
    if form == "csv":
        sys.stdout.write(CSV_HEADER)
    ends = [Exit.OK]
    config = station.prepared.config
    for serial in filter(str.strip, serials):
        stop = watched.make_stop()
        trials: list[Trial] = []
        listeners: list[Callable[[Event], None]] = [watched.listen]
        if pause:
            listeners.append(PauseOnFailure(stop, station.bench, station.fixture))

        def tell(event: Event, listeners: list[Callable[[Event], None]] = listeners) -> None:
            for listen in listeners:
                listen(event)

        try:
            with StopSignals(stop):
                unit = station.insert(serial)
                while len(trials) < count and stop.reason is None:
                    trials.append(station.run(unit, len(trials) + 1, stop, tell))
                    watched.finish(trials[-1].record)
                    if form == "csv":
                        sys.stdout.write(csv_rows(trials[-1]))
                        sys.stdout.flush()
        except ScanRefused as refused:
            sys.stderr.write(f"station: {refused}\n")
            ends.append(Exit.USAGE)
            continue
        if form == "json":
            sys.stdout.write(document_line(unit_document(config, unit, trials, count)))
        elif form == "page":
            sys.stdout.write("\n".join(unit_lines(config, unit, trials, count)) + "\n")
        sys.stdout.flush()
        ends.append(unit_exit(trials))
        if stop.reason is not None:
            sys.stderr.write(f"station: {stop.reason} after {len(trials)} of {count} repetitions on {unit.serial}\n")
            ends.append(Exit.ABORTED)
            break
    return min(ends, key=_WORST_FIRST.index)
