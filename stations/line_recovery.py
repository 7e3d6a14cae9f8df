"""Ends the runs that killed demonstrations left open, each in the database of its own demonstration.

A demonstration begins in a fresh database, so its stations are never started a second time; but a run that nobody
ends would stand in that database as under way for ever. The benches were simulated and went with their process, so
there is nothing to make safe; and so did their time, which stands still where the run was cut off.
"""

import random
from dataclasses import dataclass
from pathlib import Path

from mes.command_line import Location, locate
from mes.ledger import LedgerError, Site, open_ledger
from mes.records import RunFinished
from stations.composition import spool_path
from stations.errors import SpoolError
from stations.forwarder import Forwarder
from stations.identity import IdMaker
from stations.recovery import CUT_OFF, recover
from stations.simulation import virtual_clock
from stations.spool import Spool
from stations.spool_summary import SpoolSummary, summarise


@dataclass(frozen=True, slots=True)
class LineRecovery:
    """The runs that were ended, each with its database, and in words what kept others from being ended or sent."""

    runs: tuple[tuple[str, RunFinished], ...] = ()
    problems: tuple[str, ...] = ()


def recover_lines(home: Path, lines: Path, stations: tuple[str, ...], chance: random.Random) -> LineRecovery:
    """End and send what dead demonstrations of this home left behind at these stations; living ones are left alone.

    `lines` is the folder in which their spools lie.
    """
    runs: list[tuple[str, RunFinished]] = []
    problems: list[str] = []
    # An empty file is a demonstration that has only just taken its name, or never came further.
    for database in sorted(path for path in home.glob("demo-*.db") if path.stat().st_size):
        location = Location(lines, locate(home, str(database)).url)
        site: Site | None = None
        for station in stations:
            try:
                site = site or _site_of(location)
                path = spool_path(location, station, site)
                summary = summarise(path) if path.is_file() else None
                if summary is not None and _is_abandoned(summary):
                    error = _end(summary, station, location, chance, runs)
                    problems += [f"{database.name}: {error}"] if error else []
            except (SpoolError, LedgerError) as refused:
                problems.append(f"{database.name}: {refused}")
    return LineRecovery(tuple(runs), tuple(problems))


def _site_of(location: Location) -> Site:
    ledger = open_ledger(location.url)
    try:
        return ledger.site()
    finally:
        ledger.close()


def _is_abandoned(summary: SpoolSummary) -> bool:
    return summary.owner is None and not summary.pinned and bool(summary.open_runs or summary.depth)


def _end(
    summary: SpoolSummary,
    station: str,
    location: Location,
    chance: random.Random,
    runs: list[tuple[str, RunFinished]],
) -> str | None:
    """End the open runs of one spool and send what it holds; what kept it from being sent."""
    moments = [run.started_at for run in summary.open_runs] + [at for at in (summary.oldest_at,) if at is not None]
    clock = virtual_clock(max(moments))
    with Spool(summary.path, station, lambda: f"{chance.getrandbits(48):012x}") as spool:
        runs += [(location.url, run) for run in recover(spool, IdMaker(clock, chance), clock, CUT_OFF)]
        ledger = open_ledger(location.url)
        try:
            return Forwarder(spool, ledger, clock, chance).drain().error
        finally:
            ledger.close()
