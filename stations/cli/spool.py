"""Show what waits in a station's spool: depth, oldest age, open runs, refused entries."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption, Location, locate
from stations.command_errors import explained

if TYPE_CHECKING:
    from stations.spool_summary import SpoolSummary

ConfigArgument = Annotated[Path | None, typer.Argument(help="The station's file, a test or an assembly station's.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every spool in the home folder.")]


def command(
    config: ConfigArgument = None,
    every: AllOption = False,
    home: HomeOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look into the spool of the station that CONFIG describes, or into all; nothing is changed, agents may run.

    Exit codes: 0 when nothing waits for a person, 1 when the centre refused an entry or there is no such spool yet.
    """
    from stations.spool_summary import summarise

    if (config is None) == (not every):
        raise CommandError("give a station's file, or --all: one of the two")
    location = locate(home, db)
    with explained():
        paths = _all(location) if config is None else _own(config, location)
        spools = [summarise(path) for path in paths]
    now = datetime.now(UTC)
    if as_json:
        sys.stdout.write(json.dumps({"schema": 1, "spools": [_document(spool, now) for spool in spools]}) + "\n")
    else:
        lines = [line for spool in spools for line in _lines(spool, now)]
        sys.stdout.write(
            "\n".join(lines or [f"no spool in {location.home}: no station has recorded anything yet"]) + "\n"
        )
    if any(spool.pinned for spool in spools):
        raise typer.Exit(Exit.NO)


def _all(location: Location) -> list[Path]:
    return sorted(path for path in location.home.rglob("spools/*.db") if path.is_file())


def _own(config: Path, location: Location) -> list[Path]:
    """The spools of one station, one a site; found without asking the centre, which may be away."""
    from stations.station_file import station_in

    station = station_in(config)
    paths = sorted((location.home / "spools").glob(f"{station}-????????????.db"))
    if not paths:
        raise CommandError(f"{station} has recorded nothing yet in {location.home}; see --all and --home", Exit.NO)
    return paths


def _document(spool: "SpoolSummary", now: datetime) -> dict[str, Any]:
    return {
        "path": str(spool.path),
        "source": spool.source,
        "simulated": spool.simulated,
        "owner": spool.owner,
        "entries": spool.entries,
        "depth": spool.depth,
        "oldest_at": None if spool.oldest_at is None else spool.oldest_at.isoformat(),
        "oldest_age_s": None if spool.oldest_at is None else (now - spool.oldest_at).total_seconds(),
        "open_runs": [
            {
                "run": run.run,
                "unit": run.unit,
                "operation": run.operation,
                "started_at": run.started_at.isoformat(),
                "steps": list(run.steps),
            }
            for run in spool.open_runs
        ],
        "pinned": [
            {"seq": pin.seq, "kind": pin.kind, "reason": pin.reason, "since": pin.since.isoformat()}
            for pin in spool.pinned
        ],
    }


def _lines(spool: "SpoolSummary", now: datetime) -> list[str]:
    mark = " (SIMULATED)" if spool.simulated else ""
    owner = "no agent has it open" if spool.owner is None else f"process {spool.owner} has it open"
    lines = [f"{spool.source}{mark}: {spool.path}", f"  {spool.entries} records, {owner}"]
    if spool.oldest_at is None:
        lines.append("  everything is at the centre")
    else:
        lines.append(f"  {spool.depth} not yet at the centre, the oldest {_told(spool.oldest_at, now)}")
    for run in spool.open_runs:
        done = f"after {', '.join(run.steps)}" if run.steps else "before its first step ended"
        state = "under way" if spool.owner is not None else "cut off; its station ends it at the next start"
        lines.append(f"  open run of {run.unit}, {run.operation}, {done}: {state}")
    for pin in spool.pinned:
        lines.append(f"  REFUSED by the centre since {pin.since:%Y-%m-%d %H:%M} UTC: entry {pin.seq}, {pin.kind}:")
        lines += [f"    {line}" for line in pin.reason.splitlines()]
    return lines


def _told(at: datetime, now: datetime) -> str:
    """A moment and how long ago it was; a simulated station's clock may be ahead of everybody's."""
    minutes, seconds = divmod(int((now - at).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    age = f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
    return f"of {at:%Y-%m-%d %H:%M:%S} UTC" + (f" ({age} ago)" if at <= now else "")
